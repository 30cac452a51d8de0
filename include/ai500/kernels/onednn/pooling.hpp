// SPDX-License-Identifier: Apache-2.0
/// @file Poolings by oneDNN, in any of our layouts.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/onednn/widened.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

namespace native {

/// The greatest of each window; `selection` is oneDNN's workspace.
struct MaxPooling {
  static constexpr std::string_view name = "onednn";
  using operation = steps::MaxPooling;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);

  /// @throws GraphError when the shapes do not fit, Error when oneDNN's workspace is larger than a
  /// 32-bit integer an element
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};

/// The gradient goes to the element of each window that won.
struct MaxPoolingGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::MaxPoolingGradient;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);

  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};

/// The mean of each window, padding as zeros.
struct AveragePooling {
  static constexpr std::string_view name = "onednn";
  using operation = steps::AveragePooling;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);

  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};

/// The gradient is shared by the elements of each window.
struct AveragePoolingGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::AveragePoolingGradient;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);

  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};

}  // namespace native

using MaxPooling = Widened<native::MaxPooling>;
using MaxPoolingGradient = Widened<native::MaxPoolingGradient>;
using AveragePooling = Widened<native::AveragePooling>;
using AveragePoolingGradient = Widened<native::AveragePoolingGradient>;

}  // namespace ai500::kernels::onednn
