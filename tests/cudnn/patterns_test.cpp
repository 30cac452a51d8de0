// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/patterns.hpp>
//
#include <doctest/doctest.h>

#include <cstddef>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/api.hpp>

#include "devices.hpp"

using namespace ai500;
using namespace ai500::kernels;
using cudnn::Arithmetic;
using cudnn::Pattern;
using cudnn::PatternKind;

namespace {

/// A 3x3 convolution of 64 to 128 channels.
Pattern three_by_three(PatternKind kind, Arithmetic arithmetic = Arithmetic::fp16) {
  return {kind, {8, 64, 14, 14}, {128, 64, 3, 3}, {8, 128, 14, 14}, square(3, 1, 1), arithmetic};
}

struct Tensors {
  PatternKind kind;
  std::size_t reads;
  std::size_t writes;
};

// Counted in the documentation of PatternKind.
constexpr Tensors tensors[]{
    {PatternKind::convolution, 2, 1},
    {PatternKind::data_gradient, 2, 1},
    {PatternKind::filter_gradient, 2, 1},
    {PatternKind::convolution_statistics, 2, 3},
    {PatternKind::normalized_convolution_statistics, 4, 3},
    {PatternKind::normalized_filter_gradient, 4, 1},
    {PatternKind::data_gradient_normalization, 7, 6},
    {PatternKind::data_gradient_identity_block, 9, 6},
    {PatternKind::data_gradient_projection_block, 13, 11},
};

}  // namespace

TEST_CASE(
    "operation_graph: cuDNN takes the graph of every pattern, and its tensors are those said") {
  cudnn::Target const target = test::device("h200");
  for (Tensors const& expected : tensors)
    for (Arithmetic arithmetic : cudnn::all_arithmetics)
      for (auto intermediate : {cudnn::Intermediate::fp32, cudnn::Intermediate::as_stored}) {
        CAPTURE(name(expected.kind));
        CAPTURE(name(arithmetic));

        auto const graph =
            cudnn::operation_graph(target, three_by_three(expected.kind, arithmetic), intermediate);

        CHECK(graph.reads.size() == expected.reads);
        CHECK(graph.writes.size() == expected.writes);
      }
}

TEST_CASE("operation_graph: shapes that are no convolution are refused by name") {
  cudnn::Target const target = test::device("h200");
  auto refused = [&](Pattern const& pattern) {
    CAPTURE(describe(pattern));
    CHECK_THROWS_AS(cudnn::operation_graph(target, pattern, cudnn::Intermediate::fp32), GraphError);
  };
  Pattern const sound = three_by_three(PatternKind::convolution);

  Pattern wrong_result = sound;
  wrong_result.y.height = 13;
  Pattern wrong_channels = sound;
  wrong_channels.weight.channels = 48;
  Pattern wrong_window = sound;
  wrong_window.weight.height = 5;
  Pattern too_large = sound;
  too_large.window = square(31, 1, 1);

  for (Pattern const& pattern : {wrong_result, wrong_channels, wrong_window, too_large})
    refused(pattern);
}

TEST_CASE("plain: is the convolution alone, in the same direction") {
  for (Tensors const& one : tensors) CHECK(cudnn::is_plain(cudnn::plain(one.kind)));
  CHECK(cudnn::plain(PatternKind::normalized_filter_gradient) == PatternKind::filter_gradient);
  CHECK(cudnn::plain(PatternKind::data_gradient_identity_block) == PatternKind::data_gradient);
  CHECK(cudnn::plain(PatternKind::convolution_statistics) == PatternKind::convolution);
  CHECK(!cudnn::is_plain(PatternKind::convolution_statistics));
}

TEST_CASE("arithmetic_named: any case, and nothing else") {
  CHECK(cudnn::arithmetic_named("bf16") == Arithmetic::bf16);
  CHECK(cudnn::arithmetic_named("TF32") == Arithmetic::tf32);
  CHECK_THROWS_WITH_AS(cudnn::arithmetic_named("fp8"), doctest::Contains("fp8"), UsageError);
}
