// SPDX-License-Identifier: Apache-2.0
// No functor of activations is compiled for it.
// expect: ActivationNumber|OneOf
#include <ai500/kernels/functors/element_wise.hpp>

using namespace ai500;

#ifndef FAULT
using Mine = bfloat16;
#else
using Mine = double;
#endif
static_assert(cuda::ActivationNumber<Mine>);
