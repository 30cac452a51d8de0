// SPDX-License-Identifier: Apache-2.0
/// @file What the benchmarks of NVIDIA GPUs compute with.
#pragma once

#include <string_view>

#include <ai500/kernels/cudnn.hpp>
#include <ai500/precision/bf16_mixed.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/precision/mixed.hpp>
#include <ai500/precision/tensor_float32.hpp>

#include "stack.hpp"

namespace bench {

/// A vendor's: kernels::CuDnn::with<Mine>.
using GpuKernels = ai500::kernels::CuDnn;

struct GpuFp32 : Stack<GpuKernels, ai500::precision::Fp32> {
  static constexpr std::string_view name = "fp32";
};
struct GpuTf32 : Stack<GpuKernels, ai500::precision::TensorFloat32> {
  static constexpr std::string_view name = "tf32";
};
struct GpuBf16 : Stack<GpuKernels, ai500::precision::Bf16Mixed> {
  static constexpr std::string_view name = "bf16";
};
struct GpuFp16 : Stack<GpuKernels, ai500::precision::Mixed> {
  static constexpr std::string_view name = "fp16";
};

using GpuStacks = ai500::TypeList<GpuFp32, GpuTf32, GpuBf16, GpuFp16>;

}  // namespace bench
