// SPDX-License-Identifier: Apache-2.0
/// @file The order in which the elements of a value stand in memory.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include <ai500/graph/shape.hpp>

namespace ai500 {

/// The order of a value's elements. n, c, h, w are items, channels, height and width.
enum class Layout {
  plain,          ///< n c h w, outermost first
  channels_8,     ///< n c/8 h w 8c: eight channels of a pixel stand together
  channels_16,    ///< n c/16 h w 16c
  channels_last,  ///< n h w c: all channels of a pixel stand together
};

inline constexpr std::array all_layouts{Layout::plain, Layout::channels_8, Layout::channels_16,
                                        Layout::channels_last};

/// The usual name: "NCHW", "nChw16c", "NHWC".
constexpr std::string_view name(Layout layout) {
  switch (layout) {
    case Layout::channels_8:
      return "nChw8c";
    case Layout::channels_16:
      return "nChw16c";
    case Layout::channels_last:
      return "NHWC";
    case Layout::plain:
      break;
  }
  return "NCHW";
}

/// How many channels of a value of this shape stand together.
constexpr Count channel_block(Layout layout, Shape const& shape) {
  switch (layout) {
    case Layout::channels_8:
      return 8;
    case Layout::channels_16:
      return 16;
    case Layout::channels_last:
      return shape.channels;
    case Layout::plain:
      break;
  }
  return 1;
}

/// Whether a value can have the layout without padding.
constexpr bool fits(Layout layout, Shape const& shape) {
  return shape.channels % channel_block(layout, shape) == 0;
}

/// Whether two layouts are the same order for this shape: a value of one pixel an item, or of one
/// channel, is plain in every layout that fits it.
constexpr bool same_order(Layout a, Layout b, Shape const& shape) {
  bool const is_plain = shape.height * shape.width == 1 || shape.channels == 1;
  return a == b || (is_plain && fits(a, shape) && fits(b, shape));
}

/// Where element (n, c, h, w) of a value stands in a layout that fits its shape.
constexpr Count element_index(Layout layout, Shape const& shape, Count n, Count c, Count h,
                              Count w) {
  Count const block = channel_block(layout, shape);
  return (((n * (shape.channels / block) + c / block) * shape.height + h) * shape.width + w) *
             block +
         c % block;
}

/// The layouts in which a kernel takes and gives the values of a step, in their order.
struct StepLayouts {
  std::vector<Layout> reads{};
  std::vector<Layout> writes{};

  bool operator==(StepLayouts const&) const = default;

  Layout read(std::size_t i) const { return i < reads.size() ? reads[i] : Layout::plain; }
  Layout write(std::size_t i) const { return i < writes.size() ? writes[i] : Layout::plain; }
};

}  // namespace ai500
