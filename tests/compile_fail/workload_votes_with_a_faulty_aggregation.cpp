// SPDX-License-Identifier: Apache-2.0
// expect: AggregatesPredictions
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

using Workload =
    workloads::ImageClassification<models::SmallResNet, datasets::SyntheticImages<1, 8, 8, 2>,
                                   kernels::Reference>;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifdef FAULT
  static Predictions vote(std::span<Predictions const> members) { return members[0]; }
#else
  static Predictions aggregate(std::span<Predictions const> members) { return members[0]; }
#endif
};
Workload::with_aggregation<Mine> workload{};
