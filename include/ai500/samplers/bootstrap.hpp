// SPDX-License-Identifier: Apache-2.0
/// @file The list of samples that a sampler gives a base model, and what the list leaves out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/samplers/policy.hpp>
#include <ai500/samplers/require_size.hpp>

namespace ai500 {

/// The elements [begin, end) of a sampler.
struct ElementRange {
  Count begin = 0;
  Count end = 0;
};

/// The samples that some of the elements yield, in the order of the elements, each as often as it
/// was drawn. The lists of ranges that follow each other, one behind the other, are the whole list:
/// any rank computes any part.
/// @param n the samples of the data set
/// @throws UsageError unless n is 1 to 2^32 - 1 and 0 <= begin <= end <= sampler.elements(n)
template <SamplerPolicy Sampler>
std::vector<Sample> draw_samples(Sampler const& sampler, Seed seed, Job job, Count n,
                                 ElementRange range) {
  samplers::require_size("draw_samples", n);
  const Count elements = sampler.elements(n);
  if (range.begin < 0 || range.begin > range.end || range.end > elements)
    throw UsageError("draw_samples: elements " + std::to_string(range.begin) + " to " +
                     std::to_string(range.end) + " are not a part of 0 to " +
                     std::to_string(elements));
  std::vector<Sample> samples;
  // A sampler takes one sample an element on average; a few more, so that a Poisson bootstrap's
  // surplus does not double the memory.
  samples.reserve(static_cast<std::size_t>((range.end - range.begin) / 32 * 33 + 32));
  for (Count element = range.begin; element < range.end; ++element) {
    const Draw draw = sampler.draw(seed, job, element, n);
    for (std::uint32_t time = 0; time < draw.times; ++time) samples.push_back(draw.sample);
  }
  return samples;
}

/// A job's whole bootstrap: 4 bytes a draw, its length is N_m.
/// @param n the samples of the data set
/// @throws UsageError unless n is 1 to 2^32 - 1
template <SamplerPolicy Sampler>
std::vector<Sample> draw_samples(Sampler const& sampler, Seed seed, Job job, Count n) {
  samplers::require_size("draw_samples", n);
  return draw_samples(sampler, seed, job, n, {.begin = 0, .end = sampler.elements(n)});
}

/// One bit a sample of the data set: true if it was never drawn. A base model may be tested on
/// these, about 1/e = 0.368 of a bootstrap's data set, as it never saw them.
/// @throws UsageError unless n is 1 to 2^32 - 1 and all samples are below n
inline std::vector<bool> out_of_bag(std::span<Sample const> samples, Count n) {
  samplers::require_size("out_of_bag", n);
  std::vector<bool> never_drawn(static_cast<std::size_t>(n), true);
  for (const Sample sample : samples) {
    if (sample >= never_drawn.size())
      throw UsageError("out_of_bag: sample " + std::to_string(sample) + " is not one of " +
                       std::to_string(n));
    never_drawn[sample] = false;
  }
  return never_drawn;
}

/// How many different samples a list has.
/// @throws UsageError unless n is 1 to 2^32 - 1 and all samples are below n
inline Count distinct_samples(std::span<Sample const> samples, Count n) {
  const std::vector<bool> never_drawn = out_of_bag(samples, n);
  return static_cast<Count>(std::count(never_drawn.begin(), never_drawn.end(), false));
}

}  // namespace ai500
