// SPDX-License-Identifier: Apache-2.0
/// @file The loops that run functors on a GPU, of an index and of a block of threads. For nvcc:
/// files of device code include it.
#pragma once

#include <algorithm>

#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/devices/cuda/check.hpp>
#include <ai500/devices/cuda/launch.hpp>

namespace ai500::cuda {

namespace detail {

inline constexpr int threads_a_block = 256;
inline constexpr int threads_a_multiprocessor = 1024;  // so a thread has 64 registers
inline constexpr Count most_blocks = 0x7fffffff;

/// Neighbouring threads have neighbouring elements; a grid that is too small goes round again.
template <class Functor>
__global__ void __launch_bounds__(threads_a_block, threads_a_multiprocessor / threads_a_block)
    loop(Count n, Functor functor) {
  Count const stride = static_cast<Count>(gridDim.x) * threads_a_block;
  for (Count i = static_cast<Count>(blockIdx.x) * threads_a_block + threadIdx.x; i < n; i += stride)
    functor(i);
}

/// What a functor of blocks sees of the threads that run it: EmulatedBlock, on a GPU.
class ThreadBlock {
 public:
  AI500_HOST_DEVICE explicit ThreadBlock(Count index) : index_(index) {}

  AI500_HOST_DEVICE Count index() const { return index_; }

  template <class T>
  class PerThread {
   public:
    AI500_HOST_DEVICE T& operator[](int) { return own_; }

   private:
    T own_;
  };

  template <class Phase>
  AI500_HOST_DEVICE void for_each_thread(Phase const& phase) const {
#if AI500_DEVICE_ARCHITECTURE > 0
    phase(static_cast<int>(threadIdx.x));
    __syncthreads();
#endif
  }

 private:
  Count index_;
};

/// A grid that is too small goes round again.
template <class Functor>
__global__ void __launch_bounds__(Functor::threads, threads_a_multiprocessor / Functor::threads)
    loop_of_blocks(Count blocks, Functor functor) {
  __shared__ typename Functor::Shared shared;
  for (Count i = blockIdx.x; i < blocks; i += gridDim.x) functor(ThreadBlock(i), shared);
}

}  // namespace detail

template <class Functor>
void launch(Stream stream, Count n, Functor const& functor) {
  if (n <= 0) return;
  Count const blocks = (n + detail::threads_a_block - 1) / detail::threads_a_block;
  detail::loop<<<static_cast<unsigned>(std::min(blocks, detail::most_blocks)),
                 detail::threads_a_block, 0, stream>>>(n, functor);
  check(cudaGetLastError(), "cuda::launch");
}

template <class Functor>
void launch_blocks(Stream stream, Count blocks, Functor const& functor) {
  if (blocks <= 0) return;
  detail::loop_of_blocks<<<static_cast<unsigned>(std::min(blocks, detail::most_blocks)),
                           Functor::threads, 0, stream>>>(blocks, functor);
  check(cudaGetLastError(), "cuda::launch_blocks");
}

}  // namespace ai500::cuda

/// Compiles a functor for the GPU: once in a program, in a file of device code.
#define AI500_DEVICE_CODE(...)                                                                     \
  static_assert(ai500::cuda::CompiledForDevice<__VA_ARGS__>,                                       \
                "specialize ai500::cuda::has_device_code for the functor, so that for_each knows " \
                "it, and make it trivially copyable");                                             \
  template void ai500::cuda::launch<__VA_ARGS__>(ai500::cuda::Stream, ai500::Count,                \
                                                 __VA_ARGS__ const&)

/// The same for a functor of a block of threads.
#define AI500_DEVICE_CODE_OF_BLOCKS(...)                                                           \
  static_assert(ai500::cuda::CompiledForDevice<__VA_ARGS__> && ai500::BlockFunctor<__VA_ARGS__>,   \
                "specialize ai500::cuda::has_device_code for the functor, so that for_each_block " \
                "knows it, and make it a BlockFunctor");                                           \
  template void ai500::cuda::launch_blocks<__VA_ARGS__>(ai500::cuda::Stream, ai500::Count,         \
                                                        __VA_ARGS__ const&)
