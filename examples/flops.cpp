// SPDX-License-Identifier: Apache-2.0
// FLOPs of networks, counted when this file is compiled: needs headers only, and runs nothing.
#include <cstdio>

#include <ai500/graph/flops.hpp>
#include <ai500/models/resnet.hpp>

using namespace ai500;

/// A model of one's own: two convolutions and a classifier, for 28 x 28 grey images.
constexpr Graph small_network() {
  Graph graph;
  ValueIndex x = graph.input("image", {.channels = 1, .height = 28, .width = 28});
  x = graph.relu(graph.convolution(x, 8, square(3, 2, 1)));   // (8, 14, 14)
  x = graph.relu(graph.convolution(x, 16, square(3, 2, 1)));  // (16, 7, 7)
  graph.fully_connected(graph.global_average_pooling(x), 10);
  return graph;
}

// Table 3, by hand: 2 K^2 C_in H W C_out a convolution, one for each output of a relu, one for each
// input of the pooling, C_in C_out in the classifier.
static_assert(flops(small_network()).forward == 2 * 9 * 1 * 14 * 14 * 8 +
                                                    8 * 14 * 14 +  // first convolution and its relu
                                                    2 * 9 * 8 * 7 * 7 * 16 + 16 * 7 * 7 +  // second
                                                    16 * 7 * 7 + 16 * 10);  // pooling, classifier
static_assert(flops(models::resnet50(224)).training == 22'983'942'144);  // the paper's 23.0 GFLOP

template <class Rules>
void print(char const* model, Graph const& graph, Rules rules) {
  FlopCount const count = flops(graph, rules);
  std::printf("%-14s %-20s %16lld %16lld\n", model, Rules::name.data(),
              static_cast<long long>(count.forward), static_cast<long long>(count.training));
}

int main() {
  std::printf("%-14s %-20s %16s %16s\n", "FLOPs an image", "rules", "forward", "training");
  print("small network", small_network(), flop_rules::TableThree{});
  print("small network", small_network(), flop_rules::MultiplyAddIsTwo{});
  print("ResNet-50", models::resnet50(224), flop_rules::TableThree{});
  print("ResNet-50", models::resnet50(224), flop_rules::MultiplyAddIsTwo{});
}
