// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <ai500/reports/table.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::example_member;
using ai500::test::example_report;
using ai500::test::has;

namespace {

/// The lines that are longer than a page is wide.
std::string too_long_lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    std::string_view const line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    if (line.size() > 80) lines += std::string(line) + '\n';
  }
  return lines;
}

}  // namespace

TEST_CASE("describe: names every policy and its numbers' types") {
  std::string const text = describe(example_report());

  CHECK(has(text, {"workload          image_classification\n"}));
  CHECK(has(text, {"model             ResNet-50 v1\n"}));
  CHECK(has(text, {"data set          ImageNet\n"}));
  CHECK(has(text, {"kernels           onednn\n"}));
  CHECK(has(text, {"layout            nChw16c\n"}));
  CHECK(has(text, {"instruction set   avx512_core\n"}));
  CHECK(has(text, {"sampler           poisson_bootstrap\n"}));
  CHECK(has(text, {"optimizer         sgd_momentum\n"}));
  CHECK(has(text,
            {"precision         fp32: computes float32, accumulates float64, sends bfloat16\n"}));
  CHECK(has(text, {"parallel mode     data\n"}));
  CHECK(has(text, {"collective        mpi\n"}));
  CHECK(has(text, {"aggregation       soft_vote\n"}));
}

TEST_CASE("describe: says where it ran") {
  std::string const text = describe(example_report());

  CHECK(has(text, {"host              n1\n", "CPU               AMD EPYC 9B45\n",
                   "accelerators      2 x simulated GPU, compute capability 9.0, a base model\n"}));
  CHECK(has(text, {"cores             64 of the host's 128\n", "compiler          g++ 12.2.0\n"}));
  CHECK(has(text, {"libraries         oneDNN 2.6.3\n                  Open MPI 4.1.4\n"}));
  CHECK(has(text, {"git revision      0123abc\n"}));
}

TEST_CASE("describe: gives the ensemble's shape") {
  std::string const text = describe(example_report());

  CHECK(has(text, {"M                 2 base models; M' = 2 of 2 kept\n"}));
  CHECK(has(text, {"P_degree          2 ranks a base model\n"}));
  CHECK(has(text, {"Sys_scale         4 ranks\n"}));
  CHECK(has(text, {"batch             128 samples a step of one base model\n"}));
  CHECK(has(text, {"micro-batch       64 samples a normalization\n"}));
  CHECK(has(text, {"augmentation      crop and mirror (padding 4)\n"}));
  CHECK(has(text, {"epochs            3\n", "threads           4 a rank\n"}));
  CHECK(has(text, {"seed              18446744073709551615\n"}));
}

TEST_CASE("describe: gives each member a line") {
  std::string const text = describe(example_report());

  // 179904 samples in 16 s are 11244 a second.
  CHECK(
      has(text,
          {"  job   samples  distinct   processed    seconds  samples/s  accuracy out-of-bag\n"
           "    0     60123     37945      179904     16.000    11244.0    0.7500          -\n"
           "    1     60123     37945      179904     16.000    11244.0    0.7512     0.9052\n"}));
}

TEST_CASE("describe: gives times, rates, quality and FLOPS") {
  std::string const text = describe(example_report());

  CHECK(has(text, {"training          16.000 s, slowest rank after a common start\n"}));
  CHECK(has(text, {"an epoch          5.500 s\n"}));
  CHECK(has(text, {"preparation       1.250 s, not in training\n"}));
  CHECK(has(text, {"evaluation        0.750 s, not in training\n"}));
  CHECK(has(text, {"checkpoints       0.375 s, not in training\n"}));
  CHECK(has(text, {"rate              11244.0 samples/s a base model\n"
                   "                  22488.0 samples/s the whole system\n"}));
  CHECK(has(text, {"metric            top-1 accuracy\n", "mean of members   0.7506\n"}));
  CHECK(has(text, {"ensemble          0.7568\n", "target            0.7630\n"}));
  CHECK(has(text, {"FLOP rules        TableThree: 22,983,942,144 a training sample\n"}));
  CHECK(has(text, {"FLOPS             516.9 TFLOPS\n", "VFLOPS            496.2 TFLOPS\n"}));
  CHECK(has(text, {"penalty           (0.7568/0.7630)^5 = 0.9600\n"}));
}

TEST_CASE("describe: says how a base model's ranks reduce, what they give and what it costs") {
  Report report = example_report();

  CHECK(has(describe(report),
            {"reductions        shared memory\n"
             "                  102,440,612 bytes a rank and step, in 21 buckets\n"
             "                  exposed 0.500 s, hidden under kernels 1.750 s; in training,\n"
             "                  mean of the ranks\n"}));
  report.parallelism_degree = 1;
  CHECK(has(describe(report), {"reductions        none: one rank a base model\n"}));
  report.parallelism_degree = 2;
  report.reductions = {};
  CHECK(has(describe(report), {"reductions        -\npreparation"}));
}

TEST_CASE("describe: the verdict is what the report says") {
  Report report = example_report();

  std::string const failed = describe(report);
  report.passed = true;
  std::string const passed = describe(report);

  CHECK(has(failed, {"\nFAILED\n"}));
  CHECK_FALSE(has(failed, {"PASSED"}));
  CHECK(has(passed, {"\nPASSED\n"}));
  CHECK_FALSE(has(passed, {"FAILED"}));
  CHECK_FALSE(has(passed, {"NOT A RESULT"}));
}

TEST_CASE("describe: a quick run has no verdict, whatever the report says") {
  for (bool const passed : {false, true}) {
    Report report = example_report();
    report.quick = true;
    report.passed = passed;

    std::string const text = describe(report);

    CHECK(has(text, {"NOT A RESULT"}));
    CHECK_FALSE(has(text, {"PASSED"}));
    CHECK_FALSE(has(text, {"FAILED"}));
  }
}

TEST_CASE("describe: names the members that stopped, and why") {
  Report report = example_report();
  report.members_kept = 1;
  report.members[1].stopped = "loss is not finite at epoch 1, step 17";
  report.members[1].quality = not_measured;

  std::string const text = describe(report);

  CHECK(has(text, {"2 base models; M' = 1 of 2 kept\n"}));
  CHECK(has(text, {"stopped           job 1: loss is not finite at epoch 1, step 17\n"}));
}

TEST_CASE("describe: names the members that were resumed") {
  std::string const text = describe(example_report());

  CHECK(has(text, {"resumed           job 1: 2 times from a checkpoint\n"}));
  CHECK_FALSE(has(text, {"job 0: "}));
}

TEST_CASE("describe: says where the data were read and what was done for it") {
  Report report = example_report();
  std::string const mixed = describe(report);
  report.data = {.source = "/data", .folder = "/scratch/c", .nodes = 1, .nodes_copied = 1};
  std::string const copied = describe(report);
  report.data.nodes_copied = 0;
  std::string const reused = describe(report);
  report.data = {.source = "/data", .folder = "/data"};
  std::string const in_place = describe(report);
  report.data = {};
  std::string const generated = describe(report);

  CHECK(has(mixed,
            {"data              copied to 1 node, there on 1 node: /scratch/imagenet\n"
             "                  150,000,000,000 bytes, verified in 300.500 s, not in training\n"
             "                  copied again: /scratch/imagenet/train-7: it is damaged\n"}));
  CHECK(has(copied, {"data              copied to 1 node: /scratch/c\n"}));
  CHECK(has(reused, {"data              there on 1 node: /scratch/c\n"}));
  CHECK(has(in_place, {"data              in place: /data\n"}));
  CHECK(has(generated, {"data              generated\n"}));
}

TEST_CASE("describe: what was not measured is a dash, and infinite nothing") {
  Report report = example_report();
  report.quality.achieved = not_measured;
  report.quality.exponent = not_measured;
  report.quality.penalty_coefficient = not_measured;
  report.valid_flops = not_measured;
  report.members[0].seconds = 0;
  report.members[0].samples_processed = 0;

  std::string const text = describe(report);

  CHECK(has(text, {"ensemble          -\n", "penalty           (-/0.7630)^- = -\n"}));
  CHECK(has(text, {"VFLOPS            -\n"}));
  CHECK_FALSE(has(text, {"nan"}));
  CHECK_FALSE(has(text, {"inf"}));
}

TEST_CASE("describe: long texts are wrapped between words, at 80 columns") {
  Report report = example_report();
  std::string words;
  for (int i = 10; i < 60; ++i) words += "word" + std::to_string(i) + (i % 7 == 0 ? "\n" : " ");
  report.timing = words;
  report.members[0].stopped = words;
  report.environment.operating_system = words;

  std::string const text = describe(report);

  CHECK(too_long_lines(text) == "");
  CHECK(has(text, {"\n                  word"}));
  for (int i = 10; i < 60; ++i) CHECK(has(text, {"word" + std::to_string(i)}));
}

TEST_CASE("describe: a word longer than a line is not cut") {
  Report report = example_report();
  report.model = std::string(100, 'x');

  CHECK(has(describe(report), {"model             " + report.model + '\n'}));
}

TEST_CASE("describe: members' columns stay apart where numbers are too wide for them") {
  Report report = example_report();
  report.members[0].samples = 123456789012;
  report.members[0].samples_processed = 1234567890123;

  CHECK(has(describe(report), {"    0 123456789012     37945 1234567890123     16.000"}));
}
