// SPDX-License-Identifier: Apache-2.0
// What a GPU would run to train a ResNet-50 v1.5, asked on a machine without one: each step with
// its engine of cuDNN, what is fused, and where and why it is not.
//
//     plan_gpu DEVICE.json [fp32|tf32|fp16|bf16] [micro-batch] [any]
//
// DEVICE.json describes the GPU (tests/data/devices). `any` also takes engines whose bits vary from
// run to run.
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/cudnn.hpp>
#include <ai500/kernels/cudnn/context.hpp>
#include <ai500/kernels/cudnn/step_pattern.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/training/prepared_program.hpp>

#include <cstdint>
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
  cudnn::Options const options{
      {.repeatability = argc > 4 ? cudnn::Repeatability::any : cudnn::Repeatability::same_bits}};

  devices::Cuda device = devices::Cuda::described({.name = target.name()});
  cudnn::describe_context(device, target, options);
  Types const types = cudnn::types_of(arithmetic);
  NumberSizes const sizes{
      {size_in_bytes(types.compute), size_in_bytes(types.accumulate), sizeof(std::int32_t)}};

  std::string const title = std::string(models::ResNet50V15::name) + ", " +
                            std::string(cudnn::name(arithmetic)) + ", micro-batch " +
                            std::to_string(micro_batch) + ", on " +
                            CuDnn::Traits::ways_are_for(device) + ", " + cudnn::version();
  std::cout << describe_fitted(title, resnet50_step(micro_batch),
                               kernel_table<CuDnn>(device, types), sizes);
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
