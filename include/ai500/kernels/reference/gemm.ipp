// SPDX-License-Identifier: Apache-2.0
/// @file The definition of gemm.hpp with Eigen. One file of a program includes it: ai500::eigen's.
#pragma once

// The kernels compute in one thread, also where the program is compiled with OpenMP.
#ifndef EIGEN_DONT_PARALLELIZE
#define EIGEN_DONT_PARALLELIZE
#endif

#include <algorithm>
#include <string>
#include <utility>

#include <Eigen/Core>

#include <ai500/core/error.hpp>
#include <ai500/kernels/reference/gemm.hpp>

namespace ai500::kernels::reference {

namespace detail {

// Eigen packs blocks of both factors into memory from the stack, but from the heap when they need
// more than EIGEN_STACK_ALLOCATION_LIMIT bytes, 128 Ki unless set. A factor of at most 128 x 128
// doubles needs just that: products of such tiles allocate nothing.
inline constexpr Count gemm_tile = 128;
static_assert(gemm_tile * gemm_tile * Count{sizeof(double)} <= EIGEN_STACK_ALLOCATION_LIMIT);

template <class T>
using EigenMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// c = a b or c += a b, tile by tile; a and b are Eigen's expressions.
template <class A, class B, class C>
void tiled_product(A const& a, B const& b, Result result, C& c) {
  if (result == Result::overwrites) c.setZero();
  for (Count i = 0; i < c.rows(); i += gemm_tile) {
    Count const rows = std::min(gemm_tile, c.rows() - i);
    for (Count j = 0; j < c.cols(); j += gemm_tile) {
      Count const columns = std::min(gemm_tile, c.cols() - j);
      for (Count k = 0; k < a.cols(); k += gemm_tile) {
        Count const depth = std::min(gemm_tile, a.cols() - k);
        c.block(i, j, rows, columns).noalias() +=
            a.block(i, k, rows, depth) * b.block(k, j, depth, columns);
      }
    }
  }
}

template <class T>
void check_extents(Product product, MatrixView<T const> a, MatrixView<T const> b, MatrixView<T> c) {
  if (product == Product::first_transposed) std::swap(a.rows, a.columns);
  if (product == Product::second_transposed) std::swap(b.rows, b.columns);
  if (a.columns == b.rows && c.rows == a.rows && c.columns == b.columns) return;
  auto text = [](Count rows, Count columns) {
    return std::to_string(rows) + "x" + std::to_string(columns);
  };
  throw GraphError("gemm: " + text(a.rows, a.columns) + " times " + text(b.rows, b.columns) +
                   " is not " + text(c.rows, c.columns));
}

template <class T>
void eigen_gemm(Product product, MatrixView<T const> a, MatrixView<T const> b, Result result,
                MatrixView<T> c) {
  check_extents(product, a, b, c);
  Eigen::Map<EigenMatrix<T> const> const left(a.data, a.rows, a.columns);
  Eigen::Map<EigenMatrix<T> const> const right(b.data, b.rows, b.columns);
  Eigen::Map<EigenMatrix<T>> sum(c.data, c.rows, c.columns);
  switch (product) {
    case Product::plain:
      return tiled_product(left, right, result, sum);
    case Product::first_transposed:
      return tiled_product(left.transpose(), right, result, sum);
    case Product::second_transposed:
      return tiled_product(left, right.transpose(), result, sum);
  }
}

}  // namespace detail

void gemm(Product product, MatrixView<float const> a, MatrixView<float const> b, Result result,
          MatrixView<float> c) {
  detail::eigen_gemm(product, a, b, result, c);
}

void gemm(Product product, MatrixView<double const> a, MatrixView<double const> b, Result result,
          MatrixView<double> c) {
  detail::eigen_gemm(product, a, b, result, c);
}

std::string eigen_version() {
  return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
         std::to_string(EIGEN_MINOR_VERSION);
}

}  // namespace ai500::kernels::reference
