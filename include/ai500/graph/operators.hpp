// SPDX-License-Identifier: Apache-2.0
/// @file The operators a model is made of: those of Table 3 and the loss.
#pragma once

#include <string_view>
#include <variant>

#include <ai500/core/name_of_held.hpp>
#include <ai500/graph/shape.hpp>

namespace ai500 {

namespace operators {

/// Convolution, depth-wise (groups = channels in = channels out) and group convolution. No bias: a
/// normalization follows.
struct Convolution {
  static constexpr std::string_view name = "convolution";
  Count channels;  ///< output channels
  Window window;
  Count groups = 1;
};

/// y = W x + b over all the elements of an item.
struct FullyConnected {
  static constexpr std::string_view name = "fully connected";
  Count outputs;
};

/// max(x, 0).
struct Relu {
  static constexpr std::string_view name = "relu";
};

/// The sum of two values of one shape: the end of a residual block.
struct Add {
  static constexpr std::string_view name = "add";
};

struct MaxPooling {
  static constexpr std::string_view name = "max pooling";
  Window window;
};

/// The mean over a window; padding counts as zeros.
struct AveragePooling {
  static constexpr std::string_view name = "average pooling";
  Window window;
};

/// Batch normalization (Ioffe and Szegedy 2015): over items, height and width of each channel, then
/// scale and shift.
struct Normalization {
  static constexpr std::string_view name = "normalization";
  double epsilon = 1e-5;
  double momentum = 0.1;  ///< weight of the newest batch in the running statistics
};

/// The mean cross-entropy of softmax(logits) with labels; each label is smoothed to (1 - s) for its
/// class + s / classes for all (Szegedy et al. 2016).
struct SoftmaxCrossEntropy {
  static constexpr std::string_view name = "softmax cross-entropy";
  double label_smoothing = 0;
};

}  // namespace operators

/// Any operator. A new one is added here, to `kind` (Table 3) and to `lower`.
using Operator = std::variant<operators::Convolution, operators::FullyConnected, operators::Relu,
                              operators::Add, operators::MaxPooling, operators::AveragePooling,
                              operators::Normalization, operators::SoftmaxCrossEntropy>;

/// The operator's name, as in reports.
constexpr std::string_view name(Operator const& what) { return name_of_held(what); }

}  // namespace ai500
