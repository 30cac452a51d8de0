// SPDX-License-Identifier: Apache-2.0
/// @file Products of matrices. Defined in gemm.ipp with Eigen, which costs seconds to compile: the
/// target ai500::eigen compiles it once.
#pragma once

#include <string>

#include <ai500/core/types.hpp>

namespace ai500::kernels::reference {

/// A look at a dense row-major matrix.
template <class T>
struct MatrixView {
  T* data;
  Count rows;
  Count columns;
};

/// Which product of a and b; a transposed matrix is the one stored, read the other way.
enum class Product {
  plain,              ///< a b
  first_transposed,   ///< a^T b
  second_transposed,  ///< a b^T
};

/// What happens to the values that the result had.
enum class Result { overwrites, accumulates };

/// c = a b, a^T b or a b^T, or that added to c. One thread, no allocation. The matrices must not
/// overlap.
/// @throws GraphError when the extents do not fit
void gemm(Product product, MatrixView<float const> a, MatrixView<float const> b, Result result,
          MatrixView<float> c);
void gemm(Product product, MatrixView<double const> a, MatrixView<double const> b, Result result,
          MatrixView<double> c);

/// Eigen's version: "3.4.0".
std::string eigen_version();

}  // namespace ai500::kernels::reference
