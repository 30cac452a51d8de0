// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of normalization.hpp.
#pragma once

#include <cmath>
#include <utility>

#include <ai500/kernels/onednn/normalization.hpp>

namespace ai500::kernels::onednn {

template <class Reference, class Work>
void PreparedNormalization<Reference, Work>::run(Arguments arguments) {
  if (auto* reference = std::get_if<0>(&prepared)) return reference->run(arguments);
  Work const& work = *std::get_if<1>(&prepared);
  if (layout == Layout::channels_16)
    work.template run<16>(*device, arguments);
  else
    work.template run<8>(*device, arguments);
}

namespace detail {

/// The layouts that a normalization offers: x's activations all alike, blocked where it fits.
inline std::vector<StepLayouts> normalization_layouts(Shapes const& shapes,
                                                      std::size_t activations_read,
                                                      bool activation_written) {
  std::vector<StepLayouts> options;
  for (Layout layout : {Layout::channels_16, Layout::channels_8, Layout::plain}) {
    if (!fits(layout, shapes.reads[0])) continue;
    StepLayouts option{std::vector<Layout>(activations_read, layout), {}};
    if (activation_written) option.writes = {layout};
    options.push_back(option);
  }
  return options;
}

template <class Kernel, class Reference, class Work>
PreparedNormalization<Reference, Work> prepare_normalization(devices::Host& device,
                                                             typename Kernel::operation const& what,
                                                             Shapes const& shapes, Types types,
                                                             Work work) {
  Layout const layout = shapes.layouts.read(0);
  auto reference = Reference::prepare(device, what, shapes, types);  // checks the shapes, too
  if (layout == Layout::plain) return {std::move(reference), &device, layout};
  return {work, &device, layout};
}

inline Blocks blocks_of(Shape const& x, Layout layout) {
  return {x.items, x.channels / channel_block(layout), x.height * x.width};
}

}  // namespace detail

/// Mean and variance of each lane of a slab, in one pass: deviations are taken from the slab's
/// first pixel, so that nothing cancels.
template <int lanes>
struct SlabStatistics {
  Blocks at;
  Count block;
  float const* x;
  float* mean;      // of the block's first channel
  float* variance;  // likewise

  [[gnu::always_inline]] void operator()() const {
    float const* const origin = x + at.plane<lanes>(0, block);
    double sums[lanes] = {}, squares[lanes] = {};
    for (Count item = 0; item < at.items; ++item) {
      float const* p = x + at.plane<lanes>(item, block);
      float sum[2][lanes] = {}, square[2][lanes] = {};
      Count pixel = 0;
      for (; pixel + 2 <= at.pixels; pixel += 2, p += 2 * lanes)
        for (int k = 0; k < 2; ++k)
          for (int lane = 0; lane < lanes; ++lane) {
            float const d = p[k * lanes + lane] - origin[lane];
            sum[k][lane] += d;
            square[k][lane] += d * d;
          }
      for (; pixel < at.pixels; ++pixel, p += lanes)
        for (int lane = 0; lane < lanes; ++lane) {
          float const d = p[lane] - origin[lane];
          sum[0][lane] += d;
          square[0][lane] += d * d;
        }
      for (int lane = 0; lane < lanes; ++lane) {
        sums[lane] += static_cast<double>(sum[0][lane] + sum[1][lane]);
        squares[lane] += static_cast<double>(square[0][lane] + square[1][lane]);
      }
    }
    double const m = static_cast<double>(at.items * at.pixels);
    for (int lane = 0; lane < lanes; ++lane) {
      double const shifted = sums[lane] / m;
      mean[lane] = static_cast<float>(static_cast<double>(origin[lane]) + shifted);
      double const spread = squares[lane] / m - shifted * shifted;
      variance[lane] = static_cast<float>(spread > 0 ? spread : 0);
    }
  }
};

/// y = factor x + added, one factor and summand a lane.
template <int lanes>
struct SlabApply {
  Blocks at;
  Count block;
  float const* x;
  float const* mean;
  float const* variance;
  float const* scale;
  float const* shift;
  float* y;
  double epsilon;

  [[gnu::always_inline]] void operator()() const {
    float factor[lanes], added[lanes];
    for (int lane = 0; lane < lanes; ++lane) {
      double const f = static_cast<double>(scale[lane]) /
                       std::sqrt(static_cast<double>(variance[lane]) + epsilon);
      factor[lane] = static_cast<float>(f);
      added[lane] = static_cast<float>(static_cast<double>(shift[lane]) -
                                       f * static_cast<double>(mean[lane]));
    }
    for (Count item = 0; item < at.items; ++item) {
      float const* from = x + at.plane<lanes>(item, block);
      float* to = y + at.plane<lanes>(item, block);
      for (Count pixel = 0; pixel < at.pixels; ++pixel, from += lanes, to += lanes)
        for (int lane = 0; lane < lanes; ++lane) to[lane] = from[lane] * factor[lane] + added[lane];
    }
  }
};

/// dscale = sum dy x^, dshift = sum dy of each lane.
template <int lanes>
struct SlabParameterGradient {
  Blocks at;
  Count block;
  float const* dy;
  float const* x;
  float const* mean;
  float const* variance;
  float* dscale;
  float* dshift;
  double epsilon;

  [[gnu::always_inline]] void operator()() const {
    double products[lanes] = {}, sums[lanes] = {};
    for (Count item = 0; item < at.items; ++item) {
      float const* d = dy + at.plane<lanes>(item, block);
      float const* p = x + at.plane<lanes>(item, block);
      float product[2][lanes] = {}, sum[2][lanes] = {};
      Count pixel = 0;
      for (; pixel + 2 <= at.pixels; pixel += 2, d += 2 * lanes, p += 2 * lanes)
        for (int k = 0; k < 2; ++k)
          for (int lane = 0; lane < lanes; ++lane) {
            sum[k][lane] += d[k * lanes + lane];
            product[k][lane] += d[k * lanes + lane] * (p[k * lanes + lane] - mean[lane]);
          }
      for (; pixel < at.pixels; ++pixel, d += lanes, p += lanes)
        for (int lane = 0; lane < lanes; ++lane) {
          sum[0][lane] += d[lane];
          product[0][lane] += d[lane] * (p[lane] - mean[lane]);
        }
      for (int lane = 0; lane < lanes; ++lane) {
        sums[lane] += static_cast<double>(sum[0][lane] + sum[1][lane]);
        products[lane] += static_cast<double>(product[0][lane] + product[1][lane]);
      }
    }
    for (int lane = 0; lane < lanes; ++lane) {
      dscale[lane] = static_cast<float>(products[lane] /
                                        std::sqrt(static_cast<double>(variance[lane]) + epsilon));
      dshift[lane] = static_cast<float>(sums[lane]);
    }
  }
};

/// dx = factor (dy - mean of dy - (x - mean) slope), each a number a lane.
template <int lanes>
struct SlabDataGradient {
  Blocks at;
  Count block;
  float const* dy;
  float const* x;
  float const* mean;
  float const* variance;
  float const* scale;
  float const* dscale;
  float const* dshift;
  float* dx;
  double epsilon;

  [[gnu::always_inline]] void operator()() const {
    float factor[lanes], mean_dy[lanes], slope[lanes];
    double const m = static_cast<double>(at.items * at.pixels);
    for (int lane = 0; lane < lanes; ++lane) {
      double const inverse = 1 / std::sqrt(static_cast<double>(variance[lane]) + epsilon);
      factor[lane] = static_cast<float>(inverse * static_cast<double>(scale[lane]));
      mean_dy[lane] = static_cast<float>(static_cast<double>(dshift[lane]) / m);
      slope[lane] = static_cast<float>(inverse * static_cast<double>(dscale[lane]) / m);
    }
    for (Count item = 0; item < at.items; ++item) {
      float const* d = dy + at.plane<lanes>(item, block);
      float const* p = x + at.plane<lanes>(item, block);
      float* to = dx + at.plane<lanes>(item, block);
      for (Count pixel = 0; pixel < at.pixels; ++pixel, d += lanes, p += lanes, to += lanes)
        for (int lane = 0; lane < lanes; ++lane)
          to[lane] =
              factor[lane] * (d[lane] - mean_dy[lane] - (p[lane] - mean[lane]) * slope[lane]);
    }
  }
};

template <int lanes>
void NormalizationStatistics::Work::run(devices::Host const& device, Arguments arguments) const {
  float* const statistics = arguments.write<float>(0);
  device.parallel(at.blocks, [&](Count block) {
    device.vectorized(SlabStatistics<lanes>{at, block, arguments.read<float>(0),
                                            statistics + block * lanes,
                                            statistics + (at.blocks + block) * lanes});
  });
}

std::vector<StepLayouts> NormalizationStatistics::layouts(devices::Host&, operation const&,
                                                          Shapes const& shapes, Types) {
  return detail::normalization_layouts(shapes, 1, false);
}

NormalizationStatistics::Prepared NormalizationStatistics::prepare(devices::Host& device,
                                                                   operation const& what,
                                                                   Shapes const& shapes,
                                                                   Types types) {
  return detail::prepare_normalization<NormalizationStatistics, reference::NormalizationStatistics>(
      device, what, shapes, types,
      Work{detail::blocks_of(shapes.reads[0], shapes.layouts.read(0))});
}

template <int lanes>
void NormalizationApply::Work::run(devices::Host const& device, Arguments arguments) const {
  float const* const statistics = arguments.read<float>(1);
  device.parallel(at.blocks, [&](Count block) {
    device.vectorized(SlabApply<lanes>{
        at, block, arguments.read<float>(0), statistics + block * lanes,
        statistics + (at.blocks + block) * lanes, arguments.read<float>(2) + block * lanes,
        arguments.read<float>(3) + block * lanes, arguments.write<float>(0), epsilon});
  });
}

std::vector<StepLayouts> NormalizationApply::layouts(devices::Host&, operation const&,
                                                     Shapes const& shapes, Types) {
  return detail::normalization_layouts(shapes, 1, true);
}

NormalizationApply::Prepared NormalizationApply::prepare(devices::Host& device,
                                                         operation const& what,
                                                         Shapes const& shapes, Types types) {
  return detail::prepare_normalization<NormalizationApply, reference::NormalizationApply>(
      device, what, shapes, types,
      Work{detail::blocks_of(shapes.reads[0], shapes.layouts.read(0)), what.epsilon});
}

template <int lanes>
void NormalizationParameterGradient::Work::run(devices::Host const& device,
                                               Arguments arguments) const {
  float const* const statistics = arguments.read<float>(2);
  device.parallel(at.blocks, [&](Count block) {
    device.vectorized(SlabParameterGradient<lanes>{
        at, block, arguments.read<float>(0), arguments.read<float>(1), statistics + block * lanes,
        statistics + (at.blocks + block) * lanes, arguments.write<float>(0) + block * lanes,
        arguments.write<float>(1) + block * lanes, epsilon});
  });
}

std::vector<StepLayouts> NormalizationParameterGradient::layouts(devices::Host&, operation const&,
                                                                 Shapes const& shapes, Types) {
  return detail::normalization_layouts(shapes, 2, false);
}

NormalizationParameterGradient::Prepared NormalizationParameterGradient::prepare(
    devices::Host& device, operation const& what, Shapes const& shapes, Types types) {
  return detail::prepare_normalization<NormalizationParameterGradient,
                                       reference::NormalizationParameterGradient>(
      device, what, shapes, types,
      Work{detail::blocks_of(shapes.reads[0], shapes.layouts.read(0)), what.epsilon});
}

template <int lanes>
void NormalizationDataGradient::Work::run(devices::Host const& device, Arguments arguments) const {
  float const* const statistics = arguments.read<float>(2);
  device.parallel(at.blocks, [&](Count block) {
    device.vectorized(SlabDataGradient<lanes>{
        at, block, arguments.read<float>(0), arguments.read<float>(1), statistics + block * lanes,
        statistics + (at.blocks + block) * lanes, arguments.read<float>(3) + block * lanes,
        arguments.read<float>(4) + block * lanes, arguments.read<float>(5) + block * lanes,
        arguments.write<float>(0), epsilon});
  });
}

std::vector<StepLayouts> NormalizationDataGradient::layouts(devices::Host&, operation const&,
                                                            Shapes const& shapes, Types) {
  return detail::normalization_layouts(shapes, 2, true);
}

NormalizationDataGradient::Prepared NormalizationDataGradient::prepare(devices::Host& device,
                                                                       operation const& what,
                                                                       Shapes const& shapes,
                                                                       Types types) {
  return detail::prepare_normalization<NormalizationDataGradient,
                                       reference::NormalizationDataGradient>(
      device, what, shapes, types,
      Work{detail::blocks_of(shapes.reads[0], shapes.layouts.read(0)), what.epsilon});
}

template struct PreparedNormalization<reference::NormalizationStatistics,
                                      NormalizationStatistics::Work>;
template struct PreparedNormalization<reference::NormalizationApply, NormalizationApply::Work>;
template struct PreparedNormalization<reference::NormalizationParameterGradient,
                                      NormalizationParameterGradient::Work>;
template struct PreparedNormalization<reference::NormalizationDataGradient,
                                      NormalizationDataGradient::Work>;

}  // namespace ai500::kernels::onednn
