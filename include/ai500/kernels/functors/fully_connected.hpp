// SPDX-License-Identifier: Apache-2.0
/// @file Fully connected layers and their gradients: the factors of a Product, and the bias's.
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/product.hpp>

namespace ai500::kernels::functors {

/// Extents of a fully connected layer: x (items, inputs), weight (outputs, inputs), y (items,
/// outputs).
struct FullyConnectedShape {
  Count items;
  Count inputs;
  Count outputs;
};

/// y = x weight^T + bias
template <class T>
struct FullyConnectedFactors {
  T const* x;
  T const* weight;
  T const* bias;
  T* y;
  FullyConnectedShape shape;

  constexpr Count groups() const { return 1; }
  constexpr Count rows() const { return shape.items; }
  constexpr Count columns() const { return shape.outputs; }
  constexpr Count depth() const { return shape.inputs; }

  AI500_HOST_DEVICE float a(Count, Count row, Count k) const { return x[row * shape.inputs + k]; }
  AI500_HOST_DEVICE float b(Count, Count k, Count column) const {
    return weight[column * shape.inputs + k];
  }
  AI500_HOST_DEVICE void put(Count, Count row, Count column, float sum) const {
    y[row * shape.outputs + column] = T(sum + bias[column]);
  }
};

/// dx = dy weight
template <class T>
struct FullyConnectedDataGradientFactors {
  T const* dy;
  T const* weight;
  T* dx;
  FullyConnectedShape shape;

  constexpr Count groups() const { return 1; }
  constexpr Count rows() const { return shape.items; }
  constexpr Count columns() const { return shape.inputs; }
  constexpr Count depth() const { return shape.outputs; }

  AI500_HOST_DEVICE float a(Count, Count row, Count k) const { return dy[row * shape.outputs + k]; }
  AI500_HOST_DEVICE float b(Count, Count k, Count column) const {
    return weight[k * shape.inputs + column];
  }
  AI500_HOST_DEVICE void put(Count, Count row, Count column, float sum) const {
    dx[row * shape.inputs + column] = T(sum);
  }
};

/// dweight = dy^T x, in float.
template <class T>
struct FullyConnectedWeightGradientFactors {
  T const* x;
  T const* dy;
  float* dweight;
  FullyConnectedShape shape;

  constexpr Count groups() const { return 1; }
  constexpr Count rows() const { return shape.outputs; }
  constexpr Count columns() const { return shape.inputs; }
  constexpr Count depth() const { return shape.items; }

  AI500_HOST_DEVICE float a(Count, Count row, Count k) const { return dy[k * shape.outputs + row]; }
  AI500_HOST_DEVICE float b(Count, Count k, Count column) const {
    return x[k * shape.inputs + column];
  }
  AI500_HOST_DEVICE void put(Count, Count row, Count column, float sum) const {
    dweight[row * shape.inputs + column] = sum;
  }
};

/// dbias[output] = sum over the items of dy, in float; for_each over the outputs.
template <class T>
struct BiasGradient {
  T const* dy;
  float* dbias;
  FullyConnectedShape shape;

  AI500_HOST_DEVICE void operator()(Count output) const {
    float sum = 0;
    for (Count item = 0; item < shape.items; ++item) sum += dy[item * shape.outputs + output];
    dbias[output] = sum;
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/products.cuh.
template <ActivationNumber T>
inline constexpr bool
    has_device_code<kernels::functors::Product<kernels::functors::FullyConnectedFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<
    kernels::functors::Product<kernels::functors::FullyConnectedDataGradientFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<
    kernels::functors::Product<kernels::functors::FullyConnectedWeightGradientFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::BiasGradient<T>> = true;

}  // namespace ai500::cuda
