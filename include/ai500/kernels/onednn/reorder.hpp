// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/onednn/widened.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

namespace native {

/// The same elements in another layout.
struct Reorder {
  static constexpr std::string_view name = "onednn";
  using operation = steps::Reorder;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  /// @throws Error naming the step, when oneDNN cannot reorder so
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types);
};

}  // namespace native

using Reorder = Widened<native::Reorder>;

}  // namespace ai500::kernels::onednn
