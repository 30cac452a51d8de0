// SPDX-License-Identifier: Apache-2.0
/// @file The cores that a process may use, and how those of a host are shared among its ranks;
/// defined in cores.ipp.
#pragma once

#include <string>
#include <vector>

namespace ai500 {

/// The cores that this process may use: its affinity mask.
struct CoreSet {
  int count = 1;
  std::string list;  ///< "0,1,4": their numbers on this host
};

/// What the system says; one nameless core if it says nothing.
CoreSet available_cores();

/// The cores of this host that are online, whether the process may use them or not.
int host_cores();

/// The threads that each rank may run so that no core has two: a core is divided among the ranks of
/// its host whose masks hold it, a rank has the sum of its parts, rounded down, and all ranks have
/// as many as the one that has least, for the number of threads is a part of what determines a
/// member's bits. At least 1: more ranks than cores share them.
///
/// @param hosts,lists of each rank: its host and the list of its CoreSet
int cores_a_rank(std::vector<std::string> const& hosts, std::vector<std::string> const& lists);

}  // namespace ai500
