// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/configuration/checks.hpp>

using namespace ai500;

TEST_CASE("check: the default configuration is valid") { CHECK_NOTHROW(check(Configuration{})); }

TEST_CASE("check: the smallest and the largest values are valid") {
  Configuration smallest;
  smallest.jobs = smallest.degree = smallest.epochs = smallest.threads = 1;
  smallest.batch = smallest.micro_batch = 1;
  smallest.job = 0;
  smallest.seed = 0;
  Configuration largest;
  largest.batch = 4294967296;
  largest.seed = 18446744073709551615u;

  CHECK_NOTHROW(check(smallest));
  CHECK_NOTHROW(check(largest));
}

TEST_CASE("check: zero is refused for every number but job and seed, by the option's name") {
  auto const with_zero = [](auto member) {
    Configuration configuration;
    configuration.*member = 0;
    return configuration;
  };

  CHECK_THROWS_WITH_AS(check(with_zero(&Configuration::jobs)), "--jobs 0: must be at least 1",
                       UsageError);
  CHECK_THROWS_WITH_AS(check(with_zero(&Configuration::degree)), "--degree 0: must be at least 1",
                       UsageError);
  CHECK_THROWS_WITH_AS(check(with_zero(&Configuration::epochs)), "--epochs 0: must be at least 1",
                       UsageError);
  CHECK_THROWS_WITH_AS(check(with_zero(&Configuration::batch)), "--batch 0: must be at least 1",
                       UsageError);
  CHECK_THROWS_WITH_AS(check(with_zero(&Configuration::micro_batch)),
                       "--micro-batch 0: must be at least 1", UsageError);
  CHECK_THROWS_WITH_AS(check(with_zero(&Configuration::threads)), "--threads 0: must be at least 1",
                       UsageError);
}

TEST_CASE("check: no steps between checkpoints means none, fewer are refused") {
  Configuration none;
  none.checkpoint_steps = 0;
  Configuration negative;
  negative.checkpoint_steps = -1;

  CHECK_NOTHROW(check(none));
  CHECK_THROWS_WITH_AS(check(negative), "--checkpoint-steps -1: must be at least 0", UsageError);
}

TEST_CASE("check: the padding of crops is at least 0, and nothing is padded that is not cropped") {
  Configuration cropped;
  cropped.augmentation = Augmentation::crop_and_mirror;
  CHECK_NOTHROW(check(cropped));
  cropped.crop_padding = 0;
  CHECK_NOTHROW(check(cropped));
  cropped.crop_padding = -1;
  Configuration plain;
  plain.crop_padding = 2;

  CHECK_THROWS_WITH_AS(check(cropped), "--crop-padding -1: must be at least 0", UsageError);
  CHECK_THROWS_WITH_AS(check(plain), "--crop-padding 2: needs --augmentation crop-and-mirror",
                       UsageError);
}

TEST_CASE("check: a batch larger than a Sample can number is refused") {
  Configuration configuration;
  configuration.batch = 4294967297;

  CHECK_THROWS_WITH_AS(check(configuration), "--batch 4294967297: must be at most 4294967296",
                       UsageError);
}

TEST_CASE("check: a member needs the ensemble's size and must be below it") {
  Configuration alone;
  alone.job = 2;
  Configuration last = alone;
  last.jobs = 3;
  Configuration behind = alone;
  behind.jobs = 2;
  Configuration negative = last;
  negative.job = -1;

  CHECK_THROWS_WITH_AS(
      check(alone), "--job 2: needs --jobs M, the size of the ensemble that this member belongs to",
      UsageError);
  CHECK_NOTHROW(check(last));
  CHECK_THROWS_WITH_AS(
      check(behind),
      "--job 2: must be at most 1, members are numbered from 0 to M - 1 and --jobs is 2",
      UsageError);
  CHECK_THROWS_WITH_AS(check(negative), "--job -1: must be at least 0", UsageError);
}

TEST_CASE("check: results need a folder") {
  Configuration configuration;
  configuration.output = "";

  CHECK_THROWS_AS(check(configuration), UsageError);
}
