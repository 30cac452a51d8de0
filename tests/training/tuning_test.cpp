// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/tuning.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <ai500/core/error.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "../devices/separate_memory.hpp"
#include "../kernels/decomposed.hpp"

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

/// The same on a device whose work is done as late as allowed.
struct LateTwoWays {
  static constexpr std::string_view name = "two ways, late";
  using operation = steps::Relu;

  struct Prepared {
    testing::SeparateMemory* device;
    std::shared_ptr<TwoWays::Prepared> kernel;

    void run(Arguments arguments) {
      device->enqueue([kernel = kernel, arguments] { kernel->run(arguments); });
    }
  };
  static std::vector<std::string> ways(testing::SeparateMemory&, operation const&, Shapes const&,
                                       Types) {
    return {"slow", "fast", "slow, too"};
  }
  static Prepared prepare(testing::SeparateMemory& device, operation const& what,
                          Shapes const& shapes, Types types) {
    return {&device, std::make_shared<TwoWays::Prepared>(
                         TwoWays::prepare(device.host(), what, shapes, types))};
  }
};
using WithLateTwoWays = testing::OnSeparateMemorySet<kernels::Reference>::type::with<LateTwoWays>;

/// A relu that offers a way which cannot be prepared, and another one which cannot run.
struct UnusableWays {
  static constexpr std::string_view name = "unusable ways";
  using operation = steps::Relu;

  struct Prepared {
    std::string way;

    void run(Arguments) {
      if (way == "fails to run") throw Error("no");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  static std::vector<std::string> ways(devices::Host&, operation const&, Shapes const&, Types) {
    return {"usable", "fails to run", "cannot be prepared"};
  }
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types) {
    if (shapes.way == "cannot be prepared") throw Error("no");
    return {shapes.way};
  }
};

/// What kernels say that they took: the clock of `simulated`.
double simulated_seconds = 0;

/// The host with that clock: choices do not depend on what else the machine does.
TimedDevice simulated(devices::Host& host) {
  TimedDevice device = timed(host);
  device.stopwatch = [](void*, PreparedKernel const& kernel, Arguments arguments,
                        int runs) -> Stopwatch {
    return [&kernel, arguments, runs] {
      simulated_seconds = 0;
      for (int i = 0; i < runs; ++i) kernel.run(arguments);
      return simulated_seconds;
    };
  };
  return device;
}

/// A kernel that takes a simulated second; others take no time.
template <class Kernel>
struct Slow {
  static constexpr std::string_view name = "slow";
  using operation = typename Kernel::operation;

  struct Prepared {
    typename Kernel::Prepared kernel;

    void run(Arguments arguments) {
      simulated_seconds += 1;
      kernel.run(arguments);
    }
  };
  static bool applicable(devices::Host& host, operation const& what, Shapes const& shapes,
                         Types types) {
    if constexpr (SaysWhereApplicable<Kernel, devices::Host>)
      return Kernel::applicable(host, what, shapes, types);
    return true;
  }
  static Prepared prepare(devices::Host& host, operation const& what, Shapes const& shapes,
                          Types types) {
    return {Kernel::prepare(host, what, shapes, types)};
  }
};

using FusedIsSlow =
    testing::Decomposing::with<Slow<testing::Decomposed<steps::ConvolutionForward>>,
                               Slow<testing::Decomposed<steps::ConvolutionFilterBackward>>,
                               Slow<testing::Decomposed<steps::ConvolutionDataBackward>>>;
/// Each of the three fused steps spares one of these.
using ApartIsSlow = testing::Decomposing::with<
    Slow<kernels::Reference::for_operation<steps::NormalizationStatistics>>,
    Slow<kernels::Reference::for_operation<steps::ConvolutionFilterGradient>>,
    Slow<kernels::Reference::for_operation<steps::ReluGradient>>>;

/// One bottleneck block whose convolutions can be fused.
Program bottleneck() {
  return lower_training(workloads::with_cross_entropy(
                            models::resnet({.block = models::ResNetOptions::Block::bottleneck_v15,
                                            .stages = {1, 0, 0, 0},
                                            .width = 8,
                                            .stem = square(3, 1, 1)},
                                           {.channels = 8, .height = 4, .width = 4}, 5),
                            0),
                        2, 2);
}

template <class Kernels>
Choices tuned_bottleneck(Choices const& known = {}) {
  devices::Host host;
  return tuned(simulated(host), {bottleneck()}, kernel_table<Kernels>(host, Types{}, known),
               NumberSizes{}, {.rounds = 1});
}

/// How many fused convolutions the bottleneck has with some choices.
template <class Kernels>
std::ptrdiff_t fused_convolutions(Choices const& choices) {
  devices::Host host;
  Program const fitted = fitted_to(bottleneck(), kernel_table<Kernels>(host, Types{}, choices));
  return std::ranges::count_if(fitted.steps, is_fused_convolution, &Step::what);
}

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

TEST_CASE("tuned: on a device that works late, what its work takes is timed") {
  testing::SeparateMemory device;
  KernelTable const table = kernel_table<WithLateTwoWays>(device, Types{});

  Choices const choices = tuned(timed(device), {one_relu()}, table, NumberSizes{}, {.rounds = 3});

  CHECK(choices.ways == std::map<std::string, std::string>{{relu, "fast"}});
  CHECK(device.replays() > 0);  // as in a training
  CHECK(device.allocations() == 0);
}

TEST_CASE("tuned: a way that cannot be prepared or run is not chosen") {
  devices::Host host;
  KernelTable const table = kernel_table<kernels::Reference::with<UnusableWays>>(host, Types{});

  Choices const choices = tuned(timed(host), {one_relu()}, table, NumberSizes{}, {.rounds = 1});

  CHECK(choices.ways == std::map<std::string, std::string>{{relu, "usable"}});
}

TEST_CASE("tuned: fused convolutions that are slower than their single steps are left apart") {
  Choices const choices = tuned_bottleneck<FusedIsSlow>();

  CHECK(fused_convolutions<FusedIsSlow>({}) > 0);
  CHECK(fused_convolutions<FusedIsSlow>(choices) == 0);
  CHECK(!choices.ways.empty());
  for (auto const& choice : choices.ways)
    CHECK_MESSAGE(choice.second == way_apart, choice.first, " = ", choice.second);
}

TEST_CASE("tuned: fused convolutions that are faster than their single steps stay together") {
  Choices const choices = tuned_bottleneck<ApartIsSlow>();

  CHECK(fused_convolutions<ApartIsSlow>({}) > 0);
  CHECK(fused_convolutions<ApartIsSlow>(choices) == fused_convolutions<ApartIsSlow>({}));
}

TEST_CASE("tuned: what a file says of fused convolutions is obeyed, and nothing is timed again") {
  Choices const first = tuned_bottleneck<FusedIsSlow>();
  Choices const read = parse_choices(text(first), "file");

  CHECK(read == first);
  // On a set where the other choice would be the faster one.
  CHECK(tuned_bottleneck<ApartIsSlow>(read) == first);
  CHECK(fused_convolutions<ApartIsSlow>(read) == 0);
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
