// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/interleaved_sum.hpp>

namespace ai500::kernels::functors {

/// sums[column] = the sum of a matrix's (rows, columns) column, in FP32, row by row in eight parts.
/// for_each over the columns. The bias's gradient: few rows.
template <class T>
struct ColumnSums {
  T const* matrix;
  float* sums;
  Count rows;
  Count columns;

  AI500_HOST_DEVICE void operator()(Count column) const {
    sums[column] = interleaved_sum<float>(
        rows, [m = matrix, n = columns, column](Count row) { return m[row * n + column]; });
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::ColumnSums<T>> = true;

}  // namespace ai500::cuda
