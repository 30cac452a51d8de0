// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/types.hpp>

namespace ai500 {

/// Where a training stands, for whoever watches it.
struct FitProgress {
  int epoch = 0;  ///< of `epochs`, from 0
  int epochs = 1;
  Count step = 0;  ///< of `steps` in this epoch, from 0
  Count steps = 1;
  double loss = 0;           ///< of the last step
  double learning_rate = 0;  ///< of the last step
};

}  // namespace ai500
