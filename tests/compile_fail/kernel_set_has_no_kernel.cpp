// SPDX-License-Identifier: Apache-2.0
// A step that needs a kernel names the step and the set that has none.
// expect: HasKernelFor
// expect: SumGradients
#include <ai500/kernels/reference.hpp>

using namespace ai500;

using Mine = KernelSet<kernels::reference::Traits, kernels::reference::Relu
#ifndef FAULT
                       ,
                       kernels::reference::SumGradients
#endif
                       >;
static_assert(HasKernelFor<Mine, steps::SumGradients>);
