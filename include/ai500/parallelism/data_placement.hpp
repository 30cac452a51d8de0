// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <ai500/core/types.hpp>

namespace ai500 {

/// Where a run reads its data, and what it took to bring them there.
struct DataPlacement {
  std::string source = {};  ///< the folder they come from; empty: they are generated
  std::string folder = {};  ///< the folder that is read: `source`, or a node's own copy
  int nodes = 0;            ///< that have a copy; 0: the data are read in place
  int nodes_copied = 0;     ///< of them, those that copied in this run: the others had a whole copy
  Count bytes = 0;          ///< of one copy
  double seconds = 0;       ///< until the slowest node's copy was verified; not in T
  std::vector<std::string> repaired = {};  ///< what was there, but not whole, and why

  friend bool operator==(DataPlacement const&, DataPlacement const&) = default;
};

/// Data that are read where they are.
/// @param folder empty: they are generated
inline DataPlacement in_place(std::string const& folder) {
  return {.source = folder, .folder = folder};
}

}  // namespace ai500
