// SPDX-License-Identifier: Apache-2.0
/// @file The kernels of GPUs on a device that the host emulates, compiled once for all tests
/// (emulated.cpp): their functors run block by block and thread by thread.
#pragma once

#include <ai500/kernels/plain_cuda.hpp>

#include "../devices/separate_memory.hpp"

namespace ai500::testing {

using Emulated = kernels::PlainCudaOn<SeparateMemory>;

}  // namespace ai500::testing

namespace ai500 {

extern template KernelTable kernel_table<testing::Emulated>(testing::SeparateMemory&, Types,
                                                            Choices);

}  // namespace ai500
