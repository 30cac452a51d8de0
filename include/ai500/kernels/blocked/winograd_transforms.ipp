// SPDX-License-Identifier: Apache-2.0
/// @file Winograd's minimal filtering F(4x4, 3x3): what a tile is transformed by. With d a tile of
/// 6x6 numbers, g a filter and y the 4x4 results of their correlation,
///
///   y = A^T [(G g G^T) * (B^T d B)] A,   * element by element,
///
/// and so, with dy the gradient of y, dg = G^T [(A dy A^T) * (B^T d B)] G. The matrices are those
/// of Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016. Each transform is
/// done along columns, then along rows, on vectors of channels.
#pragma once

#include <ai500/core/types.hpp>

namespace ai500::kernels::blocked {

inline constexpr int tile_in = 6;                 ///< rows and columns of d
inline constexpr int tile_out = 4;                ///< of y
inline constexpr int tile_filter = 3;             ///< of g
inline constexpr int points = tile_in * tile_in;  ///< multiplications a tile

/// B^T d.
struct TransformInput {
  static constexpr int in = tile_in, out = tile_in;
  template <class Float>
  [[gnu::always_inline]] static void along(Float const (&d)[in], Float (&t)[out]) {
    Float const even = d[4] - 4.0f * d[2], odd = d[3] - 4.0f * d[1];
    Float const near = d[4] - d[2], far = 2.0f * (d[3] - d[1]);
    t[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = near + far;
    t[4] = near - far;
    t[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
  }
};

/// A^T m.
struct TransformOutput {
  static constexpr int in = tile_in, out = tile_out;
  template <class Float>
  [[gnu::always_inline]] static void along(Float const (&m)[in], Float (&y)[out]) {
    Float const sum = m[1] + m[2], difference = m[1] - m[2];
    Float const far_sum = m[3] + m[4], far_difference = m[3] - m[4];
    y[0] = m[0] + sum + far_sum;
    y[1] = difference + 2.0f * far_difference;
    y[2] = sum + 4.0f * far_sum;
    y[3] = difference + 8.0f * far_difference + m[5];
  }
};

/// G g.
struct TransformFilter {
  static constexpr int in = tile_filter, out = tile_in;
  template <class Float>
  [[gnu::always_inline]] static void along(Float const (&g)[in], Float (&t)[out]) {
    Float const sum = (g[0] + g[2]) * (-1.0f / 6), middle = g[1] * (1.0f / 6);
    Float const far_sum = g[0] * (1.0f / 24) + g[2] * (1.0f / 6), far_middle = g[1] * (1.0f / 12);
    t[0] = g[0] * 0.25f;
    t[1] = sum - middle;
    t[2] = sum + middle;
    t[3] = far_sum + far_middle;
    t[4] = far_sum - far_middle;
    t[5] = g[2];
  }
};

/// A dy.
struct TransformOutputGradient {
  static constexpr int in = tile_out, out = tile_in;
  template <class Float>
  [[gnu::always_inline]] static void along(Float const (&y)[in], Float (&t)[out]) {
    Float const even = y[0] + y[2], odd = y[1] + y[3];
    Float const far_even = y[0] + 4.0f * y[2], far_odd = 2.0f * y[1] + 8.0f * y[3];
    t[0] = y[0];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = far_even + far_odd;
    t[4] = far_even - far_odd;
    t[5] = y[3];
  }
};

/// G^T m.
struct TransformFilterGradient {
  static constexpr int in = tile_in, out = tile_filter;
  template <class Float>
  [[gnu::always_inline]] static void along(Float const (&m)[in], Float (&g)[out]) {
    Float const sum = m[1] + m[2], far_sum = m[3] + m[4];
    g[0] = m[0] * 0.25f + sum * (-1.0f / 6) + far_sum * (1.0f / 24);
    g[1] = (m[2] - m[1]) * (1.0f / 6) + (m[3] - m[4]) * (1.0f / 12);
    g[2] = (far_sum - sum) * (1.0f / 6) + m[5];
  }
};

/// Both directions of a transform: `to` (out, out) of `from` (in, in).
template <class Transform, class Float>
[[gnu::always_inline]] inline void transform(Float const (&from)[Transform::in][Transform::in],
                                             Float (&to)[Transform::out][Transform::out]) {
  constexpr int in = Transform::in, out = Transform::out;
  Float half[out][in];
#pragma GCC unroll 8
  for (int column = 0; column < in; ++column) {
    Float given[in], made[out];
#pragma GCC unroll 8
    for (int row = 0; row < in; ++row) given[row] = from[row][column];
    Transform::along(given, made);
#pragma GCC unroll 8
    for (int row = 0; row < out; ++row) half[row][column] = made[row];
  }
#pragma GCC unroll 8
  for (int row = 0; row < out; ++row) Transform::along(half[row], to[row]);
}

}  // namespace ai500::kernels::blocked
