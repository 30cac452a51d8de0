// SPDX-License-Identifier: Apache-2.0
/// @file How a workload is trained unless the command line says otherwise, and what it must reach.
#pragma once

#include <ai500/core/types.hpp>

// Recipes need the names of models and data sets only.
namespace ai500::models {
struct SmallResNet;
}
namespace ai500::datasets {
class FashionMnist;
}

namespace ai500::workloads {

/// The defaults of a model on a data set. The primary template is the paper's: ResNet-50 on
/// ImageNet (Table 4; epochs, batch and smoothing of its released scripts). Specialize it for a
/// model and data set of your own.
template <class Model, class Dataset>
struct Recipe {
  int epochs = 90;
  Count batch = 256;  ///< |B_k|
  double label_smoothing = 0.1;
  double target_top1 = 0.763;  ///< target_quality of Eq. (8)
};

/// A small residual network on Fashion-MNIST: six epochs are enough for each bootstrap to reach
/// 0.90 and for the vote of two to reach the target.
template <>
struct Recipe<models::SmallResNet, datasets::FashionMnist> {
  int epochs = 6;
  Count batch = 128;
  double label_smoothing = 0.1;
  double target_top1 = 0.91;
};

}  // namespace ai500::workloads
