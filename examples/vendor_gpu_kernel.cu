// SPDX-License-Identifier: Apache-2.0
#include "vendor_gpu_kernel.hpp"

#include <ai500/devices/cuda/launch.cuh>

AI500_DEVICE_CODE(VendorMean<ai500::half>);
