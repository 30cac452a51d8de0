// SPDX-License-Identifier: Apache-2.0
// Steps on an NVIDIA GPU on request (step_server.hpp):
//   bench_gpu_step_server --work training --precision fp16 --batch 256
#include "gpu_stacks.hpp"
#include "step_server.hpp"

int main(int argc, char** argv) { return bench::step_server<bench::GpuStacks>(argc, argv); }
