// SPDX-License-Identifier: Apache-2.0
/// @file Element-wise steps on a GPU.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/functors/element_wise_packs.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

/// How many elements each value of a step has.
/// @throws GraphError when the shapes differ
inline Count common_elements(std::string_view step, Shapes const& shapes, std::size_t reads) {
  ShapeCheck const check(step, shapes, reads, 1);
  for (Shape const& read : shapes.reads) check.equal("what is read", read, shapes.reads[0]);
  check.equal("what is written", shapes.writes[0], shapes.reads[0]);
  return shapes.reads[0].elements();
}

}  // namespace detail

/// Each element of what is written from the same element of each of the `reads` values, in the
/// place of any of them, too.
template <class Operation, std::size_t reads, template <class> class OfNumbers,
          template <class, int> class OfPacks, class Device>
struct ElementWise {
  static constexpr std::string_view name = "plain cuda";
  using operation = Operation;
  static constexpr bool any_layout = true;
  static std::vector<InPlace> in_place(operation const&) {
    std::vector<InPlace> allowed;
    for (std::size_t i = 0; i < reads; ++i) allowed.push_back({0, i});
    return allowed;
  }

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    Count elements;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      using Functor = OfLanes<OfNumbers, OfPacks, T, lanes>;
      device->for_each(elements / lanes, functor_of<Functor, reads, T>(arguments));
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes differ, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    Count const elements = detail::common_elements(operation::name, shapes, reads);
    return {typed_lanes<Prepared>(operation::name, types, elements), &device, elements};
  }
};

/// y = max(x, 0)
template <class Device>
using Relu = ElementWise<steps::Relu, 1, functors::Relu, functors::ReluOfPacks, Device>;
/// dx = dy where y > 0, else 0
template <class Device>
using ReluGradient = ElementWise<steps::ReluGradient, 2, functors::ReluGradient,
                                 functors::ReluGradientOfPacks, Device>;
/// y = a + b, activations
template <class Device>
using Add = ElementWise<steps::Add, 2, functors::Sum, functors::SumOfPacks, Device>;
template <class Device>
using SumGradients =
    ElementWise<steps::SumGradients, 2, functors::Sum, functors::SumOfPacks, Device>;

/// sum = sum + increment, both float: parts of the reduction, which begin anywhere, so that no pack
/// can be moved at once.
template <class Device>
struct Accumulate {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::Accumulate;

  struct Prepared {
    Device* device;
    Count elements;

    void run(Arguments arguments) {
      device->for_each(elements, functor_of<functors::Sum<float>, 2, float>(arguments));
    }
  };

  /// @throws GraphError when the shapes differ, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    Count const elements = detail::common_elements(operation::name, shapes, 2);
    require_types(operation::name, types);
    return {&device, elements};
  }
};

}  // namespace ai500::kernels::plain_cuda
