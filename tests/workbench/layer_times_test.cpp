// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <string>

#include <ai500/graph/flops.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/layer_times.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "faulty_kernels.hpp"

using namespace ai500;
using namespace ai500::testing;
using namespace ai500::workbench;

namespace {

Graph small_graph() {
  return workloads::with_cross_entropy(
      models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10), 0);
}

template <class Kernels>
std::vector<LayerTime> small_layers(TimedWays timed = TimedWays::first) {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});
  std::vector<LayerTime> layers;
  time_layers<Kernels>(host, lower_training(small_graph(), 2, 2), {.pairs = 1, .seconds = 0}, timed,
                       [&](LayerTime const& layer) {
                         layers.push_back(layer);
                         return true;
                       });
  return layers;
}

}  // namespace

TEST_CASE("time_layers: every layer with a weight, forward and its gradients") {
  std::map<std::string, Count> steps;
  double flops_of_convolutions = 0;
  for (LayerTime const& layer : small_layers<kernels::OneDnn>()) {
    steps[layer.step] += layer.times;
    if (layer.step.starts_with("convolution"))
      flops_of_convolutions += static_cast<double>(layer.times) * layer.flops;
    CHECK(layer.kernel == "onednn");
    CHECK(layer.seconds > 0);
  }

  // By hand: the stem, three blocks of two convolutions, two projections. Nobody needs the stem's
  // data gradient.
  CHECK(steps == std::map<std::string, Count>{{"convolution", 9},
                                              {"convolution data gradient", 8},
                                              {"convolution filter gradient", 9},
                                              {"fully connected", 1},
                                              {"fully connected data gradient", 1},
                                              {"fully connected weight gradient", 1}});
  CHECK(flops_of_convolutions ==
        2.0 * static_cast<double>(flops(small_graph())[OperatorKind::convolution].training));
}

TEST_CASE("time_layers: every way of a kernel, where that is asked for") {
  std::map<std::string, std::vector<std::string>> ways;  // of each layer
  for (LayerTime const& layer : small_layers<kernels::OneDnn>(TimedWays::every)) {
    auto& of_layer = ways[layer.step + layer.shape];
    CHECK(layer.is_first == of_layer.empty());
    of_layer.push_back(layer.way);
  }

  std::size_t more = 0;
  for (LayerTime const& layer : small_layers<kernels::OneDnn>()) {
    CHECK(layer.is_first);
    CHECK(layer.way == ways[layer.step + layer.shape].front());
    more += ways[layer.step + layer.shape].size() - 1;
  }
  CHECK(more > 0);  // oneDNN has several implementations of gradients everywhere
  CHECK(ways.begin()->second.front() != "");
}

TEST_CASE("time_layers: a vendor's kernel is timed where the set has it") {
  using Mine = kernels::OneDnn::with<Faulty<kernels::reference::Convolution, NoFault>>;

  for (LayerTime const& layer : small_layers<Mine>())
    CHECK(layer.kernel == (layer.step == "convolution" ? "faulty" : "onednn"));
}

TEST_CASE("time_layers: goes on with the next kind when it is told that it is enough") {
  devices::Host host;
  int calls = 0;

  time_layers<kernels::OneDnn>(host, lower_training(small_graph(), 1, 1), {1, 0}, TimedWays::first,
                               [&](LayerTime const&) {
                                 ++calls;
                                 return false;
                               });

  CHECK(calls == 6);
}

TEST_CASE("LayerTime: rate, intensity and bandwidth") {
  LayerTime const layer{.flops = 6e9, .bytes = 2e9, .seconds = 0.5};

  CHECK(layer.rate() == 12e9);
  CHECK(layer.intensity() == 3);
  CHECK(layer.bandwidth() == 4e9);
}
