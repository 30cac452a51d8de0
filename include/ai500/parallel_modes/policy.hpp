// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include <ai500/core/named.hpp>
#include <ai500/graph/program.hpp>

namespace ai500 {

/// How a training step of one base model is cut: over ranks, and within a rank over micro-batches.
struct ProgramSplit {
  int degree = 1;           ///< P_degree
  Count micro_batches = 1;  ///< that each rank runs a step
};

/// Slots [begin, end) of a batch.
struct BatchShare {
  Count begin = 0;
  Count end = 0;

  constexpr Count size() const { return end - begin; }
};

template <class M>
concept SplitsProgram = requires(Program const& program, ProgramSplit split) {
  { M::split(program, split) } -> std::same_as<Program>;
};
template <class M>
concept SharesBatch = requires(Count batch, int rank, int degree) {
  { M::share(batch, rank, degree) } -> std::same_as<BatchShare>;
};

/// How one base model is split over its P_degree ranks: a pure pass from the program of one
/// micro-batch to the program of one rank, and the share of the batch that a rank is fed.
///
/// Semantics: with equal batch and micro-batch the losses do not depend on the degree, but for
/// rounding. Models: parallel_modes::Data.
template <class M>
concept ParallelModePolicy = Named<M> && SplitsProgram<M> && SharesBatch<M>;

}  // namespace ai500
