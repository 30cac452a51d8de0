// SPDX-License-Identifier: Apache-2.0
/// @file The loop that runs functors on a GPU. For nvcc: files of device code include it.
#pragma once

#include <algorithm>

#include <ai500/devices/cuda/check.hpp>
#include <ai500/devices/cuda/launch.hpp>

namespace ai500::cuda {

namespace detail {

inline constexpr int threads_a_block = 256;
inline constexpr Count most_blocks = 0x7fffffff;

/// Neighbouring threads have neighbouring elements; a grid that is too small goes round again.
template <class Functor>
__global__ void __launch_bounds__(threads_a_block, 4) loop(Count n, Functor functor) {
  Count const stride = static_cast<Count>(gridDim.x) * threads_a_block;
  for (Count i = static_cast<Count>(blockIdx.x) * threads_a_block + threadIdx.x; i < n; i += stride)
    functor(i);
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

}  // namespace ai500::cuda

/// Compiles a functor for the GPU: once in a program, in a file of device code.
#define AI500_DEVICE_CODE(...)                                                                     \
  static_assert(ai500::cuda::CompiledForDevice<__VA_ARGS__>,                                       \
                "specialize ai500::cuda::has_device_code for the functor, so that for_each knows " \
                "it, and make it trivially copyable");                                             \
  template void ai500::cuda::launch<__VA_ARGS__>(ai500::cuda::Stream, ai500::Count,                \
                                                 __VA_ARGS__ const&)
