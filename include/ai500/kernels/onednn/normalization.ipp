// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of normalization.hpp.
#pragma once

#include <cmath>
#include <utility>

#include <ai500/kernels/onednn/normalization.hpp>
#include <ai500/kernels/onednn/slabs.ipp>

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
  return {x.items, x.channels / channel_block(layout, x), x.height * x.width};
}

}  // namespace detail

template <int lanes>
void NormalizationStatistics::Work::run(devices::Host const& device, Arguments arguments) const {
  float const* const x = arguments.read<float>(0);
  float* const statistics = arguments.write<float>(0);
  device.parallel(at.blocks, [&](Count block) {
    double sums[2 * lanes];
    device.vectorized(detail::SumDeviations<lanes>{at, {block, 0, at.items}, x, sums});
    detail::finish_statistics<lanes>(at, sums, x + at.template plane<lanes>(0, block),
                                     statistics + block * lanes,
                                     statistics + (at.blocks + block) * lanes);
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
    detail::Affine<lanes> const affine(statistics + block * lanes,
                                       statistics + (at.blocks + block) * lanes,
                                       arguments.read<float>(2) + block * lanes,
                                       arguments.read<float>(3) + block * lanes, epsilon);
    device.vectorized(
        detail::ApplyEnding<lanes, steps::NormalizationEnding::none>{at,
                                                                     {block, 0, at.items},
                                                                     arguments.read<float>(0),
                                                                     nullptr,
                                                                     arguments.write<float>(0),
                                                                     affine});
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
  detail::Affine<lanes> const no_affine{};  // only a relu's mask needs it
  device.parallel(at.blocks, [&](Count block) {
    double sums[2 * lanes];
    device.vectorized(detail::SumGradients<lanes, steps::NormalizationEnding::none, 1>{
        .at = at,
        .part = {block, 0, at.items},
        .x = arguments.read<float>(1),
        .dy = arguments.read<float>(0),
        .dy2 = nullptr,
        .y = nullptr,
        .daddend = nullptr,
        .mean = statistics + block * lanes,
        .affine = no_affine,
        .sums = sums});
    detail::finish_gradients<lanes>(sums, statistics + (at.blocks + block) * lanes, epsilon,
                                    arguments.write<float>(0) + block * lanes,
                                    arguments.write<float>(1) + block * lanes);
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
    float const* const mean = statistics + block * lanes;
    float const* const variance = statistics + (at.blocks + block) * lanes;
    // The gradient does not depend on the shift: any will do.
    detail::Affine<lanes> const affine(mean, variance, arguments.read<float>(3) + block * lanes,
                                       mean, epsilon);
    detail::Correction<lanes> const correction(at, variance,
                                               arguments.read<float>(4) + block * lanes,
                                               arguments.read<float>(5) + block * lanes, epsilon);
    device.vectorized(
        detail::ApplyGradient<lanes, steps::NormalizationEnding::none>{at,
                                                                       {block, 0, at.items},
                                                                       arguments.read<float>(1),
                                                                       arguments.read<float>(0),
                                                                       arguments.write<float>(0),
                                                                       mean,
                                                                       correction,
                                                                       affine});
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
