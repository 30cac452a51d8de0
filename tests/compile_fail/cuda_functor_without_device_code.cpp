// SPDX-License-Identifier: Apache-2.0
// A functor that nobody has compiled for GPUs would be an undefined symbol at best.
// expect: CompiledForDevice
// expect: has_device_code
#include <ai500/devices/cuda.hpp>

struct Doubled {
  float* x;
  void operator()(ai500::Count i) const { x[i] *= 2; }
};
#ifndef FAULT
template <>
inline constexpr bool ai500::cuda::has_device_code<Doubled> = true;
#endif

void twice(ai500::devices::Cuda& device, float* x) { device.for_each(8, Doubled{x}); }
