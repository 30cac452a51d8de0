// SPDX-License-Identifier: Apache-2.0
/// @file What a benchmark computes with, chosen by name.
#pragma once

#include <string>

#include <ai500/core/error.hpp>
#include <ai500/graph/steps.hpp>
#include <ai500/precision/policy.hpp>

namespace bench {

/// A kernel set and the precision that it computes in. What derives from it has a `name`.
template <class KernelSet, ai500::PrecisionPolicy PrecisionType>
struct Stack {
  using Kernels = KernelSet;
  using Precision = PrecisionType;
};

/// use(stack) with the one of this name.
/// @throws UsageError when there is none
template <class Use, class... S>
void with_stack(std::string const& name, Use const& use, ai500::TypeList<S...>) {
  std::string known;
  auto const takes = [&]<class One>(One stack) {
    known += (known.empty() ? "" : ", ") + std::string(One::name);
    if (One::name != name) return false;
    use(stack);
    return true;
  };
  if (!(takes(S{}) || ...))
    throw ai500::UsageError("--precision " + name + ": there is no such one here; there is " +
                            known);
}

}  // namespace bench
