// SPDX-License-Identifier: Apache-2.0
/// @file What the benchmarks of CPUs compute with, by the name of its precision.
#pragma once

#include <string>

#include <ai500/core/error.hpp>
#include <ai500/graph/steps.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/precision/fp32.hpp>

namespace bench {

/// A kernel set and the precision that it computes in.
template <class KernelSet, ai500::PrecisionPolicy PrecisionType>
struct Stack {
  using Kernels = KernelSet;
  using Precision = PrecisionType;
};

/// What is measured, one line a precision. A vendor's: kernels::OneDnn::with<Mine>.
using Stacks = ai500::TypeList<Stack<ai500::kernels::OneDnn, ai500::precision::Fp32>>;

/// use(Stack) with the one whose precision has the name.
/// @throws UsageError when there is none
template <class Use, class... S>
void with_stack(std::string const& precision, Use const& use, ai500::TypeList<S...>) {
  std::string known;
  auto const takes = [&]<class One>(One stack) {
    known += (known.empty() ? "" : ", ") + std::string(One::Precision::name);
    if (One::Precision::name != precision) return false;
    use(stack);
    return true;
  };
  if (!(takes(S{}) || ...))
    throw ai500::UsageError("--precision " + precision + ": there is no such one here; there is " +
                            known);
}

}  // namespace bench
