// SPDX-License-Identifier: Apache-2.0
/// @file What the workbench says, as text for people; defined in tables.ipp.
#pragma once

#include <string>

#include <ai500/training/step_times.hpp>
#include <ai500/workbench/comparison.hpp>
#include <ai500/workbench/whole_step.hpp>

namespace ai500::workbench {

/// The table's caption and the heads of its columns.
std::string head(KernelComparison const& table);
/// One line, and what is wrong in a second one.
std::string line(KernelComparison const& table, KernelRow const& row);
/// All the times of one training step, and the verdict.
std::string sum(KernelComparison const& table);

/// The three together.
std::string describe(KernelComparison const& table);

/// Both whole steps and their difference.
std::string describe(WholeSteps const& steps);

/// Where the time of one run goes: a line for each kind of step that there was, and what is outside
/// of steps.
std::string describe(StepSeconds const& seconds);

}  // namespace ai500::workbench
