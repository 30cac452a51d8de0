// SPDX-License-Identifier: Apache-2.0
// Single numbers have functors of their own.
// expect: MovesPacks
#include <ai500/kernels/functors/compiled_types.hpp>

using namespace ai500;

#ifndef FAULT
constexpr int lanes = 8;
#else
constexpr int lanes = 1;
#endif
static_assert(cuda::MovesPacks<half, lanes>);
