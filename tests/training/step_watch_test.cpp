// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/step_watch.hpp>
#include <ai500/training/trainer.hpp>

#include "small_model.hpp"

using namespace ai500;

namespace {

/// Writes down what it is told.
struct Notes {
  std::vector<std::string> lines{};
  void before(Step const& step) { lines.push_back("before " + std::string(name(step.what))); }
  void after(Step const& step) { lines.push_back("after " + std::string(name(step.what))); }
};

struct OnlyBefore {
  void before(Step const&) {}
};
static_assert(WatchesSteps<Notes>);
static_assert(!WatchesSteps<OnlyBefore>);

}  // namespace

TEST_CASE("StepWatch: nobody, unless said") {
  StepWatch const nobody;
  Step const step{steps::Relu{}, {}, {}, "a relu"};

  nobody.before(step);
  nobody.after(step);

  Notes notes;
  StepWatch const watch(notes);
  watch.before(step);
  watch.after(step);
  CHECK(notes.lines == std::vector<std::string>{"before relu", "after relu"});
}

TEST_CASE("Network: who watches is told of every step of a training, the update too, in order") {
  devices::Host host;
  Graph const graph = testing::small_graph();
  auto state = initial_state<float>(host, graph, 1, 0);
  Trainer<kernels::Reference, precision::Fp32, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer(host, graph, batch_plan(4, 4, 1), {}, {}, state);
  Notes notes;
  std::vector<std::string> expected;
  for (Step const& step : trainer.network().program().steps)
    for (std::string const when : {"before ", "after "})
      expected.push_back(when + std::string(name(step.what)));

  trainer.step(0);
  CHECK(notes.lines.empty());
  trainer.network().watch(notes);
  trainer.step(0);

  CHECK(notes.lines == expected);
  CHECK(notes.lines.back() == "after update");
}
