// SPDX-License-Identifier: Apache-2.0
// Steps of oneDNN's kernels on request (step_server.hpp):
//   bench_step_server --work training --precision bf16 --batch 16 --threads 2
#include "step_server.hpp"

#include "stacks.hpp"

int main(int argc, char** argv) { return bench::step_server<bench::Stacks>(argc, argv); }
