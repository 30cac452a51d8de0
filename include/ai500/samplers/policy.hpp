// SPDX-License-Identifier: Apache-2.0
/// @file The contract of a sampler: which samples of the data set a base model is trained on.
#pragma once

#include <concepts>
#include <cstdint>

#include <ai500/core/named.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// What one element yields: one sample, so many times.
struct Draw {
  Sample sample = 0;
  std::uint32_t times = 0;

  friend constexpr bool operator==(Draw const&, Draw const&) = default;
};

template <class S>
concept SaysHowManyElements = requires(S const& sampler, Count n) {
  { sampler.elements(n) } -> std::same_as<Count>;
};
template <class S>
concept DrawsSamples = requires(S const& sampler, Seed seed, Job job, Count element, Count n) {
  { sampler.draw(seed, job, element, n) } -> std::same_as<Draw>;
};

/// Chooses the samples of a base model (section 3.1.1) from a data set of n samples, 1 to 2^32 - 1:
/// the draws of the elements 0 to `elements(n)` - 1, in this order, are its bootstrap.
///
/// Semantics: `draw` is a pure function of (seed, job, element, n), so that any rank computes any
/// part of the bootstrap and nothing is sent; its sample is below n; it allocates nothing. Jobs
/// draw independently of each other. Random numbers come from core/random.hpp, never from std
/// distributions: they differ between standard libraries.
///
/// Models: samplers::PoissonBootstrap, samplers::MultinomialBootstrap, samplers::EverySample,
/// samplers::WithoutReplacement.
///
/// ```cpp
/// struct FirstHalf {  // the same samples for each job: no bagging, only an example
///   static constexpr std::string_view name = "first half";
///   constexpr Count elements(Count n) const { return (n + 1) / 2; }
///   constexpr Draw draw(Seed, Job, Count element, Count) const {
///     return {static_cast<Sample>(element), 1};
///   }
/// };
/// ```
template <class S>
concept SamplerPolicy = Named<S> && SaysHowManyElements<S> && DrawsSamples<S>;

}  // namespace ai500
