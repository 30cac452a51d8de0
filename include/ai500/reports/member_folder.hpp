// SPDX-License-Identifier: Apache-2.0
/// @file The member is the unit of a run: OUTPUT/member-000m holds what is left of base model m,
/// `member.json` and `predictions.safetensors`; while it is trained, `checkpoint.safetensors`.
/// member.json is written last: where it is, the member is finished. Defined in member_folder.ipp.
#pragma once

#include <string>
#include <vector>

#include <ai500/aggregation/predictions.hpp>
#include <ai500/core/types.hpp>
#include <ai500/training/member_record.hpp>

namespace ai500 {

/// A member as it comes back from its folder.
struct SavedMember {
  MemberRecord record;
  Predictions predictions;  ///< of the test split, (samples, classes)
};

/// "OUTPUT/member-0007": four digits, more where a job's number has more.
std::string member_folder(std::string const& output, Job job);

/// "OUTPUT/member-0007/checkpoint.safetensors": what the training of a member is resumed from.
std::string checkpoint_file(std::string const& output, Job job);

/// Saves a member in its folder, which is created; replaces an earlier one. member.json holds
/// hashes (XXH3-128) of both files' contents. The member's checkpoint, of no more use, is removed.
///
/// @throws OutputError
void save_member(std::string const& output, MemberRecord const& record,
                 Predictions const& predictions);

/// Brings a finished member back, bit for bit.
///
/// @throws OutputError naming the file: it is not there, damaged, or another member's.
SavedMember load_member(std::string const& output, Job job);

/// True if the member was saved completely, here or in an earlier run.
///
/// @throws OutputError if the folder cannot be looked into
bool member_is_finished(std::string const& output, Job job);

/// The members that are finished, in job order, whatever M they were trained for.
///
/// @throws OutputError if there is no such folder, or it cannot be looked into
std::vector<Job> finished_members(std::string const& output);

/// Removes what killed runs left in the members' folders and nobody needs: stale temporaries (see
/// `remove_stale_temporaries`), and checkpoints of members that are finished.
///
/// @throws OutputError
void sweep_members(std::string const& output);

/// All the finished members, in job order.
///
/// @throws OutputError as finished_members and load_member
std::vector<SavedMember> load_members(std::string const& output);

}  // namespace ai500
