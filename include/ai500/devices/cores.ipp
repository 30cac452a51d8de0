// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of cores.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <sched.h>
#include <unistd.h>

#include <ai500/devices/cores.hpp>

namespace ai500 {

namespace devices {

/// "0,1,4" -> "0", "1", "4".
inline std::vector<std::string> cores_of(std::string const& list) {
  std::vector<std::string> cores;
  for (std::size_t begin = 0; begin <= list.size();) {
    std::size_t const end = std::min(list.find(',', begin), list.size());
    cores.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return cores;
}

}  // namespace devices

// A mask that is too small for the machine is an error of the call: it is doubled until it fits.
CoreSet available_cores() {
  for (std::size_t most = CPU_SETSIZE; most <= (std::size_t{1} << 20); most *= 2) {
    std::vector<cpu_set_t> mask(most / CPU_SETSIZE);
    std::size_t const bytes = mask.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, mask.data()) != 0) continue;
    CoreSet cores{CPU_COUNT_S(bytes, mask.data()), {}};
    for (std::size_t core = 0; core < most; ++core)
      if (CPU_ISSET_S(core, bytes, mask.data()))
        cores.list += (cores.list.empty() ? "" : ",") + std::to_string(core);
    return cores;
  }
  return {};
}

int host_cores() { return static_cast<int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN))); }

int cores_a_rank(std::vector<std::string> const& hosts, std::vector<std::string> const& lists) {
  std::map<std::string, int> users;  // of "host core"
  for (std::size_t rank = 0; rank < lists.size(); ++rank)
    for (std::string const& core : devices::cores_of(lists[rank]))
      users[hosts[rank] + ' ' + core] += 1;
  double least = std::numeric_limits<double>::max();
  for (std::size_t rank = 0; rank < lists.size(); ++rank) {
    double share = 0;
    for (std::string const& core : devices::cores_of(lists[rank]))
      share += 1.0 / users[hosts[rank] + ' ' + core];
    least = std::min(least, share);
  }
  // Ten times a tenth is a whole core.
  return std::max(1, static_cast<int>(std::min(least, 1e6) + 1e-6));
}

}  // namespace ai500
