// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <ai500/kernels/onednn.hpp>

namespace ai500::testing {

/// True, visibly, where this processor has no kernels for activations in T.
template <class T>
bool skipped() {
  bool const runs = kernels::OneDnn::Traits::runs_here({number_type<T>, number_type<Computed<T>>});
  if (!runs) MESSAGE("SKIPPED: oneDNN has no kernels for this type on this processor");
  return !runs;
}

}  // namespace ai500::testing
