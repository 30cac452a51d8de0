// SPDX-License-Identifier: Apache-2.0
// Its work is not multiply-adds.
// expect: MultipliesMatrices
#include <ai500/workbench/work.hpp>

using namespace ai500;

#ifndef FAULT
using Mine = steps::Convolution;
#else
using Mine = steps::Relu;
#endif
static_assert(workbench::MultipliesMatrices<Mine>);
