// SPDX-License-Identifier: Apache-2.0
/// @file Which engine of cuDNN computes a pattern on a target, or why none does; defined in
/// plan.ipp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/kernels/cudnn/patterns.hpp>
#include <ai500/kernels/cudnn/target.hpp>

namespace ai500::kernels::cudnn {

/// Who proposed an engine: cuDNN's heuristics in mode A (fast) or B (more accurate, where it is
/// there), or its list for when speed does not matter.
enum class Proposal { mode_a, mode_b, fallback };

/// An engine that computes a pattern, ready to run. Copies share one state.
struct Plan {
  std::string name{};       ///< of the engine and its knobs: "engine 62 k2=5 k13=1"
  std::int64_t engine = 0;  ///< cuDNN's number of the engine among those for this kind of graph
  Proposal proposal = Proposal::mode_a;
  Intermediate intermediate = Intermediate::fp32;
  std::int64_t workspace = 0;  ///< bytes of device memory that it needs beside its tensors
  bool tensor_cores = false;
  bool compiled_at_run_time = false;
  bool same_bits = true;  ///< the same arguments give the same bits

  struct State;
  std::shared_ptr<State const> state{};
};

/// "engine 62 (mode A; tensor cores)".
std::string describe(Plan const& plan);

/// Whether engines may be used whose sums depend on the order in which threads come.
enum class Repeatability {
  same_bits,  ///< no: what the contract of kernels asks for (kernels/policy.hpp)
  any,
};

struct PlanOptions {
  Repeatability repeatability = Repeatability::same_bits;
  std::size_t candidates = 1;  ///< at most so many plans, with different names
};

/// The plans of a pattern, the one first that the heuristics expect to be the fastest.
struct PlanSearch {
  std::vector<Plan> plans{};
  std::string reason{};  ///< why there is none

  explicit operator bool() const { return !plans.empty(); }
};

/// Asks cuDNN for engines and finalizes a plan of each, best first, until there are enough.
/// Intermediates are FP32 where an engine takes that, else of the arithmetic's type. Engines are
/// left out that accumulate in 16 bits, that round FP32 operands to 16 bits, with Arithmetic::fp32
/// those that use tensor cores, and those that `repeatability` forbids.
/// @throws GraphError when the pattern's shapes are no convolution
PlanSearch find_plan(Target const& target, Pattern const& pattern, PlanOptions options = {});

}  // namespace ai500::kernels::cudnn
