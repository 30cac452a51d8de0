// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/prepared_program.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <ai500/graph/lower.hpp>
#include <ai500/kernels/reference.hpp>

using namespace ai500;

namespace {

/// relu, then one output of two inputs: three parameters.
Program evaluation() {
  Graph graph;
  ValueIndex const x = graph.relu(graph.input("image", {.width = 2}));
  ValueIndex const logits = graph.fully_connected(x, 1);
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return lower_evaluation(graph, 1);
}

/// Copies no weight: enough to be asked for.
struct StoresSome {
  static constexpr std::string_view name = "stores some";
  using operation = steps::StoreWeights;
  struct Prepared {
    void run(Arguments) {}
  };
  static bool applicable(devices::Host&, operation const&, Shapes const& shapes, Types) {
    return shapes.reads[0].elements() == 3 && shapes.writes[0].elements() == 3;
  }
  static Prepared prepare(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
};

/// A relu that gives what its first run read until it is told to forget.
struct RemembersFirst {
  static constexpr std::string_view name = "remembers";
  using operation = steps::Relu;
  struct Prepared {
    bool is_kept = false;
    float kept = 0;

    void run(Arguments arguments) {
      if (!is_kept) kept = arguments.read<float>(0)[0];
      is_kept = true;
      arguments.write<float>(0)[0] = kept;
    }
    void forget_weights() { is_kept = false; }
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
};
static_assert(KeepsWeights<RemembersFirst>);

}  // namespace

TEST_CASE("fitted_to: weights are stored where the set has an applicable kernel for it") {
  devices::Host host;
  using Stores = kernels::Reference::with<StoresSome>;
  auto stores = [](Program const& program) {
    return std::holds_alternative<steps::StoreWeights>(program.steps.front().what);
  };
  Graph larger;
  ValueIndex const logits = larger.fully_connected(larger.input("image", {.width = 2}), 2);
  larger.softmax_cross_entropy(logits, larger.labels(logits));

  CHECK(stores(fitted_to(evaluation(), kernel_table<Stores>(host, Types{}))));
  CHECK(!stores(fitted_to(evaluation(), kernel_table<kernels::Reference>(host, Types{}))));
  CHECK(!stores(fitted_to(lower_evaluation(larger, 1), kernel_table<Stores>(host, Types{}))));
}

TEST_CASE(
    "PreparedProgram: values are where the memory plan says, parameters in their own memory") {
  devices::Host host;
  PreparedProgram prepared(evaluation(), kernel_table<kernels::Reference>(host, Types{}),
                           NumberSizes{});
  std::vector<std::byte> arena(prepared.plan().arena_bytes), parameters(3 * sizeof(float));

  prepared.prepare({.arena = arena.data(), .parameters = parameters.data()});

  Program const& program = prepared.program();
  CHECK(prepared.place(program.parameters) == parameters.data());
  ValueIndex const images = program.images;
  CHECK(prepared.place(images) ==
        arena.data() + prepared.plan().offsets[static_cast<std::size_t>(images)]);
}

TEST_CASE("PreparedProgram: what is no kernel's is given to the caller, in order") {
  Program program = evaluation();
  program.steps.insert(
      program.steps.begin() + 1,
      Step{steps::AllReduceFinish{}, {program.parameters}, {program.parameters}, "all"});
  devices::Host host;
  PreparedProgram prepared(program, kernel_table<kernels::Reference>(host, Types{}), NumberSizes{});
  std::vector<std::byte> arena(prepared.plan().arena_bytes), parameters(3 * sizeof(float));
  prepared.prepare({.arena = arena.data(), .parameters = parameters.data()});
  std::vector<std::string> others;
  int kernels = 0;

  prepared.run([&](Step const& step) { others.emplace_back(step.name.view()); },
               [&] { ++kernels; });

  CHECK(others == std::vector<std::string>{"all"});
  CHECK(kernels == 3);  // relu, fully connected, softmax
}

TEST_CASE("PreparedProgram: a kernel that keeps weights serves one step, until it must forget") {
  Graph graph;
  ValueIndex const x = graph.input("image", {});
  ValueIndex const sum = graph.add(graph.relu(x), x);
  graph.softmax_cross_entropy(graph.relu(sum), graph.labels(sum));
  devices::Host host;
  using Remembers = kernels::Reference::with<RemembersFirst>;
  PreparedProgram prepared(lower_evaluation(graph, 1), kernel_table<Remembers>(host, Types{}),
                           NumberSizes{});
  std::vector<std::byte> arena(prepared.plan().arena_bytes);
  prepared.prepare({.arena = arena.data()});
  Program const& program = prepared.program();
  auto run_with = [&](float image) {
    *static_cast<float*>(prepared.place(program.images)) = image;
    float result = 0;  // of the third kernel, the second relu
    int kernels = 0;
    prepared.run([](Step const&) {},
                 [&] {
                   if (++kernels == 3)
                     result = *static_cast<float*>(prepared.place(program.steps[2].writes[0]));
                 });
    return result;
  };

  CHECK(run_with(1) == 2);  // relu(1) + 1
  CHECK(run_with(5) == 2);
  prepared.forget_weights();
  CHECK(run_with(5) == 10);
}

TEST_CASE("PreparedProgram: a bound reduction gets its place later, and is not run without") {
  Graph graph;
  ValueIndex const logits = graph.fully_connected(graph.input("image", {.width = 2}), 3);
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  Program program = lower_training(graph, 1, 1);
  program.value(program.reduction).residence = Residence::bound;
  devices::Host host;
  PreparedProgram prepared(program, kernel_table<kernels::Reference>(host, Types{}), NumberSizes{});
  std::vector<std::byte> arena(prepared.plan().arena_bytes), parameters(9 * sizeof(float)),
      reduction(10 * sizeof(float));
  prepared.prepare({.arena = arena.data(), .parameters = parameters.data()});
  auto const run = [&] { prepared.run([](Step const&) {}); };

  CHECK(prepared.elements_to_place() == 10);  // six weights, three biases, the loss
  CHECK(prepared.place(prepared.program().loss) == nullptr);
  CHECK_THROWS_WITH_AS(run(), doctest::Contains("no place"), GraphError);
  prepared.place_reduction(reduction.data());
  CHECK(prepared.place(prepared.program().loss) == reduction.data() + 9 * sizeof(float));
  CHECK_NOTHROW(run());
  CHECK(std::any_of(reduction.begin() + 9 * sizeof(float), reduction.end(),
                    [](std::byte byte) { return byte != std::byte{0}; }));  // log 3, not 0
}
