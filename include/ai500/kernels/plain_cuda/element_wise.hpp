// SPDX-License-Identifier: Apache-2.0
/// @file Element-wise steps on a GPU.
#pragma once

#include <vector>

#include <ai500/kernels/functors/packs.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

/// y = max(x, 0)
template <class Device>
struct Relu {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::Relu;
  static constexpr bool any_layout = true;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}}; }

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    Count elements;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      T const* const x = arguments.read<T>(0);
      T* const y = arguments.write<T>(0);
      if constexpr (lanes == 1)
        device->for_each(elements, functors::Relu<T>{x, y});
      else
        device->for_each(elements / lanes, functors::ReluOfPacks<T, lanes>{x, y});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes differ, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    check.equal("y", shapes.writes[0], shapes.reads[0]);
    Count const elements = shapes.reads[0].elements();
    return {typed_lanes<Prepared>(operation::name, types, elements), &device, elements};
  }
};

/// dx = dy where y > 0, else 0.
template <class Device>
struct ReluGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::ReluGradient;
  static constexpr bool any_layout = true;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, 1}}; }

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    Count elements;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      T const *const dy = arguments.read<T>(0), *const y = arguments.read<T>(1);
      T* const dx = arguments.write<T>(0);
      if constexpr (lanes == 1)
        device->for_each(elements, functors::ReluGradient<T>{dy, y, dx});
      else
        device->for_each(elements / lanes, functors::ReluGradientOfPacks<T, lanes>{dy, y, dx});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes differ, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    check.equal("dy", shapes.reads[0], shapes.reads[1]);
    check.equal("dx", shapes.writes[0], shapes.reads[1]);
    Count const elements = shapes.reads[1].elements();
    return {typed_lanes<Prepared>(operation::name, types, elements), &device, elements};
  }
};

/// y = a + b, activations.
template <class Operation, class Device>
struct Sum {
  static constexpr std::string_view name = "plain cuda";
  using operation = Operation;
  static constexpr bool any_layout = true;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, 1}}; }

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    Count elements;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      T const *const a = arguments.read<T>(0), *const b = arguments.read<T>(1);
      T* const y = arguments.write<T>(0);
      if constexpr (lanes == 1)
        device->for_each(elements, functors::Sum<T>{a, b, y});
      else
        device->for_each(elements / lanes, functors::SumOfPacks<T, lanes>{a, b, y});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes differ, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    check.equal("the second summand", shapes.reads[1], shapes.reads[0]);
    check.equal("the sum", shapes.writes[0], shapes.reads[0]);
    Count const elements = shapes.reads[0].elements();
    return {typed_lanes<Prepared>(operation::name, types, elements), &device, elements};
  }
};

template <class Device>
using Add = Sum<steps::Add, Device>;
template <class Device>
using SumGradients = Sum<steps::SumGradients, Device>;

/// sum = sum + increment, both float: parts of the reduction, which begin anywhere.
template <class Device>
struct Accumulate {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::Accumulate;

  struct Prepared {
    Device* device;
    Count elements;

    void run(Arguments arguments) {
      device->for_each(elements,
                       functors::Sum<float>{arguments.read<float>(0), arguments.read<float>(1),
                                            arguments.write<float>(0)});
    }
  };

  /// @throws GraphError when the shapes differ, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    check.equal("the second summand", shapes.reads[1], shapes.reads[0]);
    check.equal("the sum", shapes.writes[0], shapes.reads[0]);
    if (!computes_in(types)) detail::throw_types(operation::name, types);
    return {&device, shapes.reads[0].elements()};
  }
};

}  // namespace ai500::kernels::plain_cuda
