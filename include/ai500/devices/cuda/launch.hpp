// SPDX-License-Identifier: Apache-2.0
/// @file How the host's code runs a functor on a GPU: declared here for every compiler, defined in
/// launch.cuh for nvcc. Needs no CUDA header.
#pragma once

#include <concepts>
#include <type_traits>

#include <ai500/core/types.hpp>

// CUDA's: cudaStream_t, cudaEvent_t and cudaGraphExec_t point to them.
struct CUstream_st;
struct CUevent_st;
struct CUgraphExec_st;

namespace ai500::cuda {

/// An in-order queue of work on a GPU: CUDA's cudaStream_t.
using Stream = CUstream_st*;
/// A place in a stream: CUDA's cudaEvent_t.
using Event = CUevent_st*;
/// Recorded work that can be launched: CUDA's cudaGraphExec_t.
using GraphToLaunch = CUgraphExec_st*;

/// Some file of device code instantiates `launch` (or `launch_blocks`) for the functor. Specialized
/// beside each shipped functor for the number types it is compiled for; for one of your own:
///
///     template <>
///     inline constexpr bool ai500::cuda::has_device_code<MyFunctor> = true;
///
/// and `AI500_DEVICE_CODE(MyFunctor);` in a file that CMake's ai500_add_device_code is given.
template <class Functor>
inline constexpr bool has_device_code = false;

/// The functor runs on a GPU: it is compiled for it somewhere, and copied there byte by byte.
template <class Functor>
concept CompiledForDevice = has_device_code<Functor> && std::is_trivially_copyable_v<Functor>;

/// functor(0) ... functor(n - 1) on the GPU, in any order, after all work that the stream was given
/// before. Returns at once.
/// @throws DeviceError when the GPU does not take the work
template <class Functor>
void launch(Stream stream, Count n, Functor const& functor);

/// Runs a functor of a block of threads (devices/blocks.hpp) for blocks 0 ... `blocks` - 1, in any
/// order, after all work that the stream was given before. Returns at once. Instantiated by
/// `AI500_DEVICE_CODE_OF_BLOCKS(MyFunctor);`.
/// @throws DeviceError when the GPU does not take the work
template <class Functor>
void launch_blocks(Stream stream, Count blocks, Functor const& functor);

/// T is one of these types: for which of them a functor template is compiled.
template <class T, class... Listed>
concept OneOf = (std::same_as<T, Listed> || ...);

}  // namespace ai500::cuda
