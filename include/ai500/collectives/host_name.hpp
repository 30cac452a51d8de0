// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include <unistd.h>

namespace ai500 {

/// The name of the host this process runs on.
inline std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

}  // namespace ai500
