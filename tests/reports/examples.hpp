// SPDX-License-Identifier: Apache-2.0
/// @file What the tests of the reports share: a report and a member with a value in every field.
#pragma once

#include <ai500/reports/report.hpp>

#include "../storage/output_folder.hpp"

namespace ai500::test {

/// A member with a different value in every field.
inline MemberRecord example_member() {
  return {.job = 1,
          .samples = 60123,
          .distinct_samples = 37945,
          .samples_processed = 179904,
          .epochs = 3,
          .final_loss = 0.2501,
          .quality = 0.9101,
          .out_of_bag_quality = 0.9052,
          .seconds = 16.0,
          .preparation_seconds = 1.25,
          .evaluation_seconds = 0.75,
          .checkpoint_seconds = 0.375,
          .resumed = 2,
          .started_unix = 1700000000.5,
          .finished_unix = 1700000016.5,
          .run = "n1:4711:1700000000",
          .settings = "model=ResNet-8 batch=128",
          .stopped = "",
          .out_of_bag_samples = 10000,
          .ensemble_size = 2,
          .parallelism_degree = 2,
          .batch = 128,
          .micro_batch = 64,
          .augmentation = "crop and mirror (padding 4)",
          .seed = 18446744073709551615u,
          .quick = true,
          .threads = 4,
          .host = "n1",
          .devices = "2 x simulated GPU, compute capability 9.0",
          .reductions = {.transport = "shared memory",
                         .buckets = 21,
                         .wire_bytes_per_step = 102440612,
                         .hidden_seconds = 1.75,
                         .exposed_seconds = 0.5}};
}

/// A run of the paper's image classification: its top-1 of 0.7568 against the target 0.763 makes
/// the printed penalty (0.7568/0.763)^5 = 0.96003.
inline Report example_report() {
  MemberRecord first = example_member();
  first.job = 0;
  first.quality = 0.75;
  first.out_of_bag_quality = not_measured;
  MemberRecord second = example_member();
  first.resumed = 0;
  second.quality = 0.75125;
  return {.version = "0.1.0",
          .policies = {.workload = "image_classification",
                       .sampler = "poisson_bootstrap",
                       .optimizer = "sgd_momentum",
                       .precision = "fp32",
                       .parallel_mode = "data",
                       .collective = "mpi",
                       .aggregation = "soft_vote"},
          .model = "ResNet-50 v1",
          .dataset = "ImageNet",
          .kernels = "onednn",
          .layout = "nChw16c",
          .instruction_set = "avx512_core",
          .precision = {.compute = "float32", .accumulate = "float64", .message = "bfloat16"},
          .data = {.source = "/data/imagenet",
                   .folder = "/scratch/imagenet",
                   .nodes = 2,
                   .nodes_copied = 1,
                   .bytes = 150000000000,
                   .seconds = 300.5,
                   .repaired = {"/scratch/imagenet/train-7: it is damaged"}},
          .ensemble_size = 2,
          .members_kept = 2,
          .parallelism_degree = 2,
          .scale = 4,
          .batch = 128,
          .micro_batch = 64,
          .augmentation = "crop and mirror (padding 4)",
          .epochs = 3,
          .threads = 4,
          .seed = 18446744073709551615u,
          .quick = false,
          .passed = false,
          .samples_per_second = 22488.0,
          .samples_per_second_per_member = 11244.0,
          .epoch_seconds = 5.5,
          .training_seconds = 16.0,
          .preparation_seconds = 1.25,
          .evaluation_seconds = 0.75,
          .checkpoint_seconds = 0.375,
          .timing = "slowest rank after a common start",
          .reductions = {.transport = "shared memory",
                         .buckets = 21,
                         .wire_bytes_per_step = 102440612,
                         .hidden_seconds = 1.75,
                         .exposed_seconds = 0.5},
          .flops = 516.875e12,
          .valid_flops = 496.216e12,
          .flop_rules = "TableThree",
          .training_flops_per_sample = 22983942144,
          .quality = {.metric = "top-1 accuracy",
                      .achieved = 0.7568,
                      .target = 0.763,
                      .exponent = 5,
                      .penalty_coefficient = 0.96003},
          .mean_member_quality = 0.750625,
          .members = {first, second},
          .environment = {.host = "n1",
                          .cpu = "AMD EPYC 9B45",
                          .cores = 64,
                          .host_cores = 128,
                          .compiler = "g++ 12.2.0",
                          .libraries = {{"oneDNN", "2.6.3"}, {"Open MPI", "4.1.4"}},
                          .git_revision = "0123abc",
                          .operating_system = "Debian GNU/Linux 12"}};
}

}  // namespace ai500::test
