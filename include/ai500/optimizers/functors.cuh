// SPDX-License-Identifier: Apache-2.0
/// @file The optimizers' functors, compiled for GPUs.
#pragma once

#include <ai500/devices/cuda/launch.cuh>
#include <ai500/optimizers/sgd_momentum.hpp>

AI500_DEVICE_CODE(ai500::optimizers::SgdMomentumUpdate<float>);
AI500_DEVICE_CODE(ai500::optimizers::SgdMomentumUpdate<double>);
