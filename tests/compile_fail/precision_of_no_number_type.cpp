// SPDX-License-Identifier: Apache-2.0
// No kernel can be prepared for it.
// expect: HasNumberType
#include "sound_policies.hpp"

using namespace ai500;

#ifndef FAULT
using Mine = bfloat16;
#else
using Mine = long double;
#endif
static_assert(HasNumberType<Mine>);
