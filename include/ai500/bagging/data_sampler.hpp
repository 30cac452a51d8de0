// SPDX-License-Identifier: Apache-2.0
/// @file DATA SAMPLER (section 3.3, step 3): the samples that one job trains on, and those it never
/// sees.
#pragma once

#include <vector>

#include <ai500/samplers/bootstrap.hpp>
#include <ai500/samplers/policy.hpp>

namespace ai500 {

/// The bootstrap of one job. Every rank of the job draws it for itself: it is a pure function of
/// seed and job.
struct Bootstrap {
  std::vector<Sample> samples;     ///< N_m draws, some samples several times
  std::vector<Sample> out_of_bag;  ///< the samples that were never drawn, in order
  Count distinct = 0;              ///< samples that were drawn at least once
};

/// Draws job's bootstrap of a training set of n samples.
template <SamplerPolicy Sampler>
Bootstrap draw_bootstrap(Sampler const& sampler, Seed seed, Job job, Count n) {
  Bootstrap bootstrap;
  bootstrap.samples = draw_samples(sampler, seed, job, n);
  std::vector<bool> const unseen = out_of_bag(bootstrap.samples, n);
  for (std::size_t i = 0; i < unseen.size(); ++i)
    if (unseen[i]) bootstrap.out_of_bag.push_back(static_cast<Sample>(i));
  bootstrap.distinct = n - static_cast<Count>(bootstrap.out_of_bag.size());
  return bootstrap;
}

}  // namespace ai500
