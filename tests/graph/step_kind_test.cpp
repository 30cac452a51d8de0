// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>

#include <ai500/graph/lower.hpp>
#include <ai500/graph/step_kind.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

static_assert(kind(steps::NormalizationBackward{}) == StepKind::normalization);
static_assert(kind(steps::Update{}) == StepKind::optimizer);
static_assert(name(StepKind::convolution) == "convolution, forward");
static_assert(name(StepKind::optimizer) == "optimizer");

// By hand, from He et al. 2016, table 1: 53 convolutions, as many normalizations, 16 additions, 49
// relus (the stem's and three a block), two poolings. The image needs no gradient; 16 values are
// used twice, so that their gradients are summed.
TEST_CASE("kind: what the steps of ResNet-50 are, before any is fused") {
  Program const program =
      lower_training(workloads::with_cross_entropy(models::resnet50_v15(224), 0), 1, 1);
  std::map<StepKind, int> count;
  for (Step const& step : program.steps) ++count[kind(step.what)];

  CHECK(count[StepKind::convolution] == 53);
  CHECK(count[StepKind::convolution_data_gradient] == 52);
  CHECK(count[StepKind::convolution_filter_gradient] == 53);
  CHECK(count[StepKind::fully_connected] == 3);
  CHECK(count[StepKind::normalization] == 5 * 53);  // two forward, two backward, running statistics
  CHECK(count[StepKind::pooling] == 4);
  CHECK(count[StepKind::element_wise] == 49 + 49 + 16 + 16);
  CHECK(count[StepKind::loss] == 1);
  CHECK(count[StepKind::reorder] == 0);
  CHECK(count[StepKind::optimizer] == 1);
}
