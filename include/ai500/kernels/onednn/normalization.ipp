// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of normalization.hpp.
#pragma once

#include <cstddef>
#include <vector>

#include <ai500/kernels/onednn/normalization.hpp>
#include <ai500/kernels/onednn/slabs.ipp>
#include <ai500/kernels/onednn/types.hpp>
#include <ai500/kernels/reference/normalization.hpp>

namespace ai500::kernels::onednn {

template <class Work>
void PreparedNormalization<Work>::run(Arguments arguments) {
  auto with_lanes = [&]<class T>() {
    if (lanes == 16) return work.template run<T, 16>(*device, arguments);
    if (lanes == 8) return work.template run<T, 8>(*device, arguments);
    work.template run<T, 1>(*device, arguments);
  };
  if (type == NumberType::bfloat16) return with_lanes.template operator()<bfloat16>();
  with_lanes.template operator()<float>();
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

/// @param make (Blocks) -> the kernel's Work
template <class Kernel, class Reference, class Make>
typename Kernel::Prepared prepare_normalization(devices::Host& device,
                                                typename Kernel::operation const& what,
                                                Shapes const& shapes, Types types,
                                                Make const& make) {
  require_types(Kernel::operation::name, types);
  Reference::prepare(device, what, shapes, Types{});  // checks the shapes
  Shape const& x = shapes.reads[0];
  Count const lanes = channel_block(shapes.layouts.read(0), x);
  return {make(Blocks{x.items, x.channels / lanes, x.height * x.width}), &device, types.compute,
          static_cast<int>(lanes)};
}

}  // namespace detail

template <class T, int lanes>
void NormalizationStatistics::Work::run(devices::Host const& device, Arguments arguments) const {
  T const* const x = arguments.read<T>(0);
  float* const statistics = arguments.write<float>(0);
  device.parallel(at.blocks, [&](Count block) {
    double sums[2 * lanes];
    device.vectorized(detail::SumDeviations<T, lanes>{at, {block, 0, at.items}, x, sums});
    detail::finish_statistics<T, lanes>(at, sums, x + at.template plane<lanes>(0, block),
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
      device, what, shapes, types, [](Blocks at) { return Work{at}; });
}

template <class T, int lanes>
void NormalizationApply::Work::run(devices::Host const& device, Arguments arguments) const {
  float const* const statistics = arguments.read<float>(1);
  device.parallel(at.blocks, [&](Count block) {
    detail::Affine<lanes> const affine(statistics + block * lanes,
                                       statistics + (at.blocks + block) * lanes,
                                       arguments.read<float>(2) + block * lanes,
                                       arguments.read<float>(3) + block * lanes, epsilon);
    device.vectorized(detail::ApplyEnding<T, lanes, steps::NormalizationEnding::none>{
        at, {block, 0, at.items}, arguments.read<T>(0), nullptr, arguments.write<T>(0), affine});
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
      device, what, shapes, types, [&](Blocks at) {
        return Work{at, what.epsilon};
      });
}

template <class T, int lanes>
void NormalizationParameterGradient::Work::run(devices::Host const& device,
                                               Arguments arguments) const {
  float const* const statistics = arguments.read<float>(2);
  detail::Affine<lanes> const no_affine{};  // only a relu's mask needs it
  device.parallel(at.blocks, [&](Count block) {
    double sums[2 * lanes];
    device.vectorized(detail::SumGradients<T, lanes, steps::NormalizationEnding::none, 1>{
        .at = at,
        .part = {block, 0, at.items},
        .x = arguments.read<T>(1),
        .dy = arguments.read<T>(0),
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
      device, what, shapes, types, [&](Blocks at) {
        return Work{at, what.epsilon};
      });
}

template <class T, int lanes>
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
        detail::ApplyGradient<T, lanes, steps::NormalizationEnding::none>{at,
                                                                          {block, 0, at.items},
                                                                          arguments.read<T>(1),
                                                                          arguments.read<T>(0),
                                                                          arguments.write<T>(0),
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
      device, what, shapes, types, [&](Blocks at) {
        return Work{at, what.epsilon};
      });
}

template struct PreparedNormalization<NormalizationStatistics::Work>;
template struct PreparedNormalization<NormalizationApply::Work>;
template struct PreparedNormalization<NormalizationParameterGradient::Work>;
template struct PreparedNormalization<NormalizationDataGradient::Work>;

}  // namespace ai500::kernels::onednn
