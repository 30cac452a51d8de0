// SPDX-License-Identifier: Apache-2.0
#include "emulated.hpp"

namespace ai500 {

template KernelTable kernel_table<testing::Emulated>(testing::SeparateMemory&, Types, Choices);

}  // namespace ai500
