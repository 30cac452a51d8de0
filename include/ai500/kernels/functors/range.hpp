// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/types.hpp>

namespace ai500::kernels::functors {

/// First and one past the last.
struct Range {
  Count begin;
  Count end;
};

}  // namespace ai500::kernels::functors
