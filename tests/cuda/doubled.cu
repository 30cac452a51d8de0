// SPDX-License-Identifier: Apache-2.0
#include "doubled.hpp"

#include <ai500/devices/cuda/launch.cuh>

AI500_DEVICE_CODE(ai500::testing::Doubled);
