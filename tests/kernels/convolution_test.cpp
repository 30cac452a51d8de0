// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/convolution.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

namespace {

/// The definition, seven loops and a group.
Values naive_convolution(ConvolutionCase const& c, Values const& x, Values const& weight) {
  auto at = [](Shape const& shape, Count n, Count k, Count i, Count j) {
    return static_cast<std::size_t>(((n * shape.channels + k) * shape.height + i) * shape.width +
                                    j);
  };
  Values y(static_cast<std::size_t>(c.y.elements()));
  for (Count n = 0; n < c.y.items; ++n)
    for (Count f = 0; f < c.y.channels; ++f)
      for (Count i = 0; i < c.y.height; ++i)
        for (Count j = 0; j < c.y.width; ++j)
          for (Count k = 0; k < c.weight.channels; ++k)
            for (Count u = 0; u < c.weight.height; ++u)
              for (Count v = 0; v < c.weight.width; ++v) {
                Count const row = i * c.window.stride.height + u - c.window.padding.height;
                Count const column = j * c.window.stride.width + v - c.window.padding.width;
                if (row < 0 || row >= c.x.height || column < 0 || column >= c.x.width) continue;
                Count const group = f / (c.y.channels / c.groups);
                y[at(c.y, n, f, i, j)] += weight[at(c.weight, f, k, u, v)] *
                                          x[at(c.x, n, group * c.weight.channels + k, row, column)];
              }
  return y;
}

/// A 3x3 image with a 2x2 filter.
struct SmallConvolution {
  Shape x{1, 1, 3, 3}, weight{1, 1, 2, 2}, y{1, 1, 2, 2};
  Values image{1, 2, 3, 4, 5, 6, 7, 8, 9};
  Values filter{1, 10, 100, 1000};
};

}  // namespace

TEST_CASE("Convolution: a 3x3 image and a 2x2 filter give what a hand computes") {
  SmallConvolution const s;

  auto const y = run_step<Reference, float>(steps::Convolution{square(2)}, {{s.x, s.weight}, {s.y}},
                                            {s.image, s.filter});

  // 1 + 2 * 10 + 4 * 100 + 5 * 1000, and so on
  CHECK(y[0] == Values{5421, 6532, 8754, 9865});
}

TEST_CASE("Convolution: padding is zeros and the stride skips positions") {
  SmallConvolution const s;

  auto const y = run_step<Reference, float>(steps::Convolution{square(2, 2, 1)},
                                            {{s.x, s.weight}, {s.y}}, {s.image, s.filter});

  // windows at (-1, -1), (-1, 1), (1, -1), (1, 1)
  CHECK(y[0] == Values{1000 * 1, 100 * 2 + 1000 * 3, 10 * 4 + 1000 * 7, 9865});
}

TEST_CASE("Convolution: each group sees its own channels") {
  auto const y = run_step<Reference, float>(steps::Convolution{square(1), 2},
                                            {{{1, 2, 1, 2}, {2, 1, 1, 1}}, {{1, 2, 1, 2}}},
                                            {{1, 2, 3, 4}, {10, 100}});

  CHECK(y[0] == Values{10, 20, 300, 400});
}

TEST_CASE("ConvolutionDataGradient: dy goes back along the filter") {
  SmallConvolution const s;

  auto const dx = run_step<Reference, float>(steps::ConvolutionDataGradient{square(2)},
                                             {{s.y, s.weight}, {s.x}}, {{1, 2, 3, 4}, s.filter});

  CHECK(dx[0] == Values{1, 12, 20, 103, 1234, 2040, 300, 3400, 4000});
}

TEST_CASE("ConvolutionFilterGradient: each weight gets dy times what it saw, over all images") {
  SmallConvolution const s;
  Shape const two_images{2, 1, 3, 3}, two_results{2, 1, 2, 2};
  Values images = s.image;
  images.insert(images.end(), s.image.begin(), s.image.end());

  auto const dweight = run_step<Reference, float>(steps::ConvolutionFilterGradient{square(2)},
                                                  {{two_images, two_results}, {s.weight}},
                                                  {images, {1, 2, 3, 4, 1, 0, 0, 0}});

  // the first image gives 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5 = 37, ...; the second 1, 2, 4, 5
  CHECK(dweight[0] == Values{37 + 1, 47 + 2, 67 + 4, 77 + 5});
}

TEST_CASE("Convolution: equals the seven loops on random shapes") {
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    ConvolutionCase const c = random_convolution(random);
    Values const x = random.numbers(c.x), weight = random.numbers(c.weight);

    auto const y = run_step<Reference, double>(steps::Convolution{c.window, c.groups},
                                               {{c.x, c.weight}, {c.y}}, {x, weight});

    INFO(text(c.window), " on ", text(c.x), ", groups ", c.groups);
    CHECK(relative_error(y[0], naive_convolution(c, x, weight)) <= 1e-14);
  }
}

TEST_CASE("Convolution: equals the seven loops where products are larger than a tile") {
  // 130 filters, 2 x 9 x 9 = 162 elements a column, 12 x 12 = 144 positions: all above 128
  ConvolutionCase const c{square(9, 1, 4), 1, {2, 2, 12, 12}, {130, 2, 9, 9}, {2, 130, 12, 12}};
  Random random(2);
  Values const x = random.numbers(c.x), weight = random.numbers(c.weight);

  auto const y = run_step<Reference, double>(steps::Convolution{c.window, c.groups},
                                             {{c.x, c.weight}, {c.y}}, {x, weight});

  CHECK(relative_error(y[0], naive_convolution(c, x, weight)) <= 1e-13);
}

TEST_CASE("Convolution: both gradients equal finite differences on random shapes") {
  Random random(3);
  for (int i = 0; i < gradient_cases; ++i) {
    ConvolutionCase const c = random_convolution(random);
    Values const x = random.numbers(c.x), weight = random.numbers(c.weight),
                 dy = random.numbers(c.y);
    StepRunner<Reference, double, steps::Convolution> forward({c.window, c.groups},
                                                              {{c.x, c.weight}, {c.y}});

    auto const dx = run_step<Reference, double>(steps::ConvolutionDataGradient{c.window, c.groups},
                                                {{c.y, c.weight}, {c.x}}, {dy, weight});
    auto const dweight = run_step<Reference, double>(
        steps::ConvolutionFilterGradient{c.window, c.groups}, {{c.x, c.y}, {c.weight}}, {x, dy});

    INFO(text(c.window), " on ", text(c.x), ", groups ", c.groups);
    CHECK(relative_error(dx[0], numeric_gradient(
                                    [&](Values const& v) {
                                      return dot(forward({v, weight})[0], dy);
                                    },
                                    x)) <= gradient_tolerance);
    CHECK(relative_error(dweight[0], numeric_gradient(
                                         [&](Values const& v) {
                                           return dot(forward({x, v})[0], dy);
                                         },
                                         weight)) <= gradient_tolerance);
  }
}

TEST_CASE("Convolution: its gradients are its adjoints") {
  Random random(4);
  for (int i = 0; i < 50; ++i) {
    ConvolutionCase const c = random_convolution(random);
    Values const x = random.numbers(c.x), weight = random.numbers(c.weight),
                 dy = random.numbers(c.y);

    auto const y = run_step<Reference, double>(steps::Convolution{c.window, c.groups},
                                               {{c.x, c.weight}, {c.y}}, {x, weight});
    auto const dx = run_step<Reference, double>(steps::ConvolutionDataGradient{c.window, c.groups},
                                                {{c.y, c.weight}, {c.x}}, {dy, weight});
    auto const dweight = run_step<Reference, double>(
        steps::ConvolutionFilterGradient{c.window, c.groups}, {{c.x, c.y}, {c.weight}}, {x, dy});

    double const scale = std::sqrt(dot(y[0], y[0]) * dot(dy, dy));
    CHECK(std::abs(dot(y[0], dy) - dot(x, dx[0])) <= 1e-13 * scale);
    CHECK(std::abs(dot(y[0], dy) - dot(weight, dweight[0])) <= 1e-13 * scale);
  }
}

TEST_CASE("Convolution: shapes that do not fit are named") {
  devices::Host host;
  Types const types{};
  using kernels::reference::Convolution;
  using kernels::reference::ConvolutionDataGradient;
  steps::Convolution const what{square(3, 1, 1), 2};

  CHECK_THROWS_WITH_AS(
      Convolution::prepare(host, what, {{{2, 4, 5, 5}, {6, 4, 3, 3}}, {{2, 6, 5, 5}}}, types),
      "convolution: weight is 6x4x3x3 and must be 6x2x3x3 (reads 2x4x5x5, "
      "6x4x3x3; writes 2x6x5x5)",
      GraphError);
  CHECK_THROWS_WITH_AS(
      Convolution::prepare(host, what, {{{2, 4, 5, 5}, {6, 2, 3, 3}}, {{2, 6, 3, 3}}}, types),
      doctest::Contains("y (or dy) is 2x6x3x3 and must be 2x6x5x5"), GraphError);
  CHECK_THROWS_WITH_AS(
      Convolution::prepare(host, what, {{{2, 3, 5, 5}, {6, 2, 3, 3}}, {{2, 6, 5, 5}}}, types),
      doctest::Contains("2 groups must divide"), GraphError);
  CHECK_THROWS_WITH_AS(Convolution::prepare(host, what, {{{2, 4, 5, 5}}, {{2, 6, 5, 5}}}, types),
                       doctest::Contains("must read 2 and write 1 values"), GraphError);
  CHECK_THROWS_WITH_AS(
      ConvolutionDataGradient::prepare(host, {square(3, 1, 1), 2},
                                       {{{2, 6, 5, 5}, {6, 2, 3, 3}}, {{1, 4, 5, 5}}}, types),
      doctest::Contains("y (or dy) is 2x6x5x5 and must be 1x6x5x5"), GraphError);
  CHECK_NOTHROW(
      Convolution::prepare(host, what, {{{2, 4, 5, 5}, {6, 2, 3, 3}}, {{2, 6, 5, 5}}}, types));
}

}  // namespace ai500::testing
