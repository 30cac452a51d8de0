// SPDX-License-Identifier: Apache-2.0
/// @file What the kernels of GPUs have in common: their number types, chosen once when a step is
/// prepared, and their layout. `Device` is devices::Cuda, or a test's device that emulates one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/core/half.hpp>
#include <ai500/kernels/functors/pack.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/kernels/reference/shape_check.hpp>

namespace ai500::kernels::plain_cuda {

using reference::ShapeCheck;

/// Activations in float16, bfloat16 or float32; all else in float32.
constexpr bool computes_in(Types types) {
  return types.accumulate == NumberType::float32 &&
         (types.compute == NumberType::float16 || types.compute == NumberType::bfloat16 ||
          types.compute == NumberType::float32);
}

/// @throws Error for types that these kernels do not compute in
inline void require_types(std::string_view step, Types types) {
  if (computes_in(types)) return;
  throw Error("kernels of GPUs: " + std::string(step) +
              " is computed in float16, bfloat16 or float32 with parameters in float32, not in " +
              std::string(name(types.compute)) + " with parameters in " +
              std::string(name(types.accumulate)));
}

/// The instance of a prepared kernel's `run_typed` for the types that it was prepared for.
template <class Prepared>
using Typed = void (*)(Prepared&, Arguments);

namespace detail {

/// choose(T()) of the type that activations are stored as.
template <class Choose>
auto of_type(std::string_view step, Types types, Choose const& choose) {
  require_types(step, types);
  if (types.compute == NumberType::float16) return choose(half());
  if (types.compute == NumberType::bfloat16) return choose(bfloat16());
  return choose(float());
}

}  // namespace detail

/// `run_typed<T>`.
/// @throws Error for types that these kernels do not compute in
template <class Prepared>
Typed<Prepared> typed(std::string_view step, Types types) {
  return detail::of_type(step, types, []<class T>(T) -> Typed<Prepared> {
    return
        [](Prepared& prepared, Arguments arguments) { prepared.template run_typed<T>(arguments); };
  });
}

/// `run_typed<T, lanes>`, lanes as many as are 16 bytes where `together` numbers, which stand
/// together, are a multiple of that; else 1.
/// @throws Error for types that these kernels do not compute in
template <class Prepared>
Typed<Prepared> typed_lanes(std::string_view step, Types types, Count together) {
  return detail::of_type(step, types, [=]<class T>(T) -> Typed<Prepared> {
    if (together % functors::vector_lanes<T> == 0)
      return [](Prepared& prepared, Arguments arguments) {
        prepared.template run_typed<T, functors::vector_lanes<T>>(arguments);
      };
    return [](Prepared& prepared, Arguments arguments) {
      prepared.template run_typed<T, 1>(arguments);
    };
  });
}

/// How many numbers `typed_lanes` moves at once.
constexpr int lanes_of(Types types, Count together) {
  int const lanes = static_cast<int>(16 / size_in_bytes(types.compute));
  return together % lanes == 0 ? lanes : 1;
}

/// The functor that moves so many at once: single numbers and packs have functors of their own.
template <template <class> class OfNumbers, template <class, int> class OfPacks, class T, int lanes>
using OfLanes = std::conditional_t<lanes == 1, OfNumbers<T>, OfPacks<T, lanes>>;

/// A functor whose members are where the first `reads` values are that a step reads, as T, where
/// the first one is that it writes, as Result, and `others`.
template <class Functor, std::size_t reads, class T, class Result = T, class... Others>
Functor functor_of(Arguments arguments, Others const&... others) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return Functor{arguments.read<T>(i)..., arguments.write<Result>(0), others...};
  }
  (std::make_index_sequence<reads>());
}

/// All images of a step in Layout::channels_last; what has one pixel is plain in every layout.
inline StepLayouts all_channels_last(Shapes const& shapes) {
  auto layouts = [](std::vector<Shape> const& values) {
    std::vector<Layout> result;
    for (Shape const& shape : values)
      result.push_back(shape.height * shape.width > 1 ? Layout::channels_last : Layout::plain);
    return result;
  };
  return {layouts(shapes.reads), layouts(shapes.writes)};
}

/// @throws GraphError when a value of the step is not in the layout that it must have
inline void require_layouts(ShapeCheck const& check, Shapes const& shapes,
                            StepLayouts const& wanted) {
  auto agrees = [](Layout given, Layout asked, Shape const& shape) {
    return same_order(given, asked, shape);
  };
  bool all = true;
  for (std::size_t i = 0; i < shapes.reads.size(); ++i)
    all = all && agrees(shapes.layouts.read(i), wanted.read(i), shapes.reads[i]);
  for (std::size_t i = 0; i < shapes.writes.size(); ++i)
    all = all && agrees(shapes.layouts.write(i), wanted.write(i), shapes.writes[i]);
  check.require(all,
                "images must be NHWC (and filters (c', kh, kw, c)), what else has pixels NCHW");
}

}  // namespace ai500::kernels::plain_cuda
