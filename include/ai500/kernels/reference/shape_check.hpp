// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::reference {

/// The shapes that a step is given against those it needs: every function throws a GraphError that
/// names the step, what is wrong and all the shapes. The Shapes must outlive the check.
class ShapeCheck {
 public:
  /// @throws GraphError when the step does not read and write so many values, or one has no
  /// elements
  ShapeCheck(std::string_view step, Shapes const& shapes, std::size_t reads, std::size_t writes)
      : step_(step), shapes_(shapes) {
    if (shapes.reads.size() != reads || shapes.writes.size() != writes)
      fail("must read " + std::to_string(reads) + " and write " + std::to_string(writes) +
           " values");
    for (auto const* side : {&shapes.reads, &shapes.writes})
      for (Shape const& shape : *side)
        if (shape.items < 1 || shape.channels < 1 || shape.height < 1 || shape.width < 1)
          fail("every extent must be positive");
  }

  /// @throws GraphError with `rule` when it is not kept
  void require(bool kept, std::string_view rule) const {
    if (!kept) fail(std::string(rule));
  }

  /// @throws GraphError when a value has not the shape it must have
  void equal(std::string_view value, Shape const& shape, Shape const& expected) const {
    if (shape != expected)
      fail(std::string(value) + " is " + text(shape) + " and must be " + text(expected));
  }

 private:
  [[noreturn]] void fail(std::string const& what) const {
    throw GraphError(std::string(step_) + ": " + what + " (" + text(shapes_) + ")");
  }

  std::string_view step_;
  Shapes const& shapes_;
};

}  // namespace ai500::kernels::reference
