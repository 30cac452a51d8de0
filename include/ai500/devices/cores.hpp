// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <sched.h>

namespace ai500 {

/// The cores that this process may use: its affinity mask.
struct CoreSet {
  int count = 1;
  std::string list;  ///< "0,1,4": two ranks of a host with equal lists share the cores
};

inline CoreSet available_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return {};
  CoreSet cores{CPU_COUNT(&mask), {}};
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &mask))
      cores.list += (cores.list.empty() ? "" : ",") + std::to_string(core);
  return cores;
}

}  // namespace ai500
