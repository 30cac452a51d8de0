// SPDX-License-Identifier: Apache-2.0
/// @file Functors of a block of threads that work together, and how a host runs them. A GPU runs
/// the same functor with real threads (devices/cuda/launch.cuh).
#pragma once

#include <concepts>
#include <type_traits>

#include <ai500/core/types.hpp>

namespace ai500 {

/// A block of threads on a host: one thread after the other, phase by phase.
template <int thread_count>
class EmulatedBlock {
 public:
  explicit EmulatedBlock(Count index) : index_(index) {}

  /// Which of the blocks this is.
  Count index() const { return index_; }

  /// A variable of each thread that lives from one phase to the next: `sums[thread]`.
  template <class T>
  class PerThread {
   public:
    T& operator[](int thread) { return own_[thread]; }

   private:
    T own_[thread_count];
  };

  /// phase(0) ... phase(thread_count - 1), then all threads wait for each other.
  template <class Phase>
  void for_each_thread(Phase const& phase) const {
    for (int thread = 0; thread < thread_count; ++thread) phase(thread);
  }

 private:
  Count index_;
};

template <class F>
concept SaysItsThreads = requires {
  { F::threads } -> std::convertible_to<int>;
};
template <class F>
concept HasSharedMemory = requires {
  typename F::Shared;
};
template <class F>
concept WorksAsABlock = requires(F const& functor, EmulatedBlock<F::threads> const& block,
                                 typename F::Shared& shared) {
  { functor(block, shared) } -> std::same_as<void>;
};

/// A functor of a block of threads:
///
///     struct Reversed {  // each block's 64 numbers, in place
///       static constexpr int threads = 64;
///       struct Shared {
///         float x[threads];
///       };
///       float* x;
///
///       template <class Block>
///       AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
///         float* const own = x + block.index() * threads;
///         block.for_each_thread([&](int thread) { shared.x[thread] = own[thread]; });
///         block.for_each_thread(
///             [&](int thread) { own[thread] = shared.x[threads - 1 - thread]; });
///       }
///     };
///
/// Semantics: the threads run through a phase in any order and do not see what others write in it;
/// in the next one they do. What is outside of phases is computed by every thread alike and writes
/// nothing. Blocks run in any order and have nothing to do with each other. `Shared` is not
/// initialized; it has at most 48 KiB on a GPU. A sum made in such phases has the same order each
/// time: the same bits.
template <class F>
concept BlockFunctor =
    SaysItsThreads<F> && HasSharedMemory<F> && std::is_trivially_copyable_v<F> && WorksAsABlock<F>;

/// One block's work, on the host.
template <BlockFunctor F>
void run_block(F const& functor, Count index) {
  typename F::Shared shared;
  functor(EmulatedBlock<F::threads>(index), shared);
}

}  // namespace ai500
