// SPDX-License-Identifier: Apache-2.0
/// @file Extents of values, and the windows that convolutions and poolings slide over them.
#pragma once

#include <string>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// The extents of a value, outermost first. In a Graph `items` is the number an image (1; in a
/// detector, the regions); in a Program it includes the micro-batch. A convolution's weight is
/// (output channels, input channels / groups, kernel height, kernel width), a fully connected
/// layer's (outputs, inputs, 1, 1).
struct Shape {
  Count items = 1;
  Count channels = 1;
  Count height = 1;
  Count width = 1;

  constexpr Count elements() const { return items * channels * height * width; }
  /// Elements of one item.
  constexpr Count item_elements() const { return channels * height * width; }

  constexpr bool operator==(Shape const&) const = default;
};

/// A height and a width, in elements.
struct Extent {
  Count height = 1;
  Count width = 1;

  constexpr bool operator==(Extent const&) const = default;
};

/// A window that slides over the height and width of a value. Padding is on both sides.
struct Window {
  Extent kernel;
  Extent stride{1, 1};
  Extent padding{0, 0};

  constexpr bool operator==(Window const&) const = default;
};

/// A window with equal extents in both directions.
constexpr Window square(Count kernel, Count stride = 1, Count padding = 0) {
  return {{kernel, kernel}, {stride, stride}, {padding, padding}};
}

/// "64x3x7x7".
inline std::string text(Shape const& shape) {
  return std::to_string(shape.items) + "x" + std::to_string(shape.channels) + "x" +
         std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

/// "3x3 stride 2x2 padding 1x1".
inline std::string text(Window const& window) {
  auto pair = [](Extent e) { return std::to_string(e.height) + "x" + std::to_string(e.width); };
  return pair(window.kernel) + " stride " + pair(window.stride) + " padding " +
         pair(window.padding);
}

namespace detail {
[[noreturn]] inline void throw_window_error(Window const& window, Shape const& input) {
  throw GraphError(
      "window " + text(window) + " does not fit an input of " + text(input) +
      ": kernel and stride must be positive, padding between 0 and kernel - 1, and the padded " +
      "input at least as large as the kernel");
}
}  // namespace detail

/// How many positions the window takes on an input: floor((input + 2 padding - kernel) / stride) +
/// 1 in each direction.
/// @throws GraphError when there is none, naming window and input.
constexpr Extent window_positions(Window const& window, Shape const& input) {
  auto positions = [&](Count size, Count kernel, Count stride, Count padding) -> Count {
    bool const fits = kernel >= 1 && stride >= 1 && padding >= 0 && padding < kernel &&
                      size + 2 * padding >= kernel;
    if (!fits) detail::throw_window_error(window, input);
    return (size + 2 * padding - kernel) / stride + 1;
  };
  return {
      positions(input.height, window.kernel.height, window.stride.height, window.padding.height),
      positions(input.width, window.kernel.width, window.stride.width, window.padding.width)};
}

}  // namespace ai500
