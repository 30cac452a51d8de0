// SPDX-License-Identifier: Apache-2.0
// The workbench has random numbers for what a step reads, no labels.
// expect: Measurable
#include <ai500/kernels/reference.hpp>
#include <ai500/workbench/check.hpp>

using namespace ai500;

#ifdef FAULT
using Kernel = kernels::reference::SoftmaxCrossEntropy;
#else
using Kernel = kernels::reference::Add;
#endif
workbench::Check check(devices::Host& host) {
  return workbench::check_kernel<Kernel>(host, {}, {});
}
