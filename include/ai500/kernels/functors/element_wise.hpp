// SPDX-License-Identifier: Apache-2.0
/// @file Element-wise work as functors of an index: the reference kernels call them on the CPU, a
/// GPU runs them as they are. T is how numbers are stored; 16-bit ones are computed in float.
#pragma once

#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>

namespace ai500::kernels::functors {

/// y = value
template <class T>
struct Fill {
  T* y;
  T value;

  AI500_HOST_DEVICE void operator()(Count i) const { y[i] = value; }
};

/// y = factor x; may stand in the place of x. Gradients after loss scaling, say.
template <class T>
struct Scale {
  T const* x;
  T* y;
  Computed<T> factor;

  AI500_HOST_DEVICE void operator()(Count i) const { y[i] = T(factor * x[i]); }
};

/// y = x
template <class T>
struct Copy {
  T const* x;
  T* y;

  AI500_HOST_DEVICE void operator()(Count i) const { y[i] = x[i]; }
};

/// y = x, as another type of number.
template <class From, class To>
struct Cast {
  From const* x;
  To* y;

  AI500_HOST_DEVICE void operator()(Count i) const { y[i] = static_cast<To>(x[i]); }
};

/// y = max(x, 0). What is not a number stays so: a training that diverges shows it.
template <class T>
struct Relu {
  T const* x;
  T* y;

  AI500_HOST_DEVICE void operator()(Count i) const { y[i] = x[i] < 0 ? T(0) : x[i]; }
};

/// dx = dy where y > 0, else 0: the derivative at 0 is taken to be 0.
template <class T>
struct ReluGradient {
  T const* dy;
  T const* y;
  T* dx;

  AI500_HOST_DEVICE void operator()(Count i) const { dx[i] = y[i] > 0 ? dy[i] : T(0); }
};

/// y = a + b; may stand in the place of a.
template <class T>
struct Sum {
  T const* a;
  T const* b;
  T* y;

  AI500_HOST_DEVICE void operator()(Count i) const { y[i] = T(a[i] + b[i]); }
};

/// Running statistics (2, channels), means then variances: (1 - momentum) running + momentum
/// (summed / batches), where the batches' variances are multiplied by `variance_correction` too.
/// May stand in the place of `running`.
template <class T>
struct UpdatedRunningStatistics {
  T const* summed;
  T const* running;
  T* updated;
  Count channels;
  double momentum;
  double batches;
  double variance_correction;

  AI500_HOST_DEVICE void operator()(Count i) const {
    bool const is_variance = i >= channels;
    double const newest =
        static_cast<double>(summed[i]) / batches * (is_variance ? variance_correction : 1);
    updated[i] =
        static_cast<T>((1 - momentum) * static_cast<double>(running[i]) + momentum * newest);
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::Fill<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::Scale<T>> = true;
template <OneOf<float, half, bfloat16, std::int32_t> T>
inline constexpr bool has_device_code<kernels::functors::Copy<T>> = true;
template <ActivationNumber From, ActivationNumber To>
  requires(!std::same_as<From, To>)
inline constexpr bool has_device_code<kernels::functors::Cast<From, To>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::Relu<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::ReluGradient<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::Sum<T>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::UpdatedRunningStatistics<float>> = true;

}  // namespace ai500::cuda
