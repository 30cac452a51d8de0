// SPDX-License-Identifier: Apache-2.0
/// @file DATA DUPLICATOR (section 3.3, step 4): brings the data to node-local scratch, once a node,
/// or leaves them in place. Defined in data_duplicator.ipp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <ai500/collectives/agree.hpp>
#include <ai500/collectives/policy.hpp>
#include <ai500/core/clock.hpp>
#include <ai500/core/types.hpp>
#include <ai500/parallelism/data_placement.hpp>

namespace ai500 {

/// The copy of a data set that a node has.
struct NodeCopy {
  std::string folder = {};
  Count bytes = 0;
  bool copied = false;                     ///< some of it in this call; false: it was there, whole
  std::vector<std::string> repaired = {};  ///< as in DataPlacement
};

/// The folder in `scratch` that holds the copy of a data set: another one for each source folder
/// and list of files.
std::string copy_folder(std::string const& source, std::vector<std::string> const& files,
                        std::string const& scratch);

/// Makes sure that `scratch` holds a whole copy of files of the folder `source`. A copy that is
/// there is whole if its bytes have the hashes (XXH3-128) that its manifest.json says and the
/// source has the sizes and dates it says; what is not is removed and copied again. A file is read
/// back and compared with what was read from the source before it gets its name, so that a crash
/// leaves nothing that could be taken for whole. Other processes may do the same at the same time:
/// one copies, the others wait and find its copy.
///
/// @param files names, relative to `source`
/// @throws DataError when a file of the source is not there; OutputError when there is not enough
///         room, or anything else fails: what was copied is removed
NodeCopy duplicate_on_node(std::string const& source, std::vector<std::string> const& files,
                           std::string const& scratch);

/// What a rank knows when all nodes' copies have been made.
///
/// @param copies a text of `to_text` a rank; empty but on the first of each host
/// @param mine the rank that made this one's copy
DataPlacement placement_of(std::string const& source, std::vector<std::string> const& copies,
                           std::size_t mine);

/// A node's copy as text, for the other ranks.
std::string to_text(NodeCopy const& copy);

/// Step 4: the data in place, or duplicated by the first rank of each host while the others wait.
/// Collective over the ranks of the world.
/// @param hosts of each rank
/// @param folder of the data set, as the user or the data set names it
/// @param files `files(folder)` lists the names of what the data set consists of; asked only if
///        something is to be copied
/// @param scratch empty: the data stay in place
/// @throws AgreedError on all ranks; a usage error if the data set has no files
template <Communicator C, class Files>
DataPlacement place_data(C& world, std::vector<std::string> const& hosts, std::string const& folder,
                         Files const& files, std::string const& scratch) {
  if (scratch.empty()) return in_place(folder);
  auto const start = std::chrono::steady_clock::now();
  auto const rank = static_cast<std::size_t>(world.rank());
  auto const first =
      static_cast<std::size_t>(std::ranges::find(hosts, hosts[rank]) - hosts.begin());
  std::string mine;
  agree(world, [&] {
    std::vector<std::string> const names = files(folder);
    if (names.empty())
      throw UsageError("--scratch " + scratch +
                       ": the data set has no files that could be copied there; leave it out");
    if (rank == first) mine = to_text(duplicate_on_node(folder, names, scratch));
  });
  DataPlacement placement = placement_of(folder, world.allgather(mine), first);
  placement.seconds = world.maximum(seconds_since(start));
  return placement;
}

}  // namespace ai500
