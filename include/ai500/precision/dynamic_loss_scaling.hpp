// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ai500::precision {

/// How the factor follows the gradients that keeps small ones from vanishing in 16 bits
/// (Micikevicius et al. 2018): it grows after so many steps without overflow and shrinks, the
/// step's update skipped, with each overflow. Powers of two, so that scaling rounds nothing.
struct DynamicLossScaling {
  double initial = 65536;
  double growth = 2;
  double backoff = 0.5;  ///< but never below 1
  int growth_interval = 2000;
  double largest = 16777216;
};

}  // namespace ai500::precision
