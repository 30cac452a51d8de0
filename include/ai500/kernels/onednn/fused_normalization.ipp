// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of fused_normalization.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <utility>

#include <ai500/kernels/onednn/fused_normalization.hpp>
#include <ai500/kernels/onednn/slabs.ipp>
#include <ai500/kernels/onednn/types.hpp>
#include <ai500/kernels/reference/shape_check.hpp>

namespace ai500::kernels::onednn {

int slab_parts(Count blocks, Count items, int threads) {
  for (Count parts = 1; parts < items; ++parts) {
    Count const tasks = blocks * parts;
    Count const rounds = (tasks + threads - 1) / threads;
    if (10 * tasks >= 9 * rounds * threads) return static_cast<int>(parts);
  }
  return static_cast<int>(items);
}

namespace detail {

/// Runs first(part, sums) and then second(block, part, sums of the block) over all parts of all
/// slabs: one task a slab where it is not cut, so that its second pass finds it in the cache.
template <int lanes, class First, class Second>
void two_passes(FusedSlabs& slabs, First const& first, Second const& second) {
  Count const parts = slabs.parts;
  double* const sums = slabs.sums.data();
  auto part_of = [&](Count task) {
    Count const part = task % parts;
    return SlabPart{task / parts, slabs.at.items * part / parts,
                    slabs.at.items * (part + 1) / parts};
  };
  auto sums_of = [&](Count task) { return sums + task * 2 * lanes; };
  if (parts == 1) {
    slabs.device->parallel(slabs.at.blocks, [&](Count task) {
      first(part_of(task), sums_of(task));
      second(part_of(task), sums_of(task));
    });
    return;
  }
  slabs.device->parallel(slabs.at.blocks * parts,
                         [&](Count task) { first(part_of(task), sums_of(task)); });
  for (Count block = 0; block < slabs.at.blocks; ++block)  // in the order of the parts
    for (Count part = 1; part < parts; ++part)
      for (int i = 0; i < 2 * lanes; ++i)
        sums_of(block * parts)[i] += sums_of(block * parts + part)[i];
  slabs.device->parallel(slabs.at.blocks * parts,
                         [&](Count task) { second(part_of(task), sums_of(task / parts * parts)); });
}

template <class T, int lanes, steps::NormalizationEnding ending, steps::ReluMask mask>
void run_forward(FusedSlabs& slabs, Arguments arguments) {
  Blocks const at = slabs.at;
  T const* const x = arguments.read<T>(0);
  float* const statistics = arguments.write<float>(0);
  auto first = [&](SlabPart const& part, double* sums) {
    slabs.device->vectorized(SumDeviations<T, lanes>{at, part, x, sums});
  };
  auto second = [&](SlabPart const& part, double const* sums) {
    float mean[lanes], variance[lanes];
    finish_statistics<T, lanes>(at, sums, x + at.template plane<lanes>(0, part.block), mean,
                                variance);
    if (part.begin == 0) {
      std::copy(mean, mean + lanes, statistics + part.block * lanes);
      std::copy(variance, variance + lanes, statistics + (at.blocks + part.block) * lanes);
    }
    Affine<lanes> const affine(mean, variance, arguments.read<float>(1) + part.block * lanes,
                               arguments.read<float>(2) + part.block * lanes, slabs.epsilon);
    T const* addend = nullptr;
    if constexpr (ending == steps::NormalizationEnding::add_relu) addend = arguments.read<T>(3);
    std::uint8_t* bits = nullptr;
    if constexpr (mask == steps::ReluMask::bits) bits = arguments.write<std::uint8_t>(2);
    slabs.device->vectorized(ApplyEnding<T, lanes, ending, mask>{
        at, part, x, addend, arguments.write<T>(1), affine, bits});
  };
  two_passes<lanes>(slabs, first, second);
}

template <class T, int lanes, steps::NormalizationEnding ending>
void run_evaluation(FusedSlabs& slabs, Arguments arguments) {
  Blocks const at = slabs.at;
  float const* const statistics = arguments.read<float>(1);
  Count const parts = slabs.parts;
  slabs.device->parallel(at.blocks * parts, [&](Count task) {
    SlabPart const part{task / parts, at.items * (task % parts) / parts,
                        at.items * (task % parts + 1) / parts};
    Affine<lanes> const affine(statistics + part.block * lanes,
                               statistics + (at.blocks + part.block) * lanes,
                               arguments.read<float>(2) + part.block * lanes,
                               arguments.read<float>(3) + part.block * lanes, slabs.epsilon);
    T const* addend = nullptr;
    if constexpr (ending == steps::NormalizationEnding::add_relu) addend = arguments.read<T>(4);
    slabs.device->vectorized(ApplyEnding<T, lanes, ending>{at, part, arguments.read<T>(0), addend,
                                                           arguments.write<T>(0), affine});
  });
}

template <class T, int lanes, steps::NormalizationEnding ending, int gradients,
          steps::ReluMask mask>
void run_backward(FusedSlabs& slabs, Arguments arguments) {
  constexpr bool adds = ending == steps::NormalizationEnding::add_relu;
  Blocks const at = slabs.at;
  T const* const x = arguments.read<T>(0);
  float const* const statistics = arguments.read<float>(1);
  T const* const dy = arguments.read<T>(4);
  T const* dy2 = nullptr;
  T const* y = nullptr;
  T* daddend = nullptr;
  if constexpr (gradients == 2) dy2 = arguments.read<T>(5);
  std::uint8_t const* bits = nullptr;
  if constexpr (mask == steps::ReluMask::bits) {
    bits = arguments.read<std::uint8_t>(4 + gradients);
  } else if constexpr (adds) {
    y = arguments.read<T>(4 + gradients);
  }
  if constexpr (adds) {
    daddend = arguments.write<T>(3);
  }
  auto affine_of = [&](Count block) {
    return Affine<lanes>(statistics + block * lanes, statistics + (at.blocks + block) * lanes,
                         arguments.read<float>(2) + block * lanes,
                         arguments.read<float>(3) + block * lanes, slabs.epsilon);
  };
  auto first = [&](SlabPart const& part, double* sums) {
    Affine<lanes> const affine = affine_of(part.block);
    slabs.device->vectorized(SumGradients<T, lanes, ending, gradients, mask>{
        at, part, x, dy, dy2, y, daddend, statistics + part.block * lanes, affine, sums, bits});
  };
  auto second = [&](SlabPart const& part, double const* sums) {
    Affine<lanes> const affine = affine_of(part.block);
    float const* const variance = statistics + (at.blocks + part.block) * lanes;
    float dscale[lanes], dshift[lanes];
    finish_gradients<lanes>(sums, variance, slabs.epsilon, dscale, dshift);
    if (part.begin == 0) {
      std::copy(dscale, dscale + lanes, arguments.write<float>(0) + part.block * lanes);
      std::copy(dshift, dshift + lanes, arguments.write<float>(1) + part.block * lanes);
    }
    Correction<lanes> const correction(at, variance, dscale, dshift, slabs.epsilon);
    slabs.device->vectorized(
        ApplyGradient<T, lanes, ending>{at, part, x, adds ? daddend : dy, arguments.write<T>(2),
                                        statistics + part.block * lanes, correction, affine});
  };
  two_passes<lanes>(slabs, first, second);
}

/// Layouts in which all activations are alike, blocked; the others are plain.
/// @param read, written whether a value of the step is an activation
inline std::vector<StepLayouts> blocked_layouts(Shapes const& shapes) {
  std::vector<StepLayouts> options;
  Shape const& x = shapes.reads[0];
  for (Layout layout : {Layout::channels_16, Layout::channels_8}) {
    if (!fits(layout, x)) continue;
    auto of = [&](std::vector<Shape> const& values) {
      std::vector<Layout> result;
      for (Shape const& shape : values) result.push_back(shape == x ? layout : Layout::plain);
      return result;
    };
    options.push_back({of(shapes.reads), of(shapes.writes)});
  }
  return options;
}

/// Bits are kept in FP32: to make them of bfloat16s takes longer than to read y again.
inline bool keeps_relu(steps::ReluMask mask, Types types) {
  return mask == steps::ReluMask::result || types.compute == NumberType::float32;
}

/// Channels in whole blocks; not for values of one pixel, whose blocks are no slabs.
inline bool slabs_fit(Shapes const& shapes, Types types) {
  Shape const& x = shapes.reads[0];
  return computes_in(types) && fits(Layout::channels_8, x) && x.height * x.width > 1;
}

template <class Operation>
FusedSlabs fused_slabs(devices::Host& device, Operation const& what, Shapes const& shapes,
                       Types types) {
  require_types(Operation::name, types);
  Shape const& x = shapes.reads[0];
  int const lanes = static_cast<int>(channel_block(shapes.layouts.read(0), shapes.reads[0]));
  if (lanes != 16 && lanes != 8)
    throw GraphError("kernels::OneDnn: " + std::string(Operation::name) +
                     " computes in blocks of 16 or 8 channels only; where it is not applicable the "
                     "steps stay apart");
  Blocks const at{x.items, x.channels / lanes, x.height * x.width};
  int const parts = slab_parts(at.blocks, at.items, device.threads());
  return {&device,     at,        types.compute,
          lanes,       parts,     what.epsilon,
          what.ending, what.mask, Buffer<double>(device, at.blocks * parts * 2 * lanes)};
}

/// call.operator()<T, lanes, ending, mask>() for the type of activations, the lanes, the ending and
/// what is kept of its relu.
template <class Call>
void with_constants(FusedSlabs& slabs, Call const& call) {
  auto with_lanes = [&]<class T, int lanes>() {
    using enum steps::NormalizationEnding;
    using enum steps::ReluMask;
    switch (slabs.ending) {
      case none:
        return call.template operator()<T, lanes, none, result>();
      case relu:
        return call.template operator()<T, lanes, relu, result>();
      case add_relu:
        if constexpr (std::same_as<T, float>)
          if (slabs.mask == bits) return call.template operator()<T, lanes, add_relu, bits>();
        return call.template operator()<T, lanes, add_relu, result>();
    }
  };
  auto with_type = [&]<class T>() {
    if (slabs.lanes == 16) return with_lanes.template operator()<T, 16>();
    with_lanes.template operator()<T, 8>();
  };
  if (slabs.type == NumberType::bfloat16) return with_type.template operator()<bfloat16>();
  with_type.template operator()<float>();
}

inline bool adds(steps::NormalizationEnding ending) {
  return ending == steps::NormalizationEnding::add_relu;
}

}  // namespace detail

void NormalizationForward::Prepared::run(Arguments arguments) {
  detail::with_constants(
      slabs, [&]<class T, int lanes, steps::NormalizationEnding ending, steps::ReluMask mask>() {
        detail::run_forward<T, lanes, ending, mask>(slabs, arguments);
      });
}

bool NormalizationForward::applicable(devices::Host&, operation const& what, Shapes const& shapes,
                                      Types types) {
  return detail::slabs_fit(shapes, types) && detail::keeps_relu(what.mask, types);
}

std::vector<StepLayouts> NormalizationForward::layouts(devices::Host&, operation const&,
                                                       Shapes const& shapes, Types) {
  return detail::blocked_layouts(shapes);
}

std::vector<InPlace> NormalizationForward::in_place(operation const& what) {
  if (!detail::adds(what.ending)) return {};
  return {{1, 3}};
}

NormalizationForward::Prepared NormalizationForward::prepare(devices::Host& device,
                                                             operation const& what,
                                                             Shapes const& shapes, Types types) {
  bool const adds = detail::adds(what.ending), keeps = what.mask == steps::ReluMask::bits;
  reference::ShapeCheck const check(operation::name, shapes, adds ? 4 : 3, keeps ? 3 : 2);
  Shape const& x = shapes.reads[0];
  check.equal("scale", shapes.reads[1], {.items = x.channels});
  check.equal("shift", shapes.reads[2], {.items = x.channels});
  if (adds) check.equal("addend", shapes.reads[3], x);
  check.equal("statistics", shapes.writes[0], {.items = 2, .channels = x.channels});
  check.equal("y", shapes.writes[1], x);
  if (keeps) check.equal("bits", shapes.writes[2], steps::bits_of(x));
  return {detail::fused_slabs(device, what, shapes, types)};
}

void NormalizationEvaluation::Prepared::run(Arguments arguments) {
  detail::with_constants(
      slabs, [&]<class T, int lanes, steps::NormalizationEnding ending, steps::ReluMask>() {
        detail::run_evaluation<T, lanes, ending>(slabs, arguments);
      });
}

bool NormalizationEvaluation::applicable(devices::Host&, operation const&, Shapes const& shapes,
                                         Types types) {
  return detail::slabs_fit(shapes, types);
}

std::vector<StepLayouts> NormalizationEvaluation::layouts(devices::Host&, operation const&,
                                                          Shapes const& shapes, Types) {
  return detail::blocked_layouts(shapes);
}

std::vector<InPlace> NormalizationEvaluation::in_place(operation const& what) {
  if (!detail::adds(what.ending)) return {{0, 0}};
  return {{0, 0}, {0, 4}};
}

NormalizationEvaluation::Prepared NormalizationEvaluation::prepare(devices::Host& device,
                                                                   operation const& what,
                                                                   Shapes const& shapes,
                                                                   Types types) {
  bool const adds = detail::adds(what.ending);
  reference::ShapeCheck const check(operation::name, shapes, adds ? 5 : 4, 1);
  Shape const& x = shapes.reads[0];
  check.equal("statistics", shapes.reads[1], {.items = 2, .channels = x.channels});
  check.equal("scale", shapes.reads[2], {.items = x.channels});
  check.equal("shift", shapes.reads[3], {.items = x.channels});
  if (adds) check.equal("addend", shapes.reads[4], x);
  check.equal("y", shapes.writes[0], x);
  return {detail::fused_slabs(device, what, shapes, types)};
}

void NormalizationBackward::Prepared::run(Arguments arguments) {
  detail::with_constants(
      slabs, [&]<class T, int lanes, steps::NormalizationEnding ending, steps::ReluMask mask>() {
        if (ending == steps::NormalizationEnding::add_relu && gradients == 2)
          detail::run_backward<T, lanes, ending, 2, mask>(slabs, arguments);
        else
          detail::run_backward<T, lanes, ending, 1, mask>(slabs, arguments);
      });
}

bool NormalizationBackward::applicable(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types types) {
  bool const known = what.gradients == 1 || (what.gradients == 2 && detail::adds(what.ending));
  return known && detail::slabs_fit(shapes, types) && detail::keeps_relu(what.mask, types);
}

std::vector<StepLayouts> NormalizationBackward::layouts(devices::Host&, operation const&,
                                                        Shapes const& shapes, Types) {
  return detail::blocked_layouts(shapes);
}

std::vector<InPlace> NormalizationBackward::in_place(operation const& what) {
  constexpr std::size_t x = 0, first_dy = 4, dx = 2, daddend = 3;
  bool const reads_y = detail::adds(what.ending) && what.mask == steps::ReluMask::result;
  std::size_t const reads = first_dy + static_cast<std::size_t>(what.gradients) + (reads_y ? 1 : 0);
  std::vector<InPlace> allowed;
  if (detail::adds(what.ending))
    for (std::size_t read = first_dy; read < reads; ++read) allowed.push_back({daddend, read});
  allowed.push_back({dx, x});
  for (std::size_t read = first_dy; read < reads; ++read) allowed.push_back({dx, read});
  return allowed;
}

NormalizationBackward::Prepared NormalizationBackward::prepare(devices::Host& device,
                                                               operation const& what,
                                                               Shapes const& shapes, Types types) {
  bool const adds = detail::adds(what.ending);
  std::size_t const gradients = static_cast<std::size_t>(what.gradients);
  reference::ShapeCheck const check(operation::name, shapes, 4 + gradients + (adds ? 1 : 0),
                                    adds ? 4 : 3);
  Shape const& x = shapes.reads[0];
  check.equal("statistics", shapes.reads[1], {.items = 2, .channels = x.channels});
  check.equal("scale", shapes.reads[2], {.items = x.channels});
  check.equal("shift", shapes.reads[3], {.items = x.channels});
  bool const reads_bits = what.mask == steps::ReluMask::bits;
  std::size_t const images = shapes.reads.size() - (reads_bits ? 1 : 0);
  for (std::size_t i = 4; i < images; ++i) check.equal("dy (or y)", shapes.reads[i], x);
  if (reads_bits) check.equal("bits", shapes.reads[images], steps::bits_of(x));
  check.equal("dscale", shapes.writes[0], {.items = x.channels});
  check.equal("dshift", shapes.writes[1], {.items = x.channels});
  for (std::size_t i = 2; i < shapes.writes.size(); ++i)
    check.equal("dx (or daddend)", shapes.writes[i], x);
  return {detail::fused_slabs(device, what, shapes, types), what.gradients};
}

}  // namespace ai500::kernels::onednn
