// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/chosen_reduction.hpp>
//
#include <doctest/doctest.h>

#include <ai500/collectives/local_reduction.hpp>

using namespace ai500;
using collectives::LocalReduction;

namespace {

/// Doubles what it is given, when it is asked for progress.
struct Doubling : LocalReduction<double> {
  using LocalReduction<double>::LocalReduction;
  void start(View<double> part) { started = part; }
  void progress() {
    for (double& value : started.span()) value *= 2;
    started = {};
  }
  Count pending() const { return started.size() > 0 ? 1 : 0; }
  void finish() { progress(); }
  std::string transport() const { return "doubling"; }

  View<double> started{};
};
using Chosen =
    collectives::ChosenReduction<double, devices::Host, LocalReduction<double>, Doubling>;
static_assert(ReductionOf<Chosen, double>);

}  // namespace

TEST_CASE("ChosenReduction: every call goes to the reduction that was chosen") {
  devices::Host host;
  Chosen local{LocalReduction<double>(host, 2)};
  Chosen doubling{Doubling(host, 2)};
  for (Chosen* one : {&local, &doubling}) {
    one->memory().data()[0] = 3;
    one->start(one->memory());
  }

  CHECK(local.pending() == 0);
  CHECK(doubling.pending() == 1);
  doubling.progress();
  CHECK(doubling.pending() == 0);
  local.finish();
  doubling.finish();
  CHECK(local.memory().data()[0] == 3);
  CHECK(doubling.memory().data()[0] == 6);
  CHECK(local.transport() == "none: one rank");
  CHECK(doubling.transport() == "doubling");
}
