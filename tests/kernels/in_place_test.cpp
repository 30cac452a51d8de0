// SPDX-License-Identifier: Apache-2.0
/// @file Kernels that may write a result where an argument stands: the same bits as apart.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/onednn.hpp>

#include "harness.hpp"

namespace ai500::testing {

namespace {

std::vector<float> random_floats(Shape const& shape, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values;
  for (double one : random.numbers(shape)) values.push_back(static_cast<float>(one));
  return values;
}

/// What a kernel writes, bit by bit, with write `in_place.write` over read `in_place.read`.
std::vector<std::vector<float>> results(KernelTable const& table, StepOperation const& what,
                                        Shapes const& shapes, std::optional<InPlace> in_place) {
  std::vector<std::vector<float>> reads, writes;
  for (std::size_t i = 0; i < shapes.reads.size(); ++i)
    reads.push_back(random_floats(shapes.reads[i], i + 1));
  // Where a step reads statistics they are its read of shape (2, c): variances are not negative.
  for (std::size_t i = 0; i < reads.size(); ++i)
    if (shapes.reads[i].items == 2 && shapes.reads[i].height == 1)
      for (float& one : reads[i]) one = std::abs(one);
  for (Shape const& shape : shapes.writes)
    writes.emplace_back(static_cast<std::size_t>(shape.elements()));
  std::vector<void*> read_places, write_places;
  for (auto& values : reads) read_places.push_back(values.data());
  for (auto& values : writes) write_places.push_back(values.data());
  if (in_place) write_places[in_place->write] = read_places[in_place->read];

  table.find(what)
      ->prepare(table.device, what, shapes, table.types)
      .run(Arguments(read_places, write_places));

  if (in_place) writes[in_place->write] = reads[in_place->read];
  return writes;
}

bool same_bits(std::vector<std::vector<float>> const& a, std::vector<std::vector<float>> const& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(a[i].data(), b[i].data(), a[i].size() * sizeof(float)) != 0) return false;
  return a.size() == b.size();
}

/// Large enough for several threads and slabs that are cut: 48 channels are 3 blocks, 6 images.
Shape const x{6, 48, 31, 9};
Shape const channels{.items = 48}, statistics{.items = 2, .channels = 48};

template <class Kernels>
void check_in_place(StepOperation const& what, Shapes const& shapes, std::size_t pairs) {
  for (int threads : {1, 2, 5}) {
    INFO(std::string(name(what)), ", threads: ", threads);
    devices::Host host = kernels::OneDnn::Traits::make_device({.threads = threads});
    KernelTable const table = kernel_table<Kernels>(host, Types{});
    KernelEntry const& entry = *table.find(what);
    REQUIRE((entry.in_place != nullptr));
    std::vector<InPlace> const allowed = entry.in_place(what);
    CHECK(allowed.size() == pairs);
    std::vector<Shapes> all{shapes};
    if (entry.layouts != nullptr)
      for (StepLayouts const& layouts : entry.layouts(&host, what, shapes, Types{})) {
        all.push_back(shapes);
        all.back().layouts = layouts;
      }
    if (entry.applicable != nullptr) all.erase(all.begin());  // a fused one: not in plain layouts
    for (Shapes const& given : all)
      for (InPlace const& one : allowed)
        CHECK(same_bits(results(table, what, given, one), results(table, what, given, {})));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("element-wise kernels and normalizations in place have the bits of apart",
                   Kernels, kernels::Reference, kernels::OneDnn) {
  check_in_place<Kernels>(steps::Relu{}, {{x}, {x}}, 1);
  check_in_place<Kernels>(steps::ReluGradient{}, {{x, x}, {x}}, 2);
  check_in_place<Kernels>(steps::Add{}, {{x, x}, {x}}, 2);
  check_in_place<Kernels>(steps::SumGradients{}, {{x, x}, {x}}, 2);
  check_in_place<Kernels>(steps::NormalizationApply{}, {{x, statistics, channels, channels}, {x}},
                          1);
  check_in_place<Kernels>(steps::NormalizationDataGradient{},
                          {{x, x, statistics, channels, channels, channels}, {x}}, 2);
}

TEST_CASE("OneDnn: fused normalizations in place have the bits of apart") {
  using enum steps::NormalizationEnding;
  using kernels::OneDnn;
  check_in_place<OneDnn>(steps::NormalizationForward{1e-3, add_relu},
                         {{x, channels, channels, x}, {statistics, x}}, 1);
  check_in_place<OneDnn>(steps::NormalizationEvaluation{1e-3, relu},
                         {{x, statistics, channels, channels}, {x}}, 1);
  check_in_place<OneDnn>(steps::NormalizationEvaluation{1e-3, add_relu},
                         {{x, statistics, channels, channels, x}, {x}}, 2);
  check_in_place<OneDnn>(steps::ConvolutionEvaluation{square(3, 1, 1), 1, 1e-3, add_relu},
                         {{x, {48, 48, 3, 3}, statistics, channels, channels, x}, {x}}, 1);
  for (steps::NormalizationEnding ending : {none, relu})
    check_in_place<OneDnn>(steps::NormalizationBackward{1e-3, ending},
                           {{x, statistics, channels, channels, x}, {channels, channels, x}}, 2);
  check_in_place<OneDnn>(steps::NormalizationBackward{1e-3, add_relu, 1},
                         {{x, statistics, channels, channels, x, x}, {channels, channels, x, x}},
                         2 + 3);
  check_in_place<OneDnn>(steps::NormalizationBackward{1e-3, add_relu, 2},
                         {{x, statistics, channels, channels, x, x, x}, {channels, channels, x, x}},
                         3 + 4);
}

TEST_CASE("OneDnn: a backward normalization may have both its results in place at once") {
  using enum steps::NormalizationEnding;
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 5});
  KernelTable const table = kernel_table<kernels::OneDnn>(host, Types{});
  StepOperation const what = steps::NormalizationBackward{1e-3, add_relu, 2};
  Shapes shapes{{x, statistics, channels, channels, x, x, x}, {channels, channels, x, x}};
  shapes.layouts = table.find(what)->layouts(&host, what, shapes, Types{})[0];
  auto const apart = results(table, what, shapes, {});
  std::vector<std::vector<float>> reads;
  for (std::size_t i = 0; i < shapes.reads.size(); ++i)
    reads.push_back(random_floats(shapes.reads[i], i + 1));
  for (float& one : reads[1]) one = std::abs(one);
  std::vector<float> dscale(48), dshift(48);
  std::vector<void*> read_places;
  for (auto& values : reads) read_places.push_back(values.data());
  std::vector<void*> write_places{dscale.data(), dshift.data(), read_places[0], read_places[4]};

  table.find(what)
      ->prepare(table.device, what, shapes, table.types)
      .run(Arguments(read_places, write_places));

  CHECK(same_bits({dscale, dshift, reads[0], reads[4]}, apart));
}

}  // namespace ai500::testing
