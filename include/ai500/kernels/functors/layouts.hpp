// SPDX-License-Identifier: Apache-2.0
/// @file Numbers into another order or type: NCHW to NHWC and back, weights and their gradients.
#pragma once

#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/graph/steps.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>

namespace ai500::kernels::functors {

/// to (matrices, columns, rows) = from (matrices, rows, columns) transposed, by tiles of 32 x 32
/// numbers: NCHW to NHWC with rows c and columns h w, and back. Only bits are moved.
template <class Bits>
struct Transposed {
  static constexpr int threads = 256;
  static constexpr int side = 32;
  static constexpr int rows_at_once = threads / side;
  struct Shared {
    Bits tile[side][side + 1];  // one more, so that no column is in one bank
  };

  Bits const* from;
  Bits* to;
  Count matrices;
  Count rows;
  Count columns;

  constexpr Count tiles_down() const { return (rows + side - 1) / side; }
  constexpr Count tiles_across() const { return (columns + side - 1) / side; }
  constexpr Count blocks() const { return matrices * tiles_down() * tiles_across(); }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    Count const across = block.index() % tiles_across();
    Count const down = block.index() / tiles_across() % tiles_down();
    Count const first = block.index() / tiles_across() / tiles_down() * rows * columns;
    block.for_each_thread([&](int thread) {
      Count const column = across * side + thread % side;
      for (int i = thread / side; i < side; i += rows_at_once) {
        Count const row = down * side + i;
        if (row < rows && column < columns)
          shared.tile[i][thread % side] = from[first + row * columns + column];
      }
    });
    block.for_each_thread([&](int thread) {
      Count const row = down * side + thread % side;
      for (int i = thread / side; i < side; i += rows_at_once) {
        Count const column = across * side + i;
        if (row < rows && column < columns)
          to[first + column * rows + row] = shared.tile[thread % side][i];
      }
    });
  }
};

/// Where element i of a convolution's filters (c', kh, kw, c) stands in (c', c, kh, kw).
struct FilterOrder {
  std::int32_t channels;  ///< c, of a group
  std::int32_t window;    ///< kh kw

  AI500_HOST_DEVICE Count plain(Count i) const {
    auto const element = static_cast<std::uint32_t>(i);
    auto const c = static_cast<std::uint32_t>(channels), w = static_cast<std::uint32_t>(window);
    std::uint32_t const channel = element % c, place = element / c % w, filter = element / c / w;
    return static_cast<Count>(filter * c * w + channel * w + place);
  }
};

/// One convolution's filters among all the parameters.
struct FilterSlot {
  Count begin;
  Count end;
  FilterOrder order;
};

/// All the tensors of a model, one behind the other, of which some are filters, ascending.
struct FilterSlots {
  FilterSlot const* filters;
  std::int32_t count;

  /// Where element i of the stored weights stands among the parameters.
  AI500_HOST_DEVICE Count plain(Count i) const {
    std::int32_t low = 0, high = count;  // the first filter that ends behind i
    while (low < high) {
      std::int32_t const middle = (low + high) / 2;
      if (filters[middle].end <= i)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == count || filters[low].begin > i) return i;
    return filters[low].begin + filters[low].order.plain(i - filters[low].begin);
  }
};

/// weights = parameters, as numbers T; filters as (c', kh, kw, c). for_each over all of them: one
/// launch for all the tensors of a model.
template <class T>
struct StoredWeights {
  float const* parameters;
  T* weights;
  FilterSlots slots;

  AI500_HOST_DEVICE void operator()(Count i) const { weights[i] = T(parameters[slots.plain(i)]); }
};

/// The way back: plain, in float, = stored.
template <class T>
struct PlainWeights {
  T const* stored;
  float* plain;
  FilterSlots slots;

  AI500_HOST_DEVICE void operator()(Count i) const {
    plain[slots.plain(i)] = static_cast<float>(stored[i]);
  }
};

/// to (c', c, kh, kw), in float, = from (c', kh, kw, c): the gradient of a convolution's filters.
template <class T>
struct PlainFilters {
  T const* from;
  float* to;
  FilterOrder order;

  AI500_HOST_DEVICE void operator()(Count i) const {
    to[order.plain(i)] = static_cast<float>(from[i]);
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/packs.cuh.
template <OneOf<std::uint16_t, std::uint32_t> Bits>
inline constexpr bool has_device_code<kernels::functors::Transposed<Bits>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::StoredWeights<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::PlainWeights<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::PlainFilters<T>> = true;

}  // namespace ai500::cuda
