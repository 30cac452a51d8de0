// SPDX-License-Identifier: Apache-2.0
/// @file The ResNet family (He et al. 2016): functions that return a Graph, and the model types
/// that workloads name.
#pragma once

#include <array>
#include <string_view>

#include <ai500/graph/graph.hpp>

namespace ai500::models {

/// How a ResNet is built. The defaults are ResNet-50 v1 on ImageNet's shapes.
struct ResNetOptions {
  enum class Block {
    basic,       ///< 3x3, 3x3
    bottleneck,  ///< 1x1, 3x3, 1x1 with four times the channels; v1: the stride is in the first 1x1
    bottleneck_v15  ///< v1.5: the stride is in the 3x3
  };

  Block block = Block::bottleneck;
  std::array<int, 4> stages{3, 4, 6, 3};  ///< blocks a stage; 0 ends the network
  Count width = 64;                       ///< channels of the first stage
  Window stem = square(7, 2, 3);
  bool stem_pooling = true;  ///< 3x3 max pooling with stride 2 behind the stem
};

namespace detail {

[[gnu::cold]] constexpr ValueIndex normalized_convolution(Graph& graph, ValueIndex x,
                                                          Count channels, Window window) {
  return graph.normalization(graph.convolution(x, channels, window));
}

/// One residual block: relu(f(x) + shortcut(x)); the shortcut is a 1x1 convolution where the shape
/// changes.
[[gnu::cold]] constexpr ValueIndex residual_block(Graph& graph, ValueIndex x, Count channels,
                                                  Count stride, ResNetOptions::Block block) {
  using Block = ResNetOptions::Block;
  Count const out = block == Block::basic ? channels : 4 * channels;
  ValueIndex y = x;
  if (block == Block::basic) {
    y = graph.relu(normalized_convolution(graph, y, channels, square(3, stride, 1)));
    y = normalized_convolution(graph, y, channels, square(3, 1, 1));
  } else {
    Count const first = block == Block::bottleneck ? stride : 1;
    y = graph.relu(normalized_convolution(graph, y, channels, square(1, first)));
    y = graph.relu(normalized_convolution(graph, y, channels, square(3, stride / first, 1)));
    y = normalized_convolution(graph, y, out, square(1));
  }
  bool const projects = graph.shape(x).channels != out || stride != 1;
  ValueIndex const shortcut =
      projects ? normalized_convolution(graph, x, out, square(1, stride)) : x;
  return graph.relu(graph.add(y, shortcut));
}

}  // namespace detail

/// A residual network from an image (1, channels, height, width) to logits (1, classes, 1, 1), its
/// last value.
[[gnu::cold]] constexpr Graph resnet(ResNetOptions const& options, Shape image, Count classes) {
  Graph graph;
  ValueIndex x = graph.input("image", image);
  x = graph.relu(detail::normalized_convolution(graph, x, options.width, options.stem));
  if (options.stem_pooling) x = graph.max_pooling(x, square(3, 2, 1));
  Count channels = options.width;
  for (std::size_t stage = 0; stage < options.stages.size() && options.stages[stage] > 0; ++stage) {
    for (int block = 0; block < options.stages[stage]; ++block)
      x = detail::residual_block(graph, x, channels, stage > 0 && block == 0 ? 2 : 1,
                                 options.block);
    channels *= 2;
  }
  x = graph.global_average_pooling(x);
  graph.fully_connected(x, classes);
  return graph;
}

/// ResNet-50 v1, the network whose FLOPs the paper counts, on square images of three channels.
constexpr Graph resnet50(Count size, Count classes = 1000) {
  return resnet({}, {.channels = 3, .height = size, .width = size}, classes);
}

/// ResNet-50 v1.5, the network that the paper's released code, PyTorch and MLPerf train.
constexpr Graph resnet50_v15(Count size, Count classes = 1000) {
  return resnet({.block = ResNetOptions::Block::bottleneck_v15},
                {.channels = 3, .height = size, .width = size}, classes);
}

// Model types: a name and `graph(image, classes)` -> logits. What a workload is given.

/// ResNet-18; v1 and v1.5 are the same network, for only bottlenecks differ.
struct ResNet18 {
  static constexpr std::string_view name = "ResNet-18";
  static constexpr ResNetOptions options{.block = ResNetOptions::Block::basic,
                                         .stages = {2, 2, 2, 2}};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-34.
struct ResNet34 {
  static constexpr std::string_view name = "ResNet-34";
  static constexpr ResNetOptions options{.block = ResNetOptions::Block::basic};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-50 v1: the stride of a stage in its first 1x1 convolution. The paper's count.
struct ResNet50 {
  static constexpr std::string_view name = "ResNet-50 v1";
  static constexpr ResNetOptions options{};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-50 v1.5: the stride of a stage in its first 3x3 convolution. What PyTorch and MLPerf
/// train.
struct ResNet50V15 {
  static constexpr std::string_view name = "ResNet-50 v1.5";
  static constexpr ResNetOptions options{.block = ResNetOptions::Block::bottleneck_v15};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-101 v1.
struct ResNet101 {
  static constexpr std::string_view name = "ResNet-101 v1";
  static constexpr ResNetOptions options{.stages = {3, 4, 23, 3}};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-101 v1.5.
struct ResNet101V15 {
  static constexpr std::string_view name = "ResNet-101 v1.5";
  static constexpr ResNetOptions options{.block = ResNetOptions::Block::bottleneck_v15,
                                         .stages = {3, 4, 23, 3}};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-152 v1.
struct ResNet152 {
  static constexpr std::string_view name = "ResNet-152 v1";
  static constexpr ResNetOptions options{.stages = {3, 8, 36, 3}};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-152 v1.5.
struct ResNet152V15 {
  static constexpr std::string_view name = "ResNet-152 v1.5";
  static constexpr ResNetOptions options{.block = ResNetOptions::Block::bottleneck_v15,
                                         .stages = {3, 8, 36, 3}};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-20 for small images (He et al. 2016, section 4.2): three stages of three basic blocks,
/// width 16. Its shortcuts are 1x1 convolutions where the shape changes.
struct ResNet20 {
  static constexpr std::string_view name = "ResNet-20";
  static constexpr ResNetOptions options{.block = ResNetOptions::Block::basic,
                                         .stages = {3, 3, 3, 0},
                                         .width = 16,
                                         .stem = square(3, 1, 1),
                                         .stem_pooling = false};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

/// ResNet-8 whose stem halves the image: small enough that a laptop trains it in minutes.
struct SmallResNet {
  static constexpr std::string_view name = "ResNet-8 (width 16, stem stride 2)";
  static constexpr ResNetOptions options{.block = ResNetOptions::Block::basic,
                                         .stages = {1, 1, 1, 0},
                                         .width = 16,
                                         .stem = square(3, 2, 1),
                                         .stem_pooling = false};
  static constexpr Graph graph(Shape image, Count classes) {
    return resnet(options, image, classes);
  }
};

}  // namespace ai500::models
