// SPDX-License-Identifier: Apache-2.0
// Winograd's convolutions beside direct ones: each distinct shape of ResNet-50, checked and timed,
// then whole training steps. bench_winograd --help names its options.
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/run.hpp>

using namespace ai500;

int main(int argc, char** argv) {
  return workbench::run<kernels::OneDnnWinograd, kernels::OneDnn, models::ResNet50V15>(argc, argv);
}
