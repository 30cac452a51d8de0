// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/choices.hpp>
//
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

#include <ai500/core/error.hpp>

using namespace ai500;

namespace {

Shapes const shapes{{{16, 64, 56, 56}, {64, 4, 3, 3}},
                    {{16, 64, 56, 56}},
                    {{Layout::channels_16, Layout::plain}, {Layout::channels_16}}};

Choices const two{"onednn; threads 2", {{"a step", "one way"}, {"b = c", "jit:avx512_core"}}};

std::string const title = "ai500 choices of ways, form 1\n";

}  // namespace

TEST_CASE("step_text: says all that a kernel is prepared for") {
  CHECK(step_text(steps::Convolution{square(3, 1, 1), 16}, shapes, Types{}) ==
        "convolution 3x3 stride 1x1 padding 1x1 in 16 groups, reads 16x64x56x56 nChw16c, 64x4x3x3; "
        "writes 16x64x56x56 nChw16c; float32 and float32");
  CHECK(step_text(steps::Relu{}, {{{.items = 2}}, {{.items = 2}}}, {}) ==
        "relu, reads 2x1x1x1; writes 2x1x1x1; float32 and float32");
}

TEST_CASE("step_text: tells fused steps apart, and TF32 from FP32") {
  Shapes const one{{{.items = 2}}, {{.items = 2}}};

  CHECK(step_text(steps::ConvolutionForward{.window = square(1), .normalizes_input = true}, one,
                  {.math = Math::tensor_float32}) ==
        "convolution forward of normalization + relu 1x1 stride 1x1 padding 0x0, reads 2x1x1x1; "
        "writes 2x1x1x1; float32 and float32, tensor float32");
  CHECK(step_text(steps::ConvolutionDataBackward{.window = square(1)}, one, {})
            .starts_with("convolution data backward + relu + normalization 1x1 "));
}

TEST_CASE("parse_choices: reads what text has written") {
  CHECK(text(two) == title +
                         "made with: onednn; threads 2\na step = one way\n"
                         "b = c = jit:avx512_core\n");
  CHECK(parse_choices(text(two), "file") == two);
  CHECK(parse_choices(text(Choices{"nothing", {}}), "file") == Choices{"nothing", {}});
}

TEST_CASE("parse_choices: names the file and the line that is not right") {
  auto error_of = [](std::string const& text) -> std::string {
    try {
      parse_choices(text, "ways.txt");
    } catch (UsageError const& error) {
      return error.what();
    }
    return "none";
  };
  auto begins = [](std::string const& text, std::string const& with) {
    CHECK_MESSAGE(text.starts_with(with), text);
  };

  begins(error_of(""), "ways.txt:1: must be 'ai500 choices of ways");
  begins(error_of("jobs = 2\n"), "ways.txt:1: must be 'ai500 choices of ways");
  begins(error_of(title), "ways.txt:2: must begin 'made with: '");
  begins(error_of(title + "made with: x\na step\n"), "ways.txt:3: must be 'STEP = WAY'");
  begins(error_of(title + "made with: x\na = \n"), "ways.txt:3: must be 'STEP = WAY'");
  begins(error_of(title + "made with: x\n\n"), "ways.txt:3: must be 'STEP = WAY'");
  begins(error_of(title + "made with: x\na = b\na = c\n"), "ways.txt:4: is the second choice");
}

TEST_CASE("fastest: the first way stays unless another one is faster by more than the margin") {
  CHECK(fastest(std::array{1.0}, 0.03) == 0);
  CHECK(fastest(std::array{1.0, 0.98, 1.2}, 0.03) == 0);
  CHECK(fastest(std::array{1.0, 0.96, 0.5}, 0.03) == 2);
  CHECK(fastest(std::array{0.5, 0.96, 1.0}, 0.03) == 0);
  CHECK(fastest(std::array{1.0, std::numeric_limits<double>::infinity()}, 0.03) == 0);
}
