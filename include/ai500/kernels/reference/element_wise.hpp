// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels of element-wise steps: a functor's loop each, the definition of what
/// they compute.
#pragma once

#include <string_view>
#include <type_traits>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/kernels/reference/shape_check.hpp>
#include <ai500/kernels/reference/typed.hpp>

namespace ai500::kernels::reference {

/// y = max(x, 0). What is not a number stays so: a training that diverges shows it.
struct Relu {
  static constexpr std::string_view name = "reference";
  using operation = steps::Relu;
  static constexpr bool any_layout = true;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}}; }

  struct Prepared {
    Typed<Prepared> compute;
    devices::Host* device;
    Count elements;

    template <class T>
    void run_typed(Arguments arguments) const {
      device->for_each(elements, functors::Relu<T>{arguments.read<T>(0), arguments.write<T>(0)});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes differ, Error for types it does not compute
  /// in
  static Prepared prepare(devices::Host& device, operation const&, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    check.equal("y", shapes.writes[0], shapes.reads[0]);
    return {typed_functor<Prepared>(operation::name, types), &device, shapes.reads[0].elements()};
  }
};
static_assert(KernelPolicy<Relu, devices::Host>);

/// dx = dy where y > 0, else 0: the derivative at 0 is taken to be 0.
struct ReluGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::ReluGradient;
  static constexpr bool any_layout = true;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, 1}}; }

  struct Prepared {
    Typed<Prepared> compute;
    devices::Host* device;
    Count elements;

    template <class T>
    void run_typed(Arguments arguments) const {
      device->for_each(elements,
                       functors::ReluGradient<T>{arguments.read<T>(0), arguments.read<T>(1),
                                                 arguments.write<T>(0)});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes differ, Error for types it does not compute
  /// in
  static Prepared prepare(devices::Host& device, operation const&, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    check.equal("dy", shapes.reads[0], shapes.reads[1]);
    check.equal("dx", shapes.writes[0], shapes.reads[1]);
    return {typed_functor<Prepared>(operation::name, types), &device, shapes.reads[1].elements()};
  }
};
static_assert(KernelPolicy<ReluGradient, devices::Host>);

/// y = a + b. Accumulate always has its result where a is.
template <class Operation>
struct Sum {
  static constexpr std::string_view name = "reference";
  using operation = Operation;
  static constexpr bool any_layout = !std::is_same_v<Operation, steps::Accumulate>;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, 1}}; }

  struct Prepared {
    Typed<Prepared> compute;
    devices::Host* device;
    Count elements;

    template <class T>
    void run_typed(Arguments arguments) const {
      device->for_each(elements, functors::Sum<T>{arguments.read<T>(0), arguments.read<T>(1),
                                                  arguments.write<T>(0)});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes differ, Error for types it does not compute
  /// in
  static Prepared prepare(devices::Host& device, operation const&, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    check.equal("the second summand", shapes.reads[1], shapes.reads[0]);
    check.equal("the sum", shapes.writes[0], shapes.reads[0]);
    return {typed_sum(types), &device, shapes.reads[0].elements()};
  }

 private:
  static Typed<Prepared> typed_sum(Types types) {
    if constexpr (std::is_same_v<Operation, steps::Accumulate>)
      return typed_accumulation<Prepared>(operation::name, types);
    else
      return typed_functor<Prepared>(operation::name, types);
  }
};

/// y = a + b: the end of a residual block.
using Add = Sum<steps::Add>;
/// The sum of two gradients of one value.
using SumGradients = Sum<steps::SumGradients>;
/// sum = sum + increment.
using Accumulate = Sum<steps::Accumulate>;
static_assert(KernelPolicy<Add, devices::Host>);
static_assert(KernelPolicy<SumGradients, devices::Host>);
static_assert(KernelPolicy<Accumulate, devices::Host>);

}  // namespace ai500::kernels::reference
