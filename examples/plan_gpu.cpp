// SPDX-License-Identifier: Apache-2.0
// Which of cuDNN's engines would train a ResNet-50 v1.5 on a GPU, asked on a machine without one:
//
//     plan_gpu DEVICE.json [fp32|tf32|fp16|bf16] [micro-batch] [any]
//
// DEVICE.json describes the GPU (tests/data/devices). `any` also takes engines whose bits vary from
// run to run.
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/cudnn/planned_program.hpp>
#include <ai500/models/resnet.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

using namespace ai500;
using namespace ai500::kernels;

namespace {

Program resnet50_step(Count micro_batch) {
  Graph graph = models::ResNet50V15::graph({.channels = 3, .height = 224, .width = 224}, 1000);
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return lower_training(graph, micro_batch, micro_batch);
}

/// @throws UsageError when the text is no number of images
Count images(std::string const& text) {
  char* end = nullptr;
  Count const number = std::strtol(text.c_str(), &end, 10);
  if (*end != '\0' || number < 1)
    throw UsageError("micro-batch '" + text + "': it must be a number of images, at least 1");
  return number;
}

int plan(int argc, char** argv) {
  if (argc < 2 || argc > 5)
    throw UsageError("usage: plan_gpu DEVICE.json [fp32|tf32|fp16|bf16] [micro-batch] [any]");
  auto const target = cudnn::Target::described_in(argv[1]);
  auto const arithmetic = cudnn::arithmetic_named(argc > 2 ? argv[2] : "fp16");
  Count const micro_batch = argc > 3 ? images(argv[3]) : 256;
  if (argc > 4 && std::string(argv[4]) != "any")
    throw UsageError("'" + std::string(argv[4]) + "': the last argument can only be 'any'");
  auto const repeatability = argc > 4 ? cudnn::Repeatability::any : cudnn::Repeatability::same_bits;

  cudnn::Planner planner(target, {.repeatability = repeatability});
  auto const places = cudnn::plan_program(planner, resnet50_step(micro_batch), arithmetic);

  std::cout << target.name() << " (" << target.architecture() << "), " << cudnn::version() << ", "
            << models::ResNet50V15::name << ", " << cudnn::name(arithmetic) << ", micro-batch "
            << micro_batch << (argc > 4 ? ", bits may vary" : ", same bits") << "\n\n"
            << cudnn::describe(places);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return plan(argc, argv);
  } catch (UsageError const& error) {
    std::cerr << "ai500: " << error.what() << "\n";
    return 2;
  } catch (Error const& error) {
    std::cerr << "ai500: " << error.what() << "\n";
    return 1;
  }
}
