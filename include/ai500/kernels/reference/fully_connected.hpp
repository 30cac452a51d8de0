// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels of fully connected layers: one product of matrices each. x (n, f) is
/// an input with the f elements of each item in a row.
#pragma once

#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/kernels/reference/gemm.hpp>
#include <ai500/kernels/reference/shape_check.hpp>
#include <ai500/kernels/reference/sum.hpp>
#include <ai500/kernels/reference/typed.hpp>

namespace ai500::kernels::reference {

/// Extents of a fully connected layer.
struct FullyConnectedGeometry {
  Count items;    ///< n
  Count inputs;   ///< f
  Count outputs;  ///< f'
};

/// @throws GraphError when the shapes are not those of one fully connected layer
inline FullyConnectedGeometry fully_connected_geometry(ShapeCheck const& check, Shape const& x,
                                                       Shape const& weight, Shape const& y) {
  check.equal("weight", weight, {.items = weight.items, .channels = x.item_elements()});
  check.equal("y (or dy)", y, {.items = x.items, .channels = weight.items});
  return {x.items, x.item_elements(), weight.items};
}

/// y = x weight^T + bias, the bias added to each row.
struct FullyConnected {
  static constexpr std::string_view name = "reference";
  using operation = steps::FullyConnected;

  struct Prepared {
    Typed<Prepared> compute;
    FullyConnectedGeometry geometry;

    template <class T>
    void run_typed(Arguments arguments) const {
      auto const [items, inputs, outputs] = geometry;
      T const* bias = arguments.read<T>(2);
      T* y = arguments.write<T>(0);
      for (Count item = 0; item < items; ++item)
        for (Count output = 0; output < outputs; ++output)
          y[item * outputs + output] = bias[output];
      gemm(Product::second_transposed, MatrixView<T const>{arguments.read<T>(0), items, inputs},
           MatrixView<T const>{arguments.read<T>(1), outputs, inputs}, Result::accumulates,
           MatrixView<T>{y, items, outputs});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 3, 1);
    auto const geometry =
        fully_connected_geometry(check, shapes.reads[0], shapes.reads[1], shapes.writes[0]);
    check.equal("bias", shapes.reads[2], {.items = geometry.outputs});
    return {typed<Prepared>(operation::name, types), geometry};
  }
};
static_assert(KernelPolicy<FullyConnected, devices::Host>);

/// dx = dy weight
struct FullyConnectedDataGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::FullyConnectedDataGradient;

  struct Prepared {
    Typed<Prepared> compute;
    FullyConnectedGeometry geometry;

    template <class T>
    void run_typed(Arguments arguments) const {
      auto const [items, inputs, outputs] = geometry;
      gemm(Product::plain, MatrixView<T const>{arguments.read<T>(0), items, outputs},
           MatrixView<T const>{arguments.read<T>(1), outputs, inputs}, Result::overwrites,
           MatrixView<T>{arguments.write<T>(0), items, inputs});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    return {typed<Prepared>(operation::name, types),
            fully_connected_geometry(check, shapes.writes[0], shapes.reads[1], shapes.reads[0])};
  }
};
static_assert(KernelPolicy<FullyConnectedDataGradient, devices::Host>);

/// dweight = dy^T x; dbias = the sum of dy's rows.
struct FullyConnectedWeightGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::FullyConnectedWeightGradient;

  struct Prepared {
    Typed<Prepared> compute;
    FullyConnectedGeometry geometry;

    template <class T>
    void run_typed(Arguments arguments) const {
      auto const [items, inputs, outputs] = geometry;
      T const* dy = arguments.read<T>(1);
      T* dbias = arguments.write<T>(1);
      gemm(Product::first_transposed, MatrixView<T const>{dy, items, outputs},
           MatrixView<T const>{arguments.read<T>(0), items, inputs}, Result::overwrites,
           MatrixView<T>{arguments.write<T>(0), outputs, inputs});
      for (Count output = 0; output < outputs; ++output)
        dbias[output] = static_cast<T>(
            sum(items, [&](Count item) { return dy[item * geometry.outputs + output]; }));
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 2);
    auto const geometry =
        fully_connected_geometry(check, shapes.reads[0], shapes.writes[0], shapes.reads[1]);
    check.equal("dbias", shapes.writes[1], {.items = geometry.outputs});
    return {typed<Prepared>(operation::name, types), geometry};
  }
};
static_assert(KernelPolicy<FullyConnectedWeightGradient, devices::Host>);

}  // namespace ai500::kernels::reference
