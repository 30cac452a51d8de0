// SPDX-License-Identifier: Apache-2.0
// It is computed in its own type.
// expect: SixteenBitNumber
#include <ai500/core/half.hpp>

using namespace ai500;

#ifndef FAULT
using Mine = half;
#else
using Mine = float;
#endif
static_assert(SixteenBitNumber<Mine>);
