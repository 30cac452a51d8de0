// SPDX-License-Identifier: Apache-2.0
/// @file Devices of which a host has several, one for each of its ranks: GPUs.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/devices/policy.hpp>

namespace ai500 {

/// What a kernel set makes a rank's device of.
struct DeviceChoice {
  int threads = 1;     ///< that the rank computes with
  int local_rank = 0;  ///< its number among the ranks of its host
};

/// A device of which a host has several. `available()` are those that this process sees;
/// `identity()` tells any two of a host apart, whatever numbers processes give them;
/// `description()` is what reports say about it.
template <class D>
concept Accelerator = DevicePolicy<D> && requires(D const& device) {
  { D::available() } -> std::same_as<int>;
  { device.identity() } -> std::same_as<std::string>;
  { device.description() } -> std::same_as<std::string>;
};

/// The accelerators that this process sees; 0: ranks compute on its cores.
template <DevicePolicy D>
int accelerators() {
  if constexpr (Accelerator<D>) return D::available();
  return 0;
}

/// Empty for a device that ranks may share.
template <DevicePolicy D>
std::string identity_of(D const& device) {
  if constexpr (Accelerator<D>) return device.identity();
  return {};
}

/// Empty for a device that reports describe anyway.
template <DevicePolicy D>
std::string description_of(D const& device) {
  if constexpr (Accelerator<D>) return device.description();
  return {};
}

/// The number of a rank among the ranks of its host.
/// @param hosts of each rank
inline int local_rank(std::vector<std::string> const& hosts, int rank) {
  auto const me = hosts.begin() + rank;
  return static_cast<int>(std::count(hosts.begin(), me, *me));
}

/// The ranks of the host that has most.
inline int ranks_a_host(std::vector<std::string> const& hosts) {
  std::ptrdiff_t most = 1;
  for (std::string const& host : hosts)
    most = std::max(most, std::count(hosts.begin(), hosts.end(), host));
  return static_cast<int>(most);
}

/// @param hosts,identities of each rank: its host and the identity of its device
/// @throws UsageError when two ranks have the same accelerator
inline void require_own_accelerators(std::vector<std::string> const& hosts,
                                     std::vector<std::string> const& identities) {
  for (std::size_t rank = 0; rank < hosts.size(); ++rank)
    for (std::size_t other = 0; other < rank; ++other)
      if (!identities[rank].empty() && hosts[other] == hosts[rank] &&
          identities[other] == identities[rank])
        throw UsageError("ranks " + std::to_string(other) + " and " + std::to_string(rank) +
                         " on host " + hosts[rank] + " have the same accelerator, " +
                         identities[rank] +
                         "; start as many ranks a host as it has accelerators, or say "
                         "--share-accelerators");
}

/// Equal texts once, with their number: "4 x A; 2 x B".
inline std::string counted_texts(std::vector<std::string> const& texts) {
  std::string result;
  for (auto text = texts.begin(); text != texts.end(); ++text) {
    if (text->empty() || std::find(texts.begin(), text, *text) != text) continue;
    result += (result.empty() ? "" : "; ") +
              std::to_string(std::count(texts.begin(), texts.end(), *text)) + " x " + *text;
  }
  return result;
}

}  // namespace ai500
