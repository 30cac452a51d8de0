// SPDX-License-Identifier: Apache-2.0
/// @file The functors of collectives, compiled for GPUs.
#pragma once

#include <ai500/collectives/functors/cast.hpp>
#include <ai500/collectives/functors/sum_ledger.hpp>
#include <ai500/devices/cuda/launch.cuh>

AI500_DEVICE_CODE(ai500::collectives::functors::Cast<float, ai500::half>);
AI500_DEVICE_CODE(ai500::collectives::functors::Cast<ai500::half, float>);
AI500_DEVICE_CODE(ai500::collectives::functors::Cast<float, ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::collectives::functors::Cast<ai500::bfloat16, float>);
AI500_DEVICE_CODE(ai500::collectives::functors::BeginSum);
AI500_DEVICE_CODE(ai500::collectives::functors::EndSum);
AI500_DEVICE_CODE(ai500::collectives::functors::BeginWait);
AI500_DEVICE_CODE(ai500::collectives::functors::EndWait);
