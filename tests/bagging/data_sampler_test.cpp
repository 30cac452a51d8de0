// SPDX-License-Identifier: Apache-2.0
#include <ai500/bagging/data_sampler.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include <ai500/samplers/every_sample.hpp>
#include <ai500/samplers/multinomial_bootstrap.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/samplers/without_replacement.hpp>

namespace ai500::testing {
namespace {

/// Of five samples: 3 twice, then 1.
struct ThreeDraws {
  static constexpr std::string_view name = "three draws";
  constexpr Count elements(Count) const { return 2; }
  constexpr Draw draw(Seed, Job, Count element, Count) const {
    return element == 0 ? Draw{3, 2} : Draw{1, 1};
  }
};

}  // namespace

TEST_CASE("draw_bootstrap: list, out-of-bag and distinct samples of a draw made by hand") {
  Bootstrap const bootstrap = draw_bootstrap(ThreeDraws{}, 1, 0, 5);

  CHECK(bootstrap.samples == std::vector<Sample>{3, 3, 1});
  CHECK(bootstrap.out_of_bag == std::vector<Sample>{0, 2, 4});
  CHECK(bootstrap.distinct == 2);
}

TEST_CASE_TEMPLATE("draw_bootstrap: each sample is in the list or out of the bag", Sampler,
                   samplers::PoissonBootstrap, samplers::MultinomialBootstrap,
                   samplers::WithoutReplacement, samplers::EverySample) {
  Count const n = 1000;
  for (Job job : {Job{0}, Job{3}}) {
    Bootstrap const bootstrap = draw_bootstrap(Sampler{}, 5, job, n);
    std::set<Sample> const drawn(bootstrap.samples.begin(), bootstrap.samples.end());
    std::set<Sample> all(drawn);
    all.insert(bootstrap.out_of_bag.begin(), bootstrap.out_of_bag.end());

    CHECK(bootstrap.samples == draw_samples(Sampler{}, 5, job, n));
    CHECK(bootstrap.distinct == static_cast<Count>(drawn.size()));
    CHECK(bootstrap.distinct + static_cast<Count>(bootstrap.out_of_bag.size()) == n);
    CHECK(all.size() == static_cast<std::size_t>(n));
    CHECK(*all.rbegin() == n - 1);
    CHECK(std::is_sorted(bootstrap.out_of_bag.begin(), bootstrap.out_of_bag.end()));
  }
}

TEST_CASE("draw_bootstrap: about 1/e of the samples are out of a bootstrap's bag") {
  // N e^-1 = 3679 with standard deviation sqrt(N e^-1 (1 - e^-1)) = 48 for a Poisson bootstrap and
  // less for a multinomial one: within five of them.
  Count const n = 10'000;
  for (Job job : {Job{0}, Job{1}}) {
    auto const poisson = draw_bootstrap(samplers::PoissonBootstrap{}, 2, job, n);
    auto const multinomial = draw_bootstrap(samplers::MultinomialBootstrap{}, 2, job, n);
    CHECK(std::abs(static_cast<Count>(poisson.out_of_bag.size()) - 3679) < 240);
    CHECK(std::abs(static_cast<Count>(multinomial.out_of_bag.size()) - 3679) < 240);
  }
}

TEST_CASE("draw_bootstrap: without sampling nothing is out of the bag, half of it with half") {
  CHECK(draw_bootstrap(samplers::EverySample{}, 1, 0, 100).out_of_bag.empty());
  CHECK(draw_bootstrap(samplers::EverySample{}, 1, 0, 100).distinct == 100);
  CHECK(draw_bootstrap(samplers::WithoutReplacement{}, 1, 0, 100).out_of_bag.size() == 50);
}

TEST_CASE("draw_bootstrap: each job and each seed has its own") {
  auto const samples = [](Seed seed, Job job) {
    return draw_bootstrap(samplers::PoissonBootstrap{}, seed, job, 100).samples;
  };

  CHECK(samples(1, 0) == samples(1, 0));
  CHECK(samples(1, 0) != samples(1, 1));
  CHECK(samples(1, 0) != samples(2, 0));
}

}  // namespace ai500::testing
