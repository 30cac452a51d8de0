// SPDX-License-Identifier: Apache-2.0
// expect: OneOf
#include <ai500/core/half.hpp>
#include <ai500/devices/cuda/launch.hpp>

using namespace ai500;

#ifndef FAULT
using Mine = half;
#else
using Mine = int;
#endif
static_assert(cuda::OneOf<Mine, half, bfloat16>);
