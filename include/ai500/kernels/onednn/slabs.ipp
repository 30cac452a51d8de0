// SPDX-License-Identifier: Apache-2.0
/// @file What normalizations compute on a slab (a block of 16 or 8 channels of all items, one
/// channel in the plain layout): the loops that fused and single steps share. Activations are
/// numbers T; all is computed in float, sums in float over a plane and in double over the planes.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include <ai500/core/half.hpp>
#include <ai500/kernels/onednn/normalization.hpp>

namespace ai500::kernels::onednn::detail {

/// One number a channel of a block, in a vector register (or several). Never an argument or a
/// result by value: how those are passed depends on the instruction set.
template <int lanes>
struct Vectors {
  using Float [[gnu::vector_size(lanes * 4)]] = float;
  using Mask [[gnu::vector_size(lanes * 4)]] = std::int32_t;
  using Bits [[gnu::vector_size(lanes * 4)]] = std::uint32_t;
  using UpperBits [[gnu::vector_size(lanes * 2)]] = std::uint16_t;
};
template <class Float>
using VectorsOf = Vectors<static_cast<int>(sizeof(Float) / 4)>;

template <class Float>
[[gnu::always_inline]] inline void load(Float& vector, float const* from) {
  std::memcpy(&vector, from, sizeof vector);
}
template <class Float>
[[gnu::always_inline]] inline void store(float* to, Float const& vector) {
  std::memcpy(to, &vector, sizeof vector);
}

// A bfloat16 is the upper half of a float.
template <class Float>
[[gnu::always_inline]] inline void load(Float& vector, bfloat16 const* from) {
  using Bits = typename VectorsOf<Float>::Bits;
  typename VectorsOf<Float>::UpperBits upper;
  std::memcpy(&upper, from, sizeof upper);
  vector = reinterpret_cast<Float>(__builtin_convertvector(upper, Bits) << 16);
}
/// To the nearest, to even in the middle; what is not a number stays so.
template <class Float>
[[gnu::always_inline]] inline void store(bfloat16* to, Float const& vector) {
  using Bits = typename VectorsOf<Float>::Bits;
  using UpperBits = typename VectorsOf<Float>::UpperBits;
  Bits const bits = reinterpret_cast<Bits>(vector);
  Bits const no_number = reinterpret_cast<Bits>(vector != vector);
  Bits const rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  Bits const quiet = (bits >> 16) | 0x40;
  UpperBits const upper =
      __builtin_convertvector((rounded & ~no_number) | (quiet & no_number), UpperBits);
  std::memcpy(static_cast<void*>(to), &upper, sizeof upper);
}
/// value = value where the mask is set, else 0.
template <class Float, class Mask>
[[gnu::always_inline]] inline void keep_where(Float& value, Mask const& mask) {
  value = reinterpret_cast<Float>(reinterpret_cast<Mask>(value) & mask);
}

/// The items [begin, end) of a block of channels.
struct SlabPart {
  Count block;
  Count begin;
  Count end;
};

/// What a normalization is applied with, in one register a number.
template <int lanes>
struct Affine {
  float factor[lanes] = {};
  float added[lanes] = {};

  Affine() = default;
  [[gnu::always_inline]] Affine(float const* mean, float const* variance, float const* scale,
                                float const* shift, double epsilon) {
    for (int lane = 0; lane < lanes; ++lane) {
      double const f = static_cast<double>(scale[lane]) /
                       std::sqrt(static_cast<double>(variance[lane]) + epsilon);
      factor[lane] = static_cast<float>(f);
      added[lane] = static_cast<float>(static_cast<double>(shift[lane]) -
                                       f * static_cast<double>(mean[lane]));
    }
  }
};

/// sums (2, lanes) = the sum of x - origin and of its square, each lane's; in float over a plane,
/// in double over the planes. The origin, the block's first pixel, keeps differences of large
/// numbers from cancelling.
template <class T, int lanes>
struct SumDeviations {
  Blocks at;
  SlabPart part;
  T const* x;
  double* sums;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    Float origin;
    load(origin, x + at.plane<lanes>(0, part.block));
    for (int i = 0; i < 2 * lanes; ++i) sums[i] = 0;
    for (Count item = part.begin; item < part.end; ++item) {
      T const* p = x + at.plane<lanes>(item, part.block);
      Float sum[4] = {}, square[4] = {};
      Count pixel = 0;
      for (; pixel + 4 <= at.pixels; pixel += 4, p += 4 * lanes)
        for (int k = 0; k < 4; ++k) {
          Float d;
          load(d, p + k * lanes);
          d -= origin;
          sum[k] += d;
          square[k] += d * d;
        }
      for (; pixel < at.pixels; ++pixel, p += lanes) {
        Float d;
        load(d, p);
        d -= origin;
        sum[0] += d;
        square[0] += d * d;
      }
      Float const all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
      Float const squares = (square[0] + square[1]) + (square[2] + square[3]);
      for (int lane = 0; lane < lanes; ++lane) {
        sums[lane] += static_cast<double>(all[lane]);
        sums[lanes + lane] += static_cast<double>(squares[lane]);
      }
    }
  }
};

/// y = factor x + added, then the ending.
template <class T, int lanes, steps::NormalizationEnding ending>
struct ApplyEnding {
  Blocks at;
  SlabPart part;
  T const* x;
  T const* addend;
  T* y;
  Affine<lanes> const& affine;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    Float factor, added;
    load(factor, affine.factor);
    load(added, affine.added);
    for (Count item = part.begin; item < part.end; ++item) {
      Count const plane = at.plane<lanes>(item, part.block);
      for (Count i = plane; i < plane + at.pixels * lanes; i += lanes) {
        Float value;
        load(value, x + i);
        value = value * factor + added;
        if constexpr (ending == steps::NormalizationEnding::add_relu) {
          Float other;
          load(other, addend + i);
          value += other;
        }
        // What is not a number stays so: a training that diverges shows it.
        if constexpr (ending != steps::NormalizationEnding::none) keep_where(value, ~(value < 0));
        store(y + i, value);
      }
    }
  }
};

/// The gradient that reaches the normalization: that of y, or the sum of two, where the relu let
/// through. Written to `daddend` where the addend needs it. sums (2, lanes): of the gradient, and
/// of the gradient x (x - mean).
template <class T, int lanes, steps::NormalizationEnding ending, int gradients>
struct SumGradients {
  Blocks at;
  SlabPart part;
  T const* x;
  T const* dy;
  T const* dy2;
  T const* y;
  T* daddend;
  float const* mean;
  Affine<lanes> const& affine;
  double* sums;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    Float center, factor, added;
    load(center, mean);
    load(factor, affine.factor);
    load(added, affine.added);
    for (int i = 0; i < 2 * lanes; ++i) sums[i] = 0;
    for (Count item = part.begin; item < part.end; ++item) {
      Count const plane = at.plane<lanes>(item, part.block);
      Float sum[2] = {}, product[2] = {};
      Count const end = plane + at.pixels * lanes;
      auto one = [&](Count i, int k) __attribute__((always_inline)) {
        Float value, g;
        load(value, x + i);
        load(g, dy + i);
        if constexpr (gradients == 2) {
          Float other;
          load(other, dy2 + i);
          g += other;
        }
        if constexpr (ending == steps::NormalizationEnding::relu)
          keep_where(g, value * factor + added > 0);
        if constexpr (ending == steps::NormalizationEnding::add_relu) {
          Float result;
          load(result, y + i);
          keep_where(g, result > 0);
          store(daddend + i, g);
        }
        sum[k] += g;
        product[k] += g * (value - center);
      };
      Count i = plane;
      for (; i + 2 * lanes <= end; i += 2 * lanes) {
        one(i, 0);
        one(i + lanes, 1);
      }
      if (i < end) one(i, 0);
      Float const all = sum[0] + sum[1];
      Float const products = product[0] + product[1];
      for (int lane = 0; lane < lanes; ++lane) {
        sums[lane] += static_cast<double>(all[lane]);
        sums[lanes + lane] += static_cast<double>(products[lane]);
      }
    }
  }
};

/// What two statistics' gradients take from each element's.
template <int lanes>
struct Correction {
  float mean_gradient[lanes];
  float slope[lanes];

  Correction(Blocks const& at, float const* variance, float const* dscale, float const* dshift,
             double epsilon) {
    double const m = static_cast<double>(at.items * at.pixels);
    for (int lane = 0; lane < lanes; ++lane) {
      double const inverse = 1 / std::sqrt(static_cast<double>(variance[lane]) + epsilon);
      mean_gradient[lane] = static_cast<float>(static_cast<double>(dshift[lane]) / m);
      slope[lane] = static_cast<float>(inverse * static_cast<double>(dscale[lane]) / m);
    }
  }
};

/// dx = factor (g - mean of g - (x - mean) slope). With `add_relu` g is what `daddend` holds.
template <class T, int lanes, steps::NormalizationEnding ending>
struct ApplyGradient {
  Blocks at;
  SlabPart part;
  T const* x;
  T const* gradient;
  T* dx;
  float const* mean;
  Correction<lanes> const& correction;
  Affine<lanes> const& affine;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    Float center, factor, added, middle, steepness;
    load(center, mean);
    load(factor, affine.factor);
    load(added, affine.added);
    load(middle, correction.mean_gradient);
    load(steepness, correction.slope);
    for (Count item = part.begin; item < part.end; ++item) {
      Count const plane = at.plane<lanes>(item, part.block);
      for (Count i = plane; i < plane + at.pixels * lanes; i += lanes) {
        Float value, g;
        load(value, x + i);
        load(g, gradient + i);
        if constexpr (ending == steps::NormalizationEnding::relu)
          keep_where(g, value * factor + added > 0);
        Float const result = factor * (g - middle - (value - center) * steepness);
        store(dx + i, result);
      }
    }
  }
};

/// Mean and biased variance of each lane from what SumDeviations added up.
template <class T, int lanes>
void finish_statistics(Blocks const& at, double const* sums, T const* origin, float* mean,
                       float* variance) {
  double const m = static_cast<double>(at.items * at.pixels);
  for (int lane = 0; lane < lanes; ++lane) {
    double const shifted = sums[lane] / m;
    mean[lane] = static_cast<float>(static_cast<double>(origin[lane]) + shifted);
    double const spread = sums[lanes + lane] / m - shifted * shifted;
    variance[lane] = static_cast<float>(spread > 0 ? spread : 0);
  }
}

/// The gradients of scale and shift from what SumGradients added up.
template <int lanes>
void finish_gradients(double const* sums, float const* variance, double epsilon, float* dscale,
                      float* dshift) {
  for (int lane = 0; lane < lanes; ++lane) {
    dscale[lane] = static_cast<float>(sums[lanes + lane] /
                                      std::sqrt(static_cast<double>(variance[lane]) + epsilon));
    dshift[lane] = static_cast<float>(sums[lane]);
  }
}

}  // namespace ai500::kernels::onednn::detail
