// SPDX-License-Identifier: Apache-2.0
/// @file The tiles of activations in blocks of channels: taken apart before they are multiplied,
/// put together after.
#pragma once

#include <algorithm>

#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/outer_products.ipp>
#include <ai500/kernels/blocked/winograd_points.ipp>

namespace ai500::kernels::blocked {

/// The tiles of a correlation of `in` with filters, of which `out` results.
struct Tiles {
  Shape in, out;
  Extent padding;
  Count high, wide;  ///< tiles of an item
  Count chunk;       ///< tiles at a time, a multiple of what is multiplied at a time

  Count all() const { return in.items * high * wide; }
};

/// @param at_a_time tiles
/// @param floats_a_tile that a chunk keeps
inline Tiles tiles_of(Shape const& in, Shape const& out, Extent padding, Count at_a_time,
                      Count floats_a_tile) {
  Tiles tiles{in,
              out,
              padding,
              (out.height + tile_out - 1) / tile_out,
              (out.width + tile_out - 1) / tile_out,
              0};
  // As many tiles as a few megabytes hold: a thread's part of a point's matrix is then in its
  // second cache, and filters are read once for many tiles.
  constexpr Count chunk_floats = 1 << 19;
  Count const most = std::clamp<Count>(chunk_floats / floats_a_tile, 64, 160);
  Count const chunks = (tiles.all() + most - 1) / most;
  Count const even = (tiles.all() + chunks - 1) / chunks;
  tiles.chunk = (even + at_a_time - 1) / at_a_time * at_a_time;
  return tiles;
}

/// Where a tile is: its item, and its first pixel in the plane that it is cut from.
struct TilePlace {
  Count item, row, column;
};

inline TilePlace place_of(Tiles const& tiles, Count tile, Extent before) {
  Count const in_item = tile % (tiles.high * tiles.wide);
  return {tile / (tiles.high * tiles.wide), in_item / tiles.wide * tile_out - before.height,
          in_item % tiles.wide * tile_out - before.width};
}

/// The transformed tiles of one block of channels of some of a chunk's tiles, (point, block, tile,
/// lane): of `in` or, for filters' gradients, of `out`'s gradient.
template <int lanes, class Transform>
struct TransformTiles {
  Tiles const& tiles;
  Shape const& shape;  ///< of what is cut into tiles
  Extent before;       ///< pixels of padding before the first tile
  float const* from;   ///< in blocks of `lanes` channels
  Points to;
  Count block;
  Count first;       ///< tile of the chunk
  Count begin, end;  ///< of the tiles from there

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    constexpr int size = Transform::in;
    Count const plane = shape.height * shape.width * lanes;
    for (Count tile = begin; tile < end; ++tile) {
      TilePlace const place = place_of(tiles, first + tile, before);
      float const* corner = from + (place.item * (shape.channels / lanes) + block) * plane +
                            (place.row * shape.width + place.column) * lanes;
      Float d[size][size], t[tile_in][tile_in];
      bool const is_inside = place.row >= 0 && place.column >= 0 &&
                             place.row + size <= shape.height && place.column + size <= shape.width;
      if (is_inside) {
#pragma GCC unroll 8
        for (int row = 0; row < size; ++row)
#pragma GCC unroll 8
          for (int column = 0; column < size; ++column)
            Vectors<lanes>::load(d[row][column], corner + (row * shape.width + column) * lanes);
      } else {
        for (int row = 0; row < size; ++row)
          for (int column = 0; column < size; ++column) {
            d[row][column] = Float{};
            if (place.row + row >= 0 && place.row + row < shape.height &&
                place.column + column >= 0 && place.column + column < shape.width)
              Vectors<lanes>::load(d[row][column], corner + (row * shape.width + column) * lanes);
          }
      }
      transform<Transform>(d, t);
      to.template store<lanes>((block * tiles.chunk + tile) * lanes, t);
    }
  }
};

/// The results of one block of channels of some of a chunk's tiles.
template <int lanes>
struct TransformProducts {
  Tiles const& tiles;
  Points products;
  Ending ending;
  float* out;
  Count block;
  Count first, begin, end;  ///< as in TransformTiles

  [[gnu::always_inline]] void operator()() const {
    Shape const& y = tiles.out;
    Count const panel = block / blocks_a_panel, channel = panel * blocks_a_panel * lanes;
    Count const width = std::min<Count>(blocks_a_panel * lanes, y.channels - channel);
    Count const in_panel = channel * tiles.chunk + (block % blocks_a_panel) * lanes;
    Float bias{};
    if (ending.bias != nullptr) Vectors<lanes>::load(bias, ending.bias + block * lanes);
    for (Count tile = begin; tile < end; ++tile) {
      Float m[tile_in][tile_in], results[tile_out][tile_out];
      products.template load<lanes>(in_panel + tile * width, m);
      transform<TransformOutput>(m, results);
      TilePlace const place = place_of(tiles, first + tile, {0, 0});
      float* const to = out + ((place.item * (y.channels / lanes) + block) * y.height * y.width +
                               place.row * y.width + place.column) *
                                  lanes;
      Count const rows = std::min<Count>(tile_out, y.height - place.row);
      Count const columns = std::min<Count>(tile_out, y.width - place.column);
      if (rows == tile_out && columns == tile_out) {
#pragma GCC unroll 8
        for (int row = 0; row < tile_out; ++row)
#pragma GCC unroll 8
          for (int column = 0; column < tile_out; ++column)
            end_and_store(to + (row * y.width + column) * lanes, results[row][column], bias);
      } else {
        for (Count row = 0; row < rows; ++row)
          for (Count column = 0; column < columns; ++column)
            end_and_store(to + (row * y.width + column) * lanes, results[row][column], bias);
      }
    }
  }

 private:
  using Float = typename Vectors<lanes>::Float;

  [[gnu::always_inline]] void end_and_store(float* to, Float& result, Float const& bias) const {
    result += bias;
    if (ending.adds) {
      Float addend;
      Vectors<lanes>::load(addend, to);
      result += addend;
    }
    if (ending.relu) result = result > 0.0f ? result : Float{};
    Vectors<lanes>::store(to, result);
  }
};

}  // namespace ai500::kernels::blocked
