// SPDX-License-Identifier: Apache-2.0
/// @file A small residual network and small images, for tests that train.
#pragma once

#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workloads/image_classification.hpp>

namespace ai500::testing {

using SmallImages = datasets::SyntheticImages<1, 12, 12, 4>;

/// Two stages of one basic block, width 4: convolutions of stride 1 and 2, projections,
/// normalization, pooling.
struct TinyResNet {
  static constexpr std::string_view name = "tiny ResNet";
  static constexpr Graph graph(Shape image, Count classes) {
    return models::resnet({.block = models::ResNetOptions::Block::basic,
                           .stages = {1, 1, 0, 0},
                           .width = 4,
                           .stem = square(3, 1, 1),
                           .stem_pooling = true},
                          image, classes);
  }
};

inline Graph small_graph(double label_smoothing = 0.1) {
  constexpr ImageShape image = SmallImages::image_shape;
  return workloads::with_cross_entropy(
      TinyResNet::graph({.channels = image.channels, .height = image.height, .width = image.width},
                        SmallImages::classes),
      label_smoothing);
}

}  // namespace ai500::testing
