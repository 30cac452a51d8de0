// SPDX-License-Identifier: Apache-2.0
/// @file A plan with the addresses it runs on; only .ipp files include it. Defined in
/// prepared_plan.ipp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <ai500/kernels/cudnn/api.hpp>
#include <ai500/kernels/cudnn/plan.hpp>

namespace ai500::kernels::cudnn {

/// Runs one plan. Its list of addresses is made the first time that they are given, and kept: steps
/// of a program come with the same addresses each time.
class PreparedPlan {
 public:
  PreparedPlan(cudnnContext* handle, Plan plan) : handle_(handle), plan_(std::move(plan)) {}

  std::size_t workspace() const { return static_cast<std::size_t>(plan_.workspace); }

  /// @param addresses of what the plan reads, then writes, in the order that its pattern documents;
  /// then of its workspace
  /// @throws Error naming an address that is not aligned to 16 bytes, or what cuDNN says
  void run(std::span<void* const> addresses);

 private:
  struct Known {
    std::vector<void*> addresses;
    Descriptor pack;
  };
  Known const& known(std::span<void* const> addresses);

  cudnnContext* handle_;
  Plan plan_;
  std::vector<Known> known_;
};

}  // namespace ai500::kernels::cudnn
