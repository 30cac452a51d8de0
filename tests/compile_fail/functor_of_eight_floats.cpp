// SPDX-License-Identifier: Apache-2.0
// A thread moves 16 bytes at once.
// expect: MovesLanes
#include <ai500/kernels/functors/compiled_types.hpp>

using namespace ai500;

#ifndef FAULT
constexpr int lanes = 4;
#else
constexpr int lanes = 8;
#endif
static_assert(cuda::MovesLanes<float, lanes>);
