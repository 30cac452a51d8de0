// SPDX-License-Identifier: Apache-2.0
/// @file What devices::Cuda asks CUDA's runtime. One file of a program includes it: ai500::cuda's.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include <ai500/devices/cuda.hpp>
#include <ai500/devices/cuda/check.hpp>

namespace ai500 {

namespace cuda {

namespace detail {

/// 13000 -> "13.0".
inline std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

inline std::string gigabytes(std::size_t bytes) {
  char number[32];
  std::snprintf(number, sizeof number, "%.1f GB", static_cast<double>(bytes) / 1e9);
  return number;
}

/// The code, in words.
inline std::string named(cudaError_t code) {
  return std::string(cudaGetErrorName(code)) + " (" + cudaGetErrorString(code) + ")";
}

/// The GPU of this number, as CUDA describes it.
inline Properties properties_of(int ordinal) {
  cudaDeviceProp all;
  check(cudaGetDeviceProperties(&all, ordinal), "cudaGetDeviceProperties");
  int driver = 0, runtime = 0;
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  char bus[32] = {};
  check(cudaDeviceGetPCIBusId(bus, sizeof bus, ordinal), "cudaDeviceGetPCIBusId");
  return {.name = all.name,
          .ordinal = ordinal,
          .bus = bus,
          .major = all.major,
          .minor = all.minor,
          .memory_bytes = all.totalGlobalMem,
          .multiprocessors = all.multiProcessorCount,
          .driver = version_text(driver),
          .runtime = version_text(runtime)};
}

}  // namespace detail

std::string text(Properties const& p) {
  return p.name + ", compute capability " + std::to_string(p.major) + "." +
         std::to_string(p.minor) + ", " + std::to_string(p.multiprocessors) + " multiprocessors, " +
         detail::gigabytes(p.memory_bytes) + ", CUDA " + p.runtime + " (driver " + p.driver + ")";
}

int device_count() {
  int count = 0;
  cudaError_t const code = cudaGetDeviceCount(&count);
  // No driver, or no GPU: there are none.
  if (code == cudaErrorNoDevice || code == cudaErrorInsufficientDriver) {
    cudaGetLastError();  // or the next call would report it
    return 0;
  }
  check(code, "cudaGetDeviceCount");
  return count;
}

}  // namespace cuda

namespace devices {

Cuda::Cuda(int ordinal) {
  int count = 0;
  cudaError_t const code = cudaGetDeviceCount(&count);
  std::string const asked = "no CUDA device " + std::to_string(ordinal) + ": ";
  if (code != cudaSuccess) {
    cudaGetLastError();
    throw DeviceError(asked + cuda::detail::named(code));
  }
  if (ordinal < 0 || ordinal >= count)
    throw DeviceError(asked + "this process sees " + std::to_string(count) +
                      (count == 1 ? " GPU" : " GPUs") + ", numbered from 0");
  cuda::check(cudaSetDevice(ordinal), "cudaSetDevice");
  properties_ = cuda::detail::properties_of(ordinal);
  cuda::check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking),
              "cudaStreamCreateWithFlags");
  cuda::check(cudaStreamCreateWithFlags(&uploads_, cudaStreamNonBlocking),
              "cudaStreamCreateWithFlags");
  cuda::check(cudaEventCreateWithFlags(&uploads_done_, cudaEventDisableTiming),
              "cudaEventCreateWithFlags");
}

// Without a GPU the other constructor says so.
Cuda::Cuda(DeviceChoice const& choice)
    : Cuda(choice.local_rank % std::max(1, cuda::device_count())) {}

Cuda Cuda::described(cuda::Properties properties) { return {Described{}, std::move(properties)}; }

Cuda::Cuda(Cuda&& other) noexcept
    : properties_(std::move(other.properties_)),
      stream_(std::exchange(other.stream_, nullptr)),
      uploads_(std::exchange(other.uploads_, nullptr)),
      uploads_done_(std::exchange(other.uploads_done_, nullptr)),
      attachments_(std::exchange(other.attachments_, {})) {}

Cuda::~Cuda() {
  if (!is_here()) return;
  cudaStreamSynchronize(uploads_);
  cudaStreamSynchronize(stream_);
  attachments_.clear();  // they use the stream
  cudaEventDestroy(uploads_done_);
  cudaStreamDestroy(uploads_);
  cudaStreamDestroy(stream_);
}

void Cuda::require_here(char const* what) const {
  if (!is_here())
    throw DeviceError("no CUDA device for " + std::string(what) + ": " + properties_.name +
                      " is only described, for programs to be fitted to");
}

void* Cuda::allocate(std::size_t bytes) {
  require_here("memory");
  if (bytes == 0) bytes = 1;
  void* memory = nullptr;
  cudaError_t const code = cudaMalloc(&memory, bytes);
  if (code == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // or the next launch would report it
    std::size_t free = 0, total = 0;
    cuda::check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    throw DeviceError("cudaMalloc: " + std::to_string(bytes) + " bytes asked for, " +
                      std::to_string(free) + " of " + std::to_string(total) + " free on GPU " +
                      std::to_string(properties_.ordinal) + " (" + properties_.name +
                      "); a smaller --batch or --micro-batch needs less");
  }
  cuda::check(code, "cudaMalloc of " + std::to_string(bytes) + " bytes");
  cudaError_t const cleared = cudaMemsetAsync(memory, 0, bytes, stream_);
  if (cleared != cudaSuccess) cudaFree(memory);
  cuda::check(cleared, "cudaMemsetAsync");
  return memory;
}

void Cuda::deallocate(void* memory) noexcept {
  cudaStreamSynchronize(stream_);
  cudaFree(memory);
}

void* Cuda::allocate_staging(std::size_t bytes) {
  require_here("pinned memory");
  if (bytes == 0) bytes = 1;
  void* staging = nullptr;
  cuda::check(cudaHostAlloc(&staging, bytes, cudaHostAllocDefault),
              "cudaHostAlloc of " + std::to_string(bytes) + " bytes");
  std::memset(staging, 0, bytes);
  return staging;
}

void Cuda::deallocate_staging(void* staging) noexcept {
  cudaStreamSynchronize(uploads_);
  cudaStreamSynchronize(stream_);
  cudaFreeHost(staging);
}

void Cuda::upload(void* to, void const* staging, std::size_t bytes) {
  require_here("a copy");
  cuda::check(cudaMemcpyAsync(to, staging, bytes, cudaMemcpyHostToDevice, stream_),
              "cudaMemcpyAsync to the GPU");
}

void Cuda::download(void* staging, void const* from, std::size_t bytes) {
  require_here("a copy");
  cuda::check(cudaMemcpyAsync(staging, from, bytes, cudaMemcpyDeviceToHost, stream_),
              "cudaMemcpyAsync from the GPU");
  synchronize();
}

void Cuda::upload_ahead(void* to, void const* staging, std::size_t bytes) {
  cuda::check(cudaMemcpyAsync(to, staging, bytes, cudaMemcpyHostToDevice, uploads_),
              "cudaMemcpyAsync to the GPU");
}

void Cuda::join_uploads() {
  cuda::check(cudaEventRecord(uploads_done_, uploads_), "cudaEventRecord");
  cuda::check(cudaStreamWaitEvent(stream_, uploads_done_, 0), "cudaStreamWaitEvent");
}

void Cuda::download_late(void* staging, void const* from, std::size_t bytes) {
  cuda::check(cudaMemcpyAsync(staging, from, bytes, cudaMemcpyDeviceToHost, stream_),
              "cudaMemcpyAsync from the GPU");
}

Cuda::Mark::Mark(Cuda&) {
  cuda::check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming),
              "cudaEventCreateWithFlags");
}

Cuda::Mark::~Mark() {
  if (event_ != nullptr) cudaEventDestroy(event_);
}

void Cuda::set(Mark& mark) {
  cuda::check(cudaEventRecord(mark.event_, stream_), "cudaEventRecord");
}

bool Cuda::has_reached(Mark const& mark) {
  cudaError_t const code = cudaEventQuery(mark.event_);
  if (code == cudaErrorNotReady) {
    cudaGetLastError();  // or the next launch would report it
    return false;
  }
  cuda::check(code, "cudaEventQuery");
  return true;
}

Cuda::Recording::~Recording() {
  if (graph_ != nullptr) cudaGraphExecDestroy(graph_);
}

void Cuda::begin_recording() {
  // Other threads' calls (another rank's, say) are none of this recording's business.
  cuda::check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal),
              "cudaStreamBeginCapture");
}

Cuda::Recording Cuda::end_recording() {
  cudaGraph_t graph = nullptr;
  cuda::check(cudaStreamEndCapture(stream_, &graph), "cudaStreamEndCapture");
  cudaGraphExec_t to_launch = nullptr;
  cudaError_t const code = cudaGraphInstantiateWithFlags(&to_launch, graph, 0);
  cudaGraphDestroy(graph);
  cuda::check(code, "cudaGraphInstantiateWithFlags");
  return Recording(to_launch);
}

void Cuda::abandon_recording() noexcept {
  cudaGraph_t graph = nullptr;
  cudaStreamEndCapture(stream_, &graph);
  if (graph != nullptr) cudaGraphDestroy(graph);
  cudaGetLastError();
}

void Cuda::replay(Recording const& recording) {
  cuda::check(cudaGraphLaunch(recording.graph_, stream_), "cudaGraphLaunch");
}

void Cuda::synchronize() {
  require_here("work");
  cuda::check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
}

}  // namespace devices

}  // namespace ai500
