// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ai500/core/random.hpp>
#include <ai500/samplers/permutation.hpp>

namespace ai500 {

/// The order in which an epoch goes through a job's bootstrap: slot j of step s of epoch k is
/// `samples[order(s * |B| + j)]` of size N_m. Each slot comes once an epoch; each epoch and each
/// job has another order; no rank needs to know the whole.
class EpochOrder {
 public:
  /// @param epoch from 0
  /// @param size N_m, the length of the bootstrap
  /// @throws UsageError unless size is 1 to 2^32 - 1
  constexpr EpochOrder(Seed seed, Job job, std::uint32_t epoch, Count size)
      : permutation_({seed, job, purpose::epoch_order}, epoch, size) {}

  /// N_m.
  constexpr Count size() const { return permutation_.size(); }

  /// The position in the bootstrap of a slot of this epoch.
  /// @throws UsageError if slot is not below size()
  constexpr std::uint64_t operator()(std::uint64_t slot) const { return permutation_(slot); }

 private:
  Permutation permutation_;
};

}  // namespace ai500
