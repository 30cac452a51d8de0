// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/graph/program.hpp>

namespace ai500::parallel_modes {

/// The program that runs `count` micro-batches one after the other and then what is done once a
/// step. Its images and labels hold all of them; gradients, batch statistics and loss are sums over
/// them. Pure.
Program micro_batches(Program const& program, Count count);

}  // namespace ai500::parallel_modes
