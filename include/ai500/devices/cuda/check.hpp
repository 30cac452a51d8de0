// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <cuda_runtime_api.h>

#include <ai500/core/error.hpp>

namespace ai500::cuda {

/// What a call of CUDA's runtime returned.
/// @param function as in "cudaMalloc of 1024 bytes"
/// @throws DeviceError with the call, the code's name and CUDA's text unless it is cudaSuccess
inline void check(cudaError_t code, std::string const& function) {
  if (code == cudaSuccess) return;
  throw DeviceError(function + ": " + cudaGetErrorName(code) + " (" + cudaGetErrorString(code) +
                    ")");
}
/// The same without an allocation where all is well.
inline void check(cudaError_t code, char const* function) {
  if (code != cudaSuccess) check(code, std::string(function));
}

}  // namespace ai500::cuda
