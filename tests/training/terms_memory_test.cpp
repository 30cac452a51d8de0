// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/terms_memory.hpp>
//
#include <doctest/doctest.h>

#include "../devices/separate_memory.hpp"

using namespace ai500;

TEST_CASE("TermsMemory: each step finds its own learning rate, the host being a step ahead") {
  testing::SeparateMemory device;
  TermsMemory<float, testing::SeparateMemory> terms(device);
  Buffer<float, testing::SeparateMemory> seen(device, 2);
  float* const to = seen.data();
  UpdateTerms<float> const* const from = terms.data();
  for (int step : {0, 1}) {
    terms.tell(step + 0.5);
    device.for_each(1, [=](Count) { to[step] = from->learning_rate * from->gradient_factor; });
  }
  Mirror mirror(device, seen.view());
  mirror.download();

  CHECK(mirror.host().data()[0] == 0.5f);
  CHECK(mirror.host().data()[1] == 1.5f);
}

TEST_CASE("TermsMemory: on a host") {
  devices::Host host;
  TermsMemory<double, devices::Host> terms(host);
  terms.tell(0.25);
  CHECK(terms.data()->learning_rate == 0.25);
  CHECK(terms.data()->gradient_factor == 1);
  CHECK(terms.data()->skipped == 0);
}
