// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/tuning.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <ai500/core/error.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

namespace {

/// A relu whose second way takes no time and whose first one takes 20 ms.
struct TwoWays {
  static constexpr std::string_view name = "two ways";
  using operation = steps::Relu;

  struct Prepared {
    std::string way;
    Count elements;

    void run(Arguments arguments) {
      if (way != "fast") std::this_thread::sleep_for(std::chrono::milliseconds(20));
      for (Count i = 0; i < elements; ++i)
        arguments.write<float>(0)[i] = arguments.read<float>(0)[i];
    }
  };
  static std::vector<std::string> ways(devices::Host&, operation const&, Shapes const&, Types) {
    return {"slow", "fast", "slow, too"};
  }
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types) {
    return {shapes.way, shapes.reads[0].elements()};
  }
};
static_assert(OffersWays<TwoWays, devices::Host>);

using WithTwoWays = kernels::Reference::with<TwoWays>;

Program one_relu() {
  Graph graph;
  ValueIndex const x = graph.relu(graph.input("image", {.width = 2}));
  ValueIndex const logits = graph.fully_connected(x, 1);
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return lower_evaluation(graph, 1);
}

std::string const relu = "relu, reads 1x1x1x2; writes 1x1x1x2; float32 and float32";

Program resnet() {
  return lower_training(
      workloads::with_cross_entropy(
          models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10), 0),
      4, 4);
}

}  // namespace

TEST_CASE("tuned: chooses the fastest way, and the program takes it") {
  devices::Host host;
  KernelTable table = kernel_table<WithTwoWays>(host, Types{});

  table.choices = tuned(timed(host), {one_relu()}, table, NumberSizes{}, {.rounds = 3});

  CHECK(table.choices.ways == std::map<std::string, std::string>{{relu, "fast"}});
  CHECK(fitted_to(one_relu(), table).steps[0].way == "fast");
  CHECK(describe_fitted("title", one_relu(), table, {}).find("; by fast") != std::string::npos);
}

TEST_CASE("tuned: what is chosen already is not timed, and stays") {
  devices::Host host;
  Choices const known{"", {{relu, "slow, too"}, {"another step", "its way"}}};
  KernelTable const table = kernel_table<WithTwoWays>(host, Types{}, known);

  CHECK(tuned(timed(host), {one_relu()}, table, NumberSizes{}) == known);
}

TEST_CASE("fitted_to: where nothing was chosen, kernels take their own way, and plans name it") {
  devices::Host host;
  KernelTable const table = kernel_table<WithTwoWays>(host, Types{});

  CHECK(fitted_to(one_relu(), table).steps[0].way.empty());
  CHECK(describe_fitted("title", one_relu(), table, {}).find("; by slow\n") != std::string::npos);
}

TEST_CASE("tuned: gives each convolution of a training step on oneDNN one of its ways") {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 1});
  KernelTable table = kernel_table<kernels::OneDnnWinograd>(host, Types{});

  table.choices = tuned(timed(host), {resnet()}, table, NumberSizes{}, {.rounds = 1});

  Program const fitted = fitted_to(resnet(), table);
  int convolutions = 0;
  for (Step step : fitted.steps) {
    KernelEntry const* const kernel = table.find(step.what);
    if (kernel == nullptr || kernel->ways == nullptr) continue;
    ++convolutions;
    Shapes const shapes = shapes_of(fitted, step);
    auto const ways = kernel->ways(&host, step.what, shapes, Types{});
    CHECK(std::ranges::find(ways, step.way) != ways.end());
    CHECK_NOTHROW(kernel->prepare(&host, step.what, shapes, Types{}));
  }
  // The stem, two in each of three blocks, two projections; the first one has no data gradient.
  CHECK(convolutions == 9 + 8 + 9);
}

TEST_CASE("choices_in: a file that is not there has none, and one of another run is refused") {
  std::string const file = "choices_of_" + std::to_string(::getpid()) + ".txt";

  CHECK(choices_in(file, "mine") == Choices{"mine", {}});
  std::ofstream(file) << text(Choices{"mine", {{"step", "way"}}});
  CHECK(choices_in(file, "mine").ways.at("step") == "way");
  CHECK_THROWS_WITH_AS(choices_in(file, "yours"),
                       doctest::Contains("was made with 'mine', this run has 'yours'"), UsageError);
  remove_file(file);
}

TEST_CASE("describe: choices are known by their hash") {
  Choices const one{"mine", {{"step", "way"}}}, other{"mine", {{"step", "other way"}}};

  CHECK(describe(Choices{"mine", {}}).empty());
  CHECK(describe(one).starts_with("; ways of 1 steps chosen by timing, XXH3-128 "));
  CHECK(describe(one) != describe(other));
}
