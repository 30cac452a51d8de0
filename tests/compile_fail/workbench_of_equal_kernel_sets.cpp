// SPDX-License-Identifier: Apache-2.0
// A misspelt alias must not compare a kernel set with itself.
// expect: there is nothing to compare
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/run.hpp>

using namespace ai500;

struct MyRelu : kernels::reference::Relu {};

#ifdef FAULT
using Mine = kernels::Reference;
#else
using Mine = kernels::Reference::with<MyRelu>;
#endif
int measure(int argc, char** argv) {
  return workbench::run<Mine, kernels::Reference, models::SmallResNet>(argc, argv);
}
