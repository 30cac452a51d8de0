// SPDX-License-Identifier: Apache-2.0
// Types are swept like values: each of these samplers with each of these ways to vote, a row each.
//   policy_sweep --jobs 3 --epochs 5        M = 3 base models, one after the other; no MPI
#include <cstdio>

#include <ai500/aggregation/majority_vote.hpp>
#include <ai500/collectives/self.hpp>
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/every_sample.hpp>
#include <ai500/samplers/multinomial_bootstrap.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/samplers/without_replacement.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

using Images = datasets::SyntheticImages<1, 16, 16, 10>;
using Benchmark =
    Ensemble<workloads::ImageClassification<models::SmallResNet, Images, kernels::OneDnn>,
             samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32,
             parallel_modes::Data, collectives::Self>;

constexpr Benchmark::WorkloadType short_training{.recipe = {.epochs = 3, .batch = 64}};

using Samplers = TypeList<samplers::PoissonBootstrap, samplers::MultinomialBootstrap,
                          samplers::WithoutReplacement, samplers::EverySample>;
using Aggregations = TypeList<aggregation::SoftVote, aggregation::MajorityVote>;

/// The vote over members that are already trained.
template <class B>
void print_vote(Configuration const& asked) {
  Report const report =
      B{}.aggregate(asked.output, B::Dataset::load(B::data_folder(asked)), asked.jobs);
  std::printf("%-28s %-16s %9.4f %9.4f\n", report.policies.sampler.c_str(),
              report.policies.aggregation.c_str(), report.mean_member_quality,
              report.quality.achieved);
}

template <class B, class... A>
void train_and_vote(Configuration asked, Benchmark::World& world, TypeList<A...>) {
  asked.output += "/" + described(B{}.sampler);
  for (int job = 0; job < *asked.jobs; ++job) {
    asked.job = job;
    B{.workload = short_training}.run(asked, world);
  }
  (print_vote<typename B::template with_aggregation<A>>(asked), ...);
}

template <class... S>
void sweep(Configuration const& asked, Benchmark::World& world, TypeList<S...>) {
  (train_and_vote<Benchmark::with_sampler<S>>(asked, world, Aggregations{}), ...);
}

int main(int argc, char** argv) {
  return run(argc, argv, Benchmark{.workload = short_training},
             [](auto const&, Configuration asked, auto& world) {
               asked.jobs = asked.jobs.value_or(3);
               std::printf("%-28s %-16s %9s %9s\n", "sampler", "aggregation", "member", "ensemble");
               sweep(asked, world, Samplers{});
             });
}
