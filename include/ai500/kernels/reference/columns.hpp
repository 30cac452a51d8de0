// SPDX-License-Identifier: Apache-2.0
/// @file The matrix whose product with the filters is a convolution (im2col), and its adjoint
/// (col2im).
#pragma once

#include <algorithm>

#include <ai500/graph/shape.hpp>

namespace ai500::kernels::reference {

/// Positions first ... last - 1 of something that slides.
struct PositionRange {
  Count first;
  Count last;
};

/// Those of `positions` where element position x stride + offset lies in [0, size).
constexpr PositionRange positions_inside(Count offset, Count stride, Count size, Count positions) {
  Count const first = offset < 0 ? (-offset + stride - 1) / stride : 0;
  Count const last = offset < size ? (size - 1 - offset) / stride + 1 : 0;
  return {std::min(first, positions), std::clamp(last, std::min(first, positions), positions)};
}

/// An image (c, h, w), a part of the channels of an item, and the window that slides over it. Its
/// columns are a matrix (c kh kw, h' w'): the column of a position is what the window sees there,
/// zeros in the padding.
struct ColumnsGeometry {
  Count channels;
  Extent image;
  Window window;
  Extent positions;

  constexpr Count rows() const { return channels * window.kernel.height * window.kernel.width; }
  constexpr Count columns() const { return positions.height * positions.width; }

  /// The columns are the image itself: a 1x1 window with stride 1, without padding.
  constexpr bool are_the_image() const { return window == Window{}; }
};

namespace detail {

/// run(row, inside, image) for each part of the columns' matrix that stands side by side in a row
/// of the image, h' w' of them a row of the matrix: `row` is the index of its first element, of
/// which those of `inside` are in the image, the first of them at index `image`.
template <class Run>
void for_each_run(ColumnsGeometry const& g, Run const& run) {
  Window const& window = g.window;
  Count row = 0;
  for (Count channel = 0; channel < g.channels; ++channel)
    for (Count kh = 0; kh < window.kernel.height; ++kh)
      for (Count kw = 0; kw < window.kernel.width; ++kw) {
        Count const top = kh - window.padding.height;
        Count const left = kw - window.padding.width;
        PositionRange const vertical =
            positions_inside(top, window.stride.height, g.image.height, g.positions.height);
        PositionRange const horizontal =
            positions_inside(left, window.stride.width, g.image.width, g.positions.width);
        for (Count i = 0; i < g.positions.height; ++i, row += g.positions.width) {
          Count const y = i * window.stride.height + top;
          Count const x = horizontal.first * window.stride.width + left;
          PositionRange const inside =
              i >= vertical.first && i < vertical.last ? horizontal : PositionRange{0, 0};
          run(row, inside, (channel * g.image.height + y) * g.image.width + x);
        }
      }
}

}  // namespace detail

/// Writes the columns (c kh kw, h' w') of an image (c, h, w).
template <class T>
void image_to_columns(ColumnsGeometry const& geometry, T const* image, T* columns) {
  Count const width = geometry.positions.width;
  Count const stride = geometry.window.stride.width;
  detail::for_each_run(geometry, [=](Count row, PositionRange inside, Count first) {
    T* to = columns + row;
    for (Count j = 0; j < inside.first; ++j) to[j] = T(0);
    for (Count j = inside.first, from = first; j < inside.last; ++j, from += stride)
      to[j] = image[from];
    for (Count j = inside.last; j < width; ++j) to[j] = T(0);
  });
}

/// Adds each element of the columns (c kh kw, h' w') to the element of the image (c, h, w) that it
/// is a copy of: the adjoint of `image_to_columns`.
template <class T>
void add_columns_to_image(ColumnsGeometry const& geometry, T const* columns, T* image) {
  Count const stride = geometry.window.stride.width;
  detail::for_each_run(geometry, [=](Count row, PositionRange inside, Count first) {
    for (Count j = inside.first, to = first; j < inside.last; ++j, to += stride)
      image[to] += columns[row + j];
  });
}

}  // namespace ai500::kernels::reference
