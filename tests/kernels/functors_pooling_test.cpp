// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/pooling.hpp>
//
#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "harness.hpp"

using namespace ai500;
using namespace ai500::kernels;

namespace {

struct Case {
  functors::PoolingGeometry geometry;
  std::vector<double> x, dy;
  std::vector<std::int32_t> selection;

  explicit Case(testing::Random& random) {
    Window const window = testing::random_window(random);
    Shape const image = testing::random_image(random, window, random.between(1, 3));
    geometry = {.planes = image.items,
                .in = {image.height, image.width},
                .out = window_positions(window, image),
                .window = window,
                .lanes = image.channels};
    for (Count i = 0; i < geometry.in_numbers(); ++i) x.push_back(random.number());
    for (Count i = 0; i < geometry.out_numbers(); ++i) dy.push_back(random.number());
  }
};

template <class Functor>
void run(Count n, Functor const& functor) {
  for (Count i = n; i-- > 0;) functor(i);  // any order will do
}

double product(std::vector<double> const& a, std::vector<double> const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

TEST_CASE("PoolingAxis: positions are the inverse of elements") {
  testing::Random random(5);
  for (int repetition = 0; repetition < 300; ++repetition) {
    Case const c(random);
    for (functors::PoolingAxis const& axis : {c.geometry.rows(), c.geometry.columns()})
      for (Count position = 0; position < axis.out; ++position)
        for (Count element = 0; element < axis.in; ++element) {
          functors::Range const elements = axis.elements(position);
          functors::Range const positions = axis.positions(element);
          CHECK((elements.begin <= element && element < elements.end) ==
                (positions.begin <= position && position < positions.end));
        }
  }
}

TEST_CASE("functors::AveragePooling: the gradient is the adjoint, <P x, dy> = <x, P' dy>") {
  testing::Random random(1);
  for (int repetition = 0; repetition < 100; ++repetition) {
    Case const c(random);
    std::vector<double> y(c.dy.size()), dx(c.x.size());

    run(c.geometry.out_numbers(),
        functors::AveragePooling<double>{c.x.data(), y.data(), c.geometry});
    run(c.geometry.in_numbers(),
        functors::AveragePoolingGradient<double>{c.dy.data(), dx.data(), c.geometry});

    CHECK(product(y, c.dy) == doctest::Approx(product(c.x, dx)).epsilon(1e-12));
  }
}

TEST_CASE("functors::MaxPooling: the gradient is the adjoint of the selection") {
  testing::Random random(2);
  for (int repetition = 0; repetition < 100; ++repetition) {
    Case const c(random);
    std::vector<double> y(c.dy.size()), dx(c.x.size());
    std::vector<std::int32_t> selection(c.dy.size());

    run(c.geometry.out_numbers(),
        functors::MaxPooling<double>{c.x.data(), y.data(), selection.data(), c.geometry});
    run(c.geometry.in_numbers(),
        functors::MaxPoolingGradient<double>{c.dy.data(), selection.data(), dx.data(), c.geometry});

    CHECK(product(y, c.dy) == doctest::Approx(product(c.x, dx)).epsilon(1e-12));
  }
}

TEST_CASE("functors: poolings of planes have the bits of the reference kernels") {
  testing::Random random(3);
  for (int repetition = 0; repetition < 50; ++repetition) {
    Case c(random);
    c.geometry.planes *= c.geometry.lanes;
    c.geometry.lanes = 1;
    functors::PoolingGeometry const& g = c.geometry;
    std::vector<float> const x(c.x.begin(), c.x.end()), dy(c.dy.begin(), c.dy.end());
    std::vector<float> y(dy.size()), dx(x.size()), reference_y(dy.size()), reference_dx(x.size());
    std::vector<std::int32_t> selection(dy.size()), reference_selection(dy.size());
    Shape const in{1, g.planes, g.in.height, g.in.width},
        out{1, g.planes, g.out.height, g.out.width};
    devices::Host host;
    auto reference = [&]<class Kernel>(Kernel, Shapes const& shapes, std::vector<void*> reads,
                                       std::vector<void*> writes) {
      auto prepared = Kernel::prepare(host, {g.window}, shapes, Types{});
      prepared.run(Arguments(reads, writes));
    };
    auto writable = [](auto const& values) {
      return const_cast<void*>(static_cast<void const*>(values.data()));
    };

    run(g.out_numbers(), functors::MaxPooling<float>{x.data(), y.data(), selection.data(), g});
    reference(reference::MaxPooling{}, {{in}, {out, out}}, {writable(x)},
              {reference_y.data(), reference_selection.data()});
    CHECK(y == reference_y);
    CHECK(selection == reference_selection);
    run(g.in_numbers(),
        functors::MaxPoolingGradient<float>{dy.data(), selection.data(), dx.data(), g});
    reference(reference::MaxPoolingGradient{}, {{out, out}, {in}}, {writable(dy), selection.data()},
              {reference_dx.data()});
    CHECK(dx == reference_dx);
    run(g.out_numbers(), functors::AveragePooling<float>{x.data(), y.data(), g});
    reference(reference::AveragePooling{}, {{in}, {out}}, {writable(x)}, {reference_y.data()});
    CHECK(y == reference_y);
    run(g.in_numbers(), functors::AveragePoolingGradient<float>{dy.data(), dx.data(), g});
    reference(reference::AveragePoolingGradient{}, {{out}, {in}}, {writable(dy)},
              {reference_dx.data()});
    CHECK(dx == reference_dx);
  }
}

TEST_CASE("functors: lanes are pooled apart, as their planes are") {
  testing::Random random(4);
  for (int repetition = 0; repetition < 30; ++repetition) {
    Case const c(random);
    functors::PoolingGeometry const& g = c.geometry;
    std::vector<half> x, y(c.dy.size());
    std::vector<std::int32_t> selection(c.dy.size());
    for (double number : c.x) x.push_back(half(number));
    run(g.out_numbers(), functors::MaxPooling<half>{x.data(), y.data(), selection.data(), g});

    functors::PoolingGeometry one = g;
    one.planes = one.lanes = 1;
    for (Count plane = 0; plane < g.planes; ++plane)
      for (Count lane = 0; lane < g.lanes; ++lane) {
        std::vector<half> picked, pooled(static_cast<std::size_t>(one.out_numbers()));
        std::vector<std::int32_t> chosen(pooled.size());
        for (Count i = 0; i < g.in_elements(); ++i)
          picked.push_back(
              x[static_cast<std::size_t>((plane * g.in_elements() + i) * g.lanes + lane)]);
        run(one.out_numbers(),
            functors::MaxPooling<half>{picked.data(), pooled.data(), chosen.data(), one});
        for (Count i = 0; i < g.out_elements(); ++i) {
          auto const at = static_cast<std::size_t>((plane * g.out_elements() + i) * g.lanes + lane);
          CHECK(y[at].bits() == pooled[static_cast<std::size_t>(i)].bits());
          CHECK(selection[at] == chosen[static_cast<std::size_t>(i)]);
        }
      }
  }
}

TEST_CASE("functors::MaxPooling: what is not a number wins") {
  std::vector<half> const x{half(1.0f), half(std::numeric_limits<float>::quiet_NaN()), half(3.0f),
                            half(2.0f)};
  half y;
  std::int32_t selection;
  functors::MaxPooling<half>{x.data(), &y, &selection, {1, {2, 2}, {1, 1}, square(2), 1}}(0);
  CHECK(static_cast<float>(y) != static_cast<float>(y));
  CHECK(selection == 1);
}
