// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include <ai500/core/types.hpp>

namespace ai500 {

/// A place between two steps of a training: the step that is next, and what was done before it.
struct FitPosition {
  int epoch = 0;                ///< of the next step, from 0; all epochs: there is none
  Count step = 0;               ///< the next step's number in that epoch, from 0
  Count samples_processed = 0;  ///< in all steps done
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< of the last step done
};

}  // namespace ai500
