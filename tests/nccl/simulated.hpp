// SPDX-License-Identifier: Apache-2.0
/// @file GPUs and NCCL, simulated on the host: what nccl.ipp and cuda.ipp call, in
/// simulated_cuda.cpp and simulated_nccl.cpp, linked in the place of libcudart and libnccl. A
/// stream is a thread that works off what it is given, device memory is the host's, and ranks are
/// threads of this process or processes of this machine. What a stream is given while it records is
/// not done but put into a graph; calls that a recording does not allow are refused as CUDA does.
#pragma once

#include <atomic>
#include <functional>

#include <ai500/core/types.hpp>
#include <ai500/devices/cuda/launch.hpp>

namespace ai500::simulated {

/// The GPUs that the process sees.
inline std::atomic<int> gpus = 4;

/// What GPUs and NCCL are made to do wrong; -1: nothing.
struct Faults {
  std::atomic<int> rank_with_asynchronous_error = -1;
  std::atomic<int> rank_whose_call_fails = -1;    ///< ncclAllReduce returns an error
  std::atomic<int> rank_whose_call_goes_on = -1;  ///< ncclAllReduce is in progress for ever
};
inline Faults faults;

/// Communicators of NCCL's that hold resources: until they are ended and no graph has their sums.
inline std::atomic<int> open_communicators = 0;

/// Sums that a graph was launched with, or a stream given, after their communicator had been ended.
inline std::atomic<int> sums_after_the_end = 0;

/// Gives work to a stream.
/// @param when_given called when a stream is given it to be done: at once, or with each launch of
/// the graph that it was recorded into
void enqueue(cuda::Stream stream, std::function<void()> work,
             std::function<void()> when_given = nullptr);

}  // namespace ai500::simulated

namespace ai500::cuda {

/// What nvcc compiles elsewhere.
template <class Functor>
void launch(Stream stream, Count n, Functor const& functor) {
  simulated::enqueue(stream, [=] {
    for (Count i = 0; i < n; ++i) functor(i);
  });
}

}  // namespace ai500::cuda
