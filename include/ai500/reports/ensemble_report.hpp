// SPDX-License-Identifier: Apache-2.0
/// @file Step 6 of section 3.3: from the members' folders to the report of the ensemble; defined in
/// ensemble_report.ipp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <ai500/aggregation/predictions.hpp>
#include <ai500/configuration/run_settings.hpp>
#include <ai500/reports/report.hpp>
#include <ai500/training/member_record.hpp>

namespace ai500 {

/// The members that a folder holds, in job order.
struct Voters {
  std::vector<MemberRecord> members;     ///< all of them, also those that stopped early
  std::vector<Predictions> predictions;  ///< of those that completed: the votes
};

/// Proves that results can be written to a folder before anything is trained, and sweeps what a
/// killed run left half written there.
/// @throws OutputError
void prepare_output(std::string const& output);

/// Tells this run from others: when it began, where, by which process.
std::string run_identity();

/// Whether an earlier run has trained this member with these settings.
/// @param settings the text of `member_settings`
/// @throws OutputError when it has trained it with others
bool is_finished(std::string const& output, Job job, std::string const& settings);

/// What the job controller knows of a member, and what the run knows.
/// @param text of `member_settings`; @param run of `run_identity`
/// @param devices the accelerators of its ranks, in words
MemberRecord complete_record(MemberRecord record, RunSettings const& settings, std::string text,
                             std::string run, std::string devices);

/// @param ensemble_size M, if known: members that a run with a larger M left behind do not vote
/// @throws OutputError when none is there, one is damaged, or two were trained with different
/// settings
Voters load_voters(std::string const& output, std::optional<int> ensemble_size);

/// Fills in what the members say: with what settings they were trained, and how fast (Eq. (6)).
/// @param members at least one, all trained with the same settings
void state_members(Report& report, std::vector<MemberRecord> members,
                   std::optional<int> ensemble_size);

/// Fills in the ensemble's quality and what follows from it: Eq. (7) and (8).
void state_quality(Report& report, double achieved);

}  // namespace ai500
