// SPDX-License-Identifier: Apache-2.0
// Normalised pixels are small: whole numbers would lose them.
// expect: Pixel
#include "sound_policies.hpp"

using namespace ai500;

#ifndef FAULT
using Mine = float;
#else
using Mine = int;
#endif
static_assert(Pixel<Mine>);
