// SPDX-License-Identifier: Apache-2.0
// A set without the data gradient of the convolution cannot train one, and the message says so.
// expect: TrainsOperator
#include <ai500/kernels/reference.hpp>

using namespace ai500;
namespace reference = kernels::reference;

using Mine = KernelSet<reference::Traits, reference::Convolution,
#ifndef FAULT
                       reference::ConvolutionDataGradient,
#endif
                       reference::ConvolutionFilterGradient>;
static_assert(TrainsOperator<Mine, operators::Convolution>);
