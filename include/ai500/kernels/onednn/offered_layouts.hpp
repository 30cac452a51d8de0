// SPDX-License-Identifier: Apache-2.0
/// @file Which layouts a step offers: those that oneDNN has code of its own for on this processor.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include <ai500/graph/layout.hpp>

namespace ai500::kernels::onednn {

/// Whether this is oneDNN's reference: there for every layout, and slower by orders of magnitude
/// than what it has for the processor's instructions.
inline bool is_reference(std::string_view implementation) {
  return implementation.starts_with("ref");
}

/// The layouts, best first, without those that only oneDNN's reference computes in; all, where it
/// has nothing else. What is best differs: with AVX2 it has code for blocks of 8 channels, but none
/// for blocks of 16.
/// @param implementation_of (StepLayouts) -> oneDNN's name of its first implementation
template <class ImplementationOf>
std::vector<StepLayouts> without_reference(std::vector<StepLayouts> const& layouts,
                                           ImplementationOf const& implementation_of) {
  std::vector<StepLayouts> offered;
  std::ranges::copy_if(layouts, std::back_inserter(offered), [&](StepLayouts const& one) {
    return !is_reference(implementation_of(one));
  });
  return offered.empty() ? layouts : offered;
}

}  // namespace ai500::kernels::onednn
