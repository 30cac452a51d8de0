// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of prepared_plan.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/plan_state.hpp>
#include <ai500/kernels/cudnn/prepared_plan.hpp>

namespace ai500::kernels::cudnn {

void PreparedPlan::run(std::span<void* const> addresses) {
  execute(handle_, plan_.state->plan, known(addresses).pack);
}

PreparedPlan::Known const& PreparedPlan::known(std::span<void* const> addresses) {
  for (Known const& one : known_)
    if (std::ranges::equal(one.addresses, addresses)) return one;
  OperationGraph const& graph = plan_.state->graph;
  std::vector<std::int64_t> ids = graph.reads;
  ids.insert(ids.end(), graph.writes.begin(), graph.writes.end());
  if (addresses.size() != ids.size() + 1)
    throw Error("cuDNN: a plan of " + std::to_string(ids.size()) + " tensors was given " +
                std::to_string(addresses.size()) + " addresses, not one more (its workspace)");
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (reinterpret_cast<std::uintptr_t>(addresses[i]) % 16 != 0)
      throw Error("cuDNN: tensor " + std::to_string(i) +
                  " of a plan is not aligned to 16 bytes: a filter whose offset among the "
                  "parameters is no multiple of eight; give the model's layers even channels");
  known_.push_back({{addresses.begin(), addresses.end()},
                    variant_pack(ids, addresses.first(ids.size()), addresses.back())});
  return known_.back();
}

}  // namespace ai500::kernels::cudnn
