// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/models/resnet.hpp>
#include <ai500/reports/composition.hpp>

using namespace ai500;

namespace {

Composition a_composition() {
  return {.workload = "classification",
          .model = "a model",
          .dataset = "a data set",
          .aggregation = "soft vote",
          .kernels = "reference",
          .kernel_library = "Eigen 3.4.0",
          .layout = "NCHW",
          .sampler = "Poisson bootstrap",
          .optimizer = "SGD",
          .precision = "fp64",
          .compute = NumberType::float64,
          .accumulate = NumberType::float64,
          .message = NumberType::float32,
          .parallel_mode = "data",
          .collective = "self",
          .message_library = "none",
          .metric = "top-1 accuracy",
          .target = 0.9,
          .exponent = 5};
}

}  // namespace

TEST_CASE(
    "unmeasured_report: holds the names, the types and the model's FLOPs, and no measurement") {
  Report const report = unmeasured_report(a_composition(), models::resnet50(224));

  CHECK(report.policies.workload == "classification");
  CHECK(report.policies.aggregation == "soft vote");
  CHECK(report.precision.compute == "float64");
  CHECK(report.precision.message == "float32");
  // The golden number of ResNet-50 v1: the paper's 23.0 GFLOP.
  CHECK(report.training_flops_per_sample == 22'983'942'144);
  CHECK(report.quality.target == 0.9);
  CHECK(report.samples_per_second == 0);
  REQUIRE(report.environment.libraries.size() == 2);
  CHECK(report.environment.libraries[1].version == "Eigen 3.4.0");
}

TEST_CASE("member_settings: differs with every setting that changes a member's bits") {
  RunSettings const settings;
  std::string const text = member_settings(a_composition(), settings, 1000);

  auto changed = [&](auto change) {
    Composition composition = a_composition();
    RunSettings other = settings;
    change(composition, other);
    return member_settings(composition, other, 1000) != text;
  };

  CHECK(changed([](Composition& c, RunSettings&) { c.kernels = "others"; }));
  CHECK(changed([](Composition& c, RunSettings&) { c.optimizer = "SGD (momentum 0.9)"; }));
  CHECK(changed([](Composition&, RunSettings& s) { s.seed = 2; }));
  CHECK(changed([](Composition&, RunSettings& s) { s.epochs = 2; }));
  CHECK(changed([](Composition&, RunSettings& s) { s.threads = 2; }));
  CHECK(changed([](Composition&, RunSettings& s) { s.batch.micro_batch = 2; }));
  CHECK(changed([](Composition&, RunSettings& s) { s.augmentation = CropAndMirror{}; }));
  CHECK(changed([](Composition&, RunSettings& s) { s.shape.parallelism_degree = 2; }));
  CHECK(changed([](Composition&, RunSettings& s) { s.quick = true; }));
  CHECK(member_settings(a_composition(), settings, 999) != text);
  RunSettings cropped, padded;
  cropped.augmentation = CropAndMirror{};
  padded.augmentation = CropAndMirror{.padding = 2};
  CHECK(member_settings(a_composition(), cropped, 1000) !=
        member_settings(a_composition(), padded, 1000));
}

TEST_CASE("member_settings: does not change with M, so members of different ensembles may vote") {
  RunSettings larger;
  larger.shape.ensemble_size = 8;

  CHECK(member_settings(a_composition(), larger, 1000) ==
        member_settings(a_composition(), {}, 1000));
}
