// SPDX-License-Identifier: Apache-2.0
/// @file The optimizers' functors, compiled for GPUs.
#pragma once

#include <ai500/devices/cuda/launch.cuh>
#include <ai500/optimizers/loss_scaling.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>

AI500_DEVICE_CODE(ai500::optimizers::SgdMomentumUpdate<float, ai500::LateTerms<float>>);
AI500_DEVICE_CODE(ai500::optimizers::SgdMomentumUpdate<double, ai500::LateTerms<double>>);
AI500_DEVICE_CODE(ai500::optimizers::FindOverflow<float>);
AI500_DEVICE_CODE(ai500::optimizers::AdjustLossScale<float>);
