// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels of convolution: products of matrices, image by image and group by
/// group. In the formulas i and j are a position of the window, s its stride, p its padding, and
/// elements outside x are zeros; c runs over the channels of the group of filter f.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/kernels/reference/columns.hpp>
#include <ai500/kernels/reference/gemm.hpp>
#include <ai500/kernels/reference/shape_check.hpp>
#include <ai500/kernels/reference/typed.hpp>

namespace ai500::kernels::reference {

/// Extents of a convolution of x (n, c, h, w) with weight (c', c / groups, kh, kw) to y (n, c', h',
/// w'), seen as products of matrices: in each image and group y (c' / groups, h' w') = weight (c' /
/// groups, c / groups kh kw) times the columns of x.
struct ConvolutionGeometry {
  Count items;
  Count groups;
  Count filters;            ///< of a group: c' / groups
  ColumnsGeometry columns;  ///< of a group's channels of an image

  constexpr Count image_elements() const {  // of a group
    return columns.channels * columns.image.height * columns.image.width;
  }
  constexpr Count weight_elements() const { return filters * columns.rows(); }     // of a group
  constexpr Count result_elements() const { return filters * columns.columns(); }  // of a group

  /// Scratch for the columns of one group of one image.
  Buffer<std::byte> scratch(devices::Host& device, Types types) const {
    if (columns.are_the_image()) return {};
    return {device,
            columns.rows() * columns.columns() * static_cast<Count>(size_in_bytes(types.compute))};
  }
};

/// @param operation one of the three convolution steps
/// @throws GraphError when the shapes are not those of one convolution
template <class Operation>
ConvolutionGeometry convolution_geometry(Operation const& operation, ShapeCheck const& check,
                                         Shape const& x, Shape const& weight, Shape const& y) {
  Count const groups = operation.groups;
  check.require(groups >= 1 && x.channels % groups == 0 && weight.items % groups == 0,
                std::to_string(groups) + " groups must divide the channels in and out");
  Window const& window = operation.window;
  check.equal("weight", weight,
              {weight.items, x.channels / groups, window.kernel.height, window.kernel.width});
  Extent const positions = window_positions(window, x);
  check.equal("y (or dy)", y, {x.items, weight.items, positions.height, positions.width});
  return {x.items,
          groups,
          weight.items / groups,
          {x.channels / groups, {x.height, x.width}, window, positions}};
}

namespace detail {

/// The numbers in a kernel's scratch.
template <class T>
T* numbers(Buffer<std::byte>& scratch) {
  return static_cast<T*>(static_cast<void*>(scratch.data()));
}

}  // namespace detail

/// y[n, f, i, j] = sum over c, u, v of weight[f, c, u, v] x[n, c, i s + u - p, j s + v - p]
struct Convolution {
  static constexpr std::string_view name = "reference";
  using operation = steps::Convolution;

  struct Prepared {
    Typed<Prepared> compute;
    ConvolutionGeometry geometry;
    Buffer<std::byte> scratch;

    template <class T>
    void run_typed(Arguments arguments) {
      ConvolutionGeometry const& g = geometry;
      T const* x = arguments.read<T>(0);
      T const* weight = arguments.read<T>(1);
      T* y = arguments.write<T>(0);
      for (Count part = 0; part < g.items * g.groups; ++part) {
        T const* image = x + part * g.image_elements();
        T const* columns = image;
        if (!g.columns.are_the_image()) {
          columns = detail::numbers<T>(scratch);
          image_to_columns(g.columns, image, detail::numbers<T>(scratch));
        }
        gemm(Product::plain,
             MatrixView<T const>{weight + part % g.groups * g.weight_elements(), g.filters,
                                 g.columns.rows()},
             MatrixView<T const>{columns, g.columns.rows(), g.columns.columns()},
             Result::overwrites,
             MatrixView<T>{y + part * g.result_elements(), g.filters, g.columns.columns()});
      }
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes are not a convolution's, Error for other types than float
  /// and double
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    auto const geometry =
        convolution_geometry(what, check, shapes.reads[0], shapes.reads[1], shapes.writes[0]);
    return {typed<Prepared>(operation::name, types), geometry, geometry.scratch(device, types)};
  }
};
static_assert(KernelPolicy<Convolution, devices::Host>);

/// dx[n, c, k, l] = sum over f, u, v of weight[f, c, u, v] dy[n, f, i, j], where k = i s + u - p
/// and l = j s + v - p: the columns of dx are weight^T dy, and each is added where it came from.
struct ConvolutionDataGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::ConvolutionDataGradient;

  struct Prepared {
    Typed<Prepared> compute;
    ConvolutionGeometry geometry;
    Buffer<std::byte> scratch;

    template <class T>
    void run_typed(Arguments arguments) {
      ConvolutionGeometry const& g = geometry;
      T const* dy = arguments.read<T>(0);
      T const* weight = arguments.read<T>(1);
      T* dx = arguments.write<T>(0);
      for (Count part = 0; part < g.items * g.groups; ++part) {
        T* image = dx + part * g.image_elements();
        T* columns = g.columns.are_the_image() ? image : detail::numbers<T>(scratch);
        gemm(Product::first_transposed,
             MatrixView<T const>{weight + part % g.groups * g.weight_elements(), g.filters,
                                 g.columns.rows()},
             MatrixView<T const>{dy + part * g.result_elements(), g.filters, g.columns.columns()},
             Result::overwrites, MatrixView<T>{columns, g.columns.rows(), g.columns.columns()});
        if (g.columns.are_the_image()) continue;
        std::fill_n(image, g.image_elements(), T(0));
        add_columns_to_image(g.columns, static_cast<T const*>(columns), image);
      }
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes are not a convolution's, Error for other types than float
  /// and double
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    auto const geometry =
        convolution_geometry(what, check, shapes.writes[0], shapes.reads[1], shapes.reads[0]);
    return {typed<Prepared>(operation::name, types), geometry, geometry.scratch(device, types)};
  }
};
static_assert(KernelPolicy<ConvolutionDataGradient, devices::Host>);

/// dweight[f, c, u, v] = sum over n, i, j of dy[n, f, i, j] x[n, c, i s + u - p, j s + v - p]: dy
/// times the transposed columns of x, added up over the images.
struct ConvolutionFilterGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::ConvolutionFilterGradient;

  struct Prepared {
    Typed<Prepared> compute;
    ConvolutionGeometry geometry;
    Buffer<std::byte> scratch;

    template <class T>
    void run_typed(Arguments arguments) {
      ConvolutionGeometry const& g = geometry;
      T const* x = arguments.read<T>(0);
      T const* dy = arguments.read<T>(1);
      T* dweight = arguments.write<T>(0);
      for (Count part = 0; part < g.items * g.groups; ++part) {
        T const* image = x + part * g.image_elements();
        T const* columns = image;
        if (!g.columns.are_the_image()) {
          columns = detail::numbers<T>(scratch);
          image_to_columns(g.columns, image, detail::numbers<T>(scratch));
        }
        bool const first_image = part < g.groups;
        gemm(Product::second_transposed,
             MatrixView<T const>{dy + part * g.result_elements(), g.filters, g.columns.columns()},
             MatrixView<T const>{columns, g.columns.rows(), g.columns.columns()},
             first_image ? Result::overwrites : Result::accumulates,
             MatrixView<T>{dweight + part % g.groups * g.weight_elements(), g.filters,
                           g.columns.rows()});
      }
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes are not a convolution's, Error for other types than float
  /// and double
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    auto const geometry =
        convolution_geometry(what, check, shapes.reads[0], shapes.writes[0], shapes.reads[1]);
    return {typed<Prepared>(operation::name, types), geometry, geometry.scratch(device, types)};
  }
};
static_assert(KernelPolicy<ConvolutionFilterGradient, devices::Host>);

}  // namespace ai500::kernels::reference
