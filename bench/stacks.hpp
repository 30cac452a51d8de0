// SPDX-License-Identifier: Apache-2.0
/// @file What the benchmarks of CPUs compute with.
#pragma once

#include <string_view>

#include <ai500/kernels/onednn.hpp>
#include <ai500/precision/bf16_mixed.hpp>
#include <ai500/precision/fp32.hpp>

#include "stack.hpp"

namespace bench {

/// A vendor's: kernels::OneDnn::with<Mine>.
using Kernels = ai500::kernels::OneDnn;

struct Fp32 : Stack<Kernels, ai500::precision::Fp32> {
  static constexpr std::string_view name = "fp32";
};
struct Winograd : Stack<ai500::kernels::OneDnnWinograd, ai500::precision::Fp32> {
  static constexpr std::string_view name = "fp32-winograd";
};
struct Bf16 : Stack<Kernels, ai500::precision::Bf16Mixed> {
  static constexpr std::string_view name = "bf16";
};

using Stacks = ai500::TypeList<Fp32, Winograd, Bf16>;

}  // namespace bench
