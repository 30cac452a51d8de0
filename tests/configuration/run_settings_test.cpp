// SPDX-License-Identifier: Apache-2.0
#include <ai500/configuration/run_settings.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;

namespace {

constexpr Defaults one_thread{
    .epochs = 3, .batch = 128, .accelerators_a_node = 1, .cores_a_rank = 6, .threaded = false};
constexpr Defaults threaded{
    .epochs = 3, .batch = 128, .accelerators_a_node = 1, .cores_a_rank = 6, .threaded = true};
constexpr Defaults four_accelerators{
    .epochs = 90, .batch = 256, .accelerators_a_node = 4, .cores_a_rank = 1, .threaded = false};

}  // namespace

TEST_CASE("complete: what is not asked for comes from the workload and the machine") {
  RunSettings const settings = complete({}, one_thread, 4);

  CHECK(settings.shape == EnsembleShape{4, 1});
  CHECK(settings.batch == BatchPlan{128, 128, 1});
  CHECK(settings.epochs == 3);
  CHECK(settings.threads == 1);
  CHECK(settings.seed == 1);
  CHECK_FALSE(settings.quick);
}

TEST_CASE("complete: a base model has the accelerators of a node, and they share its batch") {
  RunSettings const settings = complete({}, four_accelerators, 8);

  CHECK(settings.shape == EnsembleShape{2, 4});
  CHECK(settings.batch == BatchPlan{256, 64, 1});
  CHECK(settings.epochs == 90);
}

TEST_CASE("complete: what is asked for is taken") {
  Configuration asked;
  asked.jobs = 2;
  asked.epochs = 7;
  asked.batch = 96;
  asked.micro_batch = 8;
  asked.threads = 2;
  asked.seed = 99;

  RunSettings const settings = complete(asked, threaded, 4);

  CHECK(settings.shape == EnsembleShape{2, 2});
  CHECK(settings.batch == BatchPlan{96, 8, 6});
  CHECK(settings.epochs == 7);
  CHECK(settings.threads == 2);
  CHECK(settings.seed == 99);
}

TEST_CASE("complete: images are augmented where it is asked for, with four pixels of padding") {
  Defaults images = one_thread;
  images.image_height = 28;
  images.image_width = 6;
  Configuration asked;
  CHECK(complete(asked, images, 1).augmentation == std::nullopt);
  CHECK(described(complete(asked, images, 1).augmentation) == "none");

  asked.augmentation = Augmentation::crop_and_mirror;
  CHECK(complete(asked, images, 1).augmentation == CropAndMirror{.padding = 4});
  CHECK(described(complete(asked, images, 1).augmentation) == "crop and mirror (padding 4)");
  asked.crop_padding = 5;
  CHECK(complete(asked, images, 1).augmentation == CropAndMirror{.padding = 5});
}

TEST_CASE("complete: a padding as large as a side of the images is refused, the default too") {
  Defaults images = one_thread;
  images.image_height = 28;
  images.image_width = 6;
  Configuration asked;
  asked.augmentation = Augmentation::crop_and_mirror;
  asked.crop_padding = 6;
  CHECK_THROWS_WITH_AS(complete(asked, images, 1),
                       "--crop-padding 6: must be at most 5, less than a side of the images, which "
                       "have 28 x 6 pixels",
                       UsageError);

  images.image_width = 4;
  asked.crop_padding = std::nullopt;
  CHECK_THROWS_WITH_AS(complete(asked, images, 1),
                       "--crop-padding 4: must be at most 3, less than a side of the images, which "
                       "have 28 x 4 pixels",
                       UsageError);
}

TEST_CASE("complete: with --job all the ranks of the run train one member of M") {
  Configuration asked;
  asked.jobs = 8;
  asked.job = 5;

  RunSettings const settings = complete(asked, one_thread, 2);

  CHECK(settings.shape == EnsembleShape{8, 2});
  CHECK(settings.batch == BatchPlan{128, 64, 1});
}

TEST_CASE("complete: a quick run has one epoch unless more are asked for") {
  Configuration asked;
  asked.quick = true;
  CHECK(complete(asked, one_thread, 1).epochs == 1);
  CHECK(complete(asked, one_thread, 1).quick);

  asked.epochs = 2;
  CHECK(complete(asked, one_thread, 1).epochs == 2);
}

TEST_CASE("complete: more threads than the rank has cores are refused") {
  Configuration asked;
  asked.threads = 7;

  CHECK_THROWS_WITH_AS(complete(asked, threaded, 1),
                       doctest::Contains("--threads 7: this rank has 6 cores for itself"),
                       UsageError);
}

TEST_CASE("complete: kernels with threads get the rank's share of the cores, others refuse them") {
  CHECK(complete({}, threaded, 1).threads == 6);
  Configuration asked;
  asked.threads = 1;
  CHECK(complete(asked, one_thread, 1).threads == 1);

  asked.threads = 2;
  CHECK_THROWS_WITH_AS(complete(asked, one_thread, 1),
                       "--threads 2: the kernels of this benchmark use one thread a rank; start "
                       "more ranks",
                       UsageError);
}

TEST_CASE("complete: what cannot be is a usage error that names it") {
  auto refuses = [](int scale, auto change, char const* what) {
    Configuration asked;
    change(asked);
    CHECK_THROWS_WITH_AS(complete(asked, one_thread, scale), doctest::Contains(what), UsageError);
  };
  using Asked = Configuration&;

  refuses(
      4, [](Asked asked) { asked.jobs = 3; }, "Eq. (5)");
  refuses(
      4, [](Asked asked) { asked.jobs = asked.degree = 3; }, "1 x 4, 2 x 2, 4 x 1");
  refuses(
      1, [](Asked asked) { asked.epochs = 0; }, "--epochs 0: must be at least 1");
  refuses(
      1, [](Asked asked) { asked.job = 1; }, "--job 1: needs --jobs M");
  refuses(
      1, [](Asked asked) { asked.threads = 0; }, "--threads 0: must be at least 1");
  refuses(
      0, [](Asked) {}, "Sys_scale = 0");
  auto odd = [](Asked asked) {
    asked.degree = 2;
    asked.batch = 127;
  };
  refuses(4, odd, "--batch 127: must be a multiple of P_degree");
  auto broken = [](Asked asked) {
    asked.batch = 100;
    asked.micro_batch = 8;
  };
  refuses(1, broken, "nearest: 96 or 104");
}
