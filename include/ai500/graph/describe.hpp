// SPDX-License-Identifier: Apache-2.0
/// @file Graphs, programs and FLOP counts as text, for people; defined in describe.ipp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <ai500/graph/flops.hpp>
#include <ai500/graph/graph.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/graph/program.hpp>

namespace ai500 {

/// One line an operation: name, inputs, the shape it makes.
std::string describe(Graph const& graph);

/// A step's name with what was fused into it: "normalization forward + add + relu".
std::string describe(StepOperation const& what);

/// One line a step: its number, what it does, what it reads and writes; then the memory plan's sum.
/// @param notes of each step, for the end of its line; or none
std::string describe(Program const& program, NumberSizes sizes = {},
                     std::span<std::string const> notes = {});

/// Table 3 for a model: for each kind of operator its operations and FLOPs an image, forward and in
/// training.
std::string describe(FlopCount const& count, std::string_view rules);

/// Table 3 for a model under both rule sets.
std::string describe_flops(std::string_view model, Graph const& graph);

}  // namespace ai500
