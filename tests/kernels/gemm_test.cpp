// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/gemm.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::reference::gemm;
using kernels::reference::MatrixView;
using kernels::reference::Product;
using kernels::reference::Result;

namespace {

Values transposed(Values const& a, Count rows, Count columns) {
  Values result(a.size());
  for (Count i = 0; i < rows; ++i)
    for (Count j = 0; j < columns; ++j)
      result[static_cast<std::size_t>(j * rows + i)] = a[static_cast<std::size_t>(i * columns + j)];
  return result;
}

/// c + a b by three loops.
Values naive_gemm(Count m, Count n, Count k, Values const& a, Values const& b, Values c) {
  for (Count i = 0; i < m; ++i)
    for (Count j = 0; j < n; ++j)
      for (Count l = 0; l < k; ++l)
        c[static_cast<std::size_t>(i * n + j)] +=
            a[static_cast<std::size_t>(i * k + l)] * b[static_cast<std::size_t>(l * n + j)];
  return c;
}

template <class T>
std::vector<T> in_type(Values const& values) {
  return std::vector<T>(values.begin(), values.end());
}

/// The worst relative error of the six forms of an (m, k) by (k, n) product.
template <class T>
double worst_gemm_error(Count m, Count n, Count k, Random& random) {
  Values const a = random.numbers({.items = m * k}), b = random.numbers({.items = k * n}),
               c = random.numbers({.items = m * n});
  auto const a_rows = in_type<T>(a), b_rows = in_type<T>(b);
  auto const a_columns = in_type<T>(transposed(a, m, k)),
             b_columns = in_type<T>(transposed(b, k, n));
  double worst = 0;
  for (Result result : {Result::overwrites, Result::accumulates}) {
    Values const start = result == Result::overwrites ? Values(c.size()) : c;
    Values const expected = naive_gemm(m, n, k, a, b, start);
    auto error = [&](Product product, MatrixView<T const> left, MatrixView<T const> right) {
      std::vector<T> sum(c.begin(), c.end());
      gemm(product, left, right, result, MatrixView<T>{sum.data(), m, n});
      return relative_error(Values(sum.begin(), sum.end()), expected);
    };
    worst = std::max(
        {worst, error(Product::plain, {a_rows.data(), m, k}, {b_rows.data(), k, n}),
         error(Product::first_transposed, {a_columns.data(), k, m}, {b_rows.data(), k, n}),
         error(Product::second_transposed, {a_rows.data(), m, k}, {b_columns.data(), n, k})});
  }
  return worst;
}

}  // namespace

TEST_CASE("gemm: two by two by hand") {
  std::vector<double> const a{1, 2, 3, 4}, b{10, 20, 30, 40};
  std::vector<double> c{1, 1, 1, 1};
  MatrixView<double const> const left{a.data(), 2, 2}, right{b.data(), 2, 2};
  MatrixView<double> const sum{c.data(), 2, 2};

  gemm(Product::plain, left, right, Result::overwrites, sum);
  CHECK(c == Values{70, 100, 150, 220});
  gemm(Product::first_transposed, left, right, Result::overwrites, sum);
  CHECK(c == Values{100, 140, 140, 200});
  gemm(Product::second_transposed, left, right, Result::overwrites, sum);
  CHECK(c == Values{50, 110, 110, 250});
  gemm(Product::plain, left, right, Result::accumulates, sum);
  CHECK(c == Values{120, 210, 260, 470});
}

TEST_CASE("gemm: all forms equal three loops, also beyond one tile") {
  Random random(1);
  for (int i = 0; i < 40; ++i) {
    Count const m = random.between(1, 20), n = random.between(1, 20), k = random.between(1, 20);
    INFO(m, " x ", n, " x ", k);
    CHECK(worst_gemm_error<double>(m, n, k, random) <= 1e-14);
    CHECK(worst_gemm_error<float>(m, n, k, random) <= 2e-6);
  }
  CHECK(worst_gemm_error<double>(129, 257, 130, random) <= 1e-13);
  CHECK(worst_gemm_error<float>(128, 128, 300, random) <= 1e-5);
  CHECK(worst_gemm_error<double>(1, 200, 150, random) <= 1e-13);
  CHECK(worst_gemm_error<double>(200, 1, 150, random) <= 1e-13);
}

TEST_CASE("gemm: overwriting does not read what was there") {
  std::vector<float> const a{1, 2}, b{3, 4};
  float c = std::numeric_limits<float>::quiet_NaN();

  gemm(Product::plain, MatrixView<float const>{a.data(), 1, 2}, {b.data(), 2, 1},
       Result::overwrites, {&c, 1, 1});

  CHECK(c == 11);
}

TEST_CASE("gemm: extents that do not fit are named") {
  std::vector<float> v(6);
  MatrixView<float const> const a{v.data(), 2, 3};

  CHECK_THROWS_WITH_AS(gemm(Product::plain, a, a, Result::overwrites, {v.data(), 2, 3}),
                       "gemm: 2x3 times 2x3 is not 2x3", GraphError);
  CHECK_THROWS_WITH_AS(gemm(Product::first_transposed, a, a, Result::overwrites, {v.data(), 2, 2}),
                       "gemm: 3x2 times 2x3 is not 2x2", GraphError);
}

}  // namespace ai500::testing
