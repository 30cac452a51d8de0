// SPDX-License-Identifier: Apache-2.0
/// @file The fully connected layer by cuBLASLt's matrix products; defined in fully_connected.ipp.
/// Weights and biases are read as StoreWeights writes them, in the compute type; gradients are
/// written in FP32.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::cudnn {

/// "cuBLAS 13.1.0": the library that is loaded.
std::string cublas_version();

/// The kernel of one of the three fully connected steps. Its algorithm is the heuristics' first
/// whose sums are made in one order; sums are FP32.
template <class Operation>
struct MatrixProduct {
  static constexpr std::string_view name = "cublaslt";
  using operation = Operation;

  struct Prepared {
    std::function<void(Arguments)> work;

    void run(Arguments arguments) { work(arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for types that it does not compute in, or
  /// saying that cuBLASLt has no algorithm
  static Prepared prepare(devices::Cuda& device, Operation const&, Shapes const& shapes,
                          Types types);
};

/// y = x weight^T + bias
using FullyConnected = MatrixProduct<steps::FullyConnected>;
/// dx = dy weight
using FullyConnectedDataGradient = MatrixProduct<steps::FullyConnectedDataGradient>;
/// dweight = dy^T x, dbias = the sum of dy over the items
using FullyConnectedWeightGradient = MatrixProduct<steps::FullyConnectedWeightGradient>;

static_assert(KernelPolicy<FullyConnected, devices::Cuda>);

}  // namespace ai500::kernels::cudnn
