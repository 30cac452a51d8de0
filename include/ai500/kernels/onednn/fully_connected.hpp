// SPDX-License-Identifier: Apache-2.0
/// @file The fully connected layer by oneDNN's matrix product.
#pragma once

#include <memory>
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/onednn/widened.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

namespace native {

/// y = x weight^T + bias
struct FullyConnected {
  static constexpr std::string_view name = "onednn";
  using operation = steps::FullyConnected;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  /// @throws GraphError when the shapes do not fit, Error when oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types);
};

/// dx = dy weight
struct FullyConnectedDataGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::FullyConnectedDataGradient;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  /// @throws GraphError when the shapes do not fit, Error when oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types);
};

/// dweight = dy^T x, dbias = the sum of dy over the items
struct FullyConnectedWeightGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::FullyConnectedWeightGradient;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  /// @throws GraphError when the shapes do not fit, Error when oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types);
};

}  // namespace native

using FullyConnected = Widened<native::FullyConnected>;
using FullyConnectedDataGradient = Widened<native::FullyConnectedDataGradient>;
using FullyConnectedWeightGradient = Widened<native::FullyConnectedWeightGradient>;

}  // namespace ai500::kernels::onednn
