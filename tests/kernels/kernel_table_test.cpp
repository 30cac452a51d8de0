// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/kernel_table.hpp>
//
#include <doctest/doctest.h>

#include <ai500/kernels/reference.hpp>

using namespace ai500;

namespace {

/// A relu that counts how many of its prepared kernels are alive.
struct CountedRelu {
  static constexpr std::string_view name = "counted";
  using operation = steps::Relu;
  static constexpr bool any_layout = true;
  inline static int alive = 0;

  struct Prepared {
    float added;

    explicit Prepared(float a) : added(a) { ++alive; }
    Prepared(Prepared&& other) : added(other.added) { ++alive; }
    ~Prepared() { --alive; }

    void run(Arguments arguments) {
      *arguments.write<float>(0) = *arguments.read<float>(0) + added;
    }
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types) {
    return Prepared(static_cast<float>(shapes.reads[0].elements()));
  }
  static bool applicable(devices::Host&, operation const&, Shapes const& shapes, Types) {
    return shapes.reads[0].elements() < 10;
  }
};

using OnlyRelu = KernelSet<kernels::reference::Traits, CountedRelu>;

Shapes of_elements(Count elements) { return {{{.items = elements}}, {{.items = elements}}, {}}; }

}  // namespace

TEST_CASE("kernel_table: has the set's kernels and nothing for other steps") {
  devices::Host host;

  KernelTable const table = kernel_table<OnlyRelu>(host, Types{});

  CHECK((table.find(steps::Relu{})->prepare != nullptr));
  CHECK(table.find(steps::Relu{})->any_layout);
  CHECK((table.find(steps::Relu{})->layouts == nullptr));
  CHECK((table.find(steps::Add{})->prepare == nullptr));
  CHECK(table.find(steps::Update{}) == nullptr);
}

TEST_CASE("KernelEntry: prepares the kernel for the shapes and asks it where it is applicable") {
  devices::Host host;
  KernelTable const table = kernel_table<OnlyRelu>(host, Types{});
  KernelEntry const& relu = *table.find(steps::Relu{});
  float x = 0.5f, y = 0;
  void* const read = &x;
  void* const write = &y;

  relu.prepare(table.device, steps::Relu{}, of_elements(3), table.types)
      .run(Arguments({&read, 1}, {&write, 1}));

  CHECK(y == 3.5f);
  CHECK(relu.applicable(table.device, steps::Relu{}, of_elements(9), table.types));
  CHECK(!relu.applicable(table.device, steps::Relu{}, of_elements(10), table.types));
}

TEST_CASE("PreparedKernel: what was prepared lives as long as it, also when it is moved") {
  devices::Host host;
  KernelTable const table = kernel_table<OnlyRelu>(host, Types{});
  REQUIRE(CountedRelu::alive == 0);
  {
    std::vector<PreparedKernel> kernels;
    for (int i = 0; i < 5; ++i)
      kernels.push_back(
          table.find(steps::Relu{})->prepare(table.device, steps::Relu{}, of_elements(1), {}));
    CHECK(CountedRelu::alive == 5);
    kernels[0] = std::move(kernels[1]);
  }
  CHECK(CountedRelu::alive == 0);
}
