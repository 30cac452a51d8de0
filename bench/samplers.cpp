// SPDX-License-Identifier: Apache-2.0
// How fast the samples of a base model are drawn, and the order of an epoch, for the data sets of
// Fashion-MNIST's and ImageNet's size. One thread.
#include <ai500/samplers/bootstrap.hpp>
#include <ai500/samplers/epoch_order.hpp>
#include <ai500/samplers/every_sample.hpp>
#include <ai500/samplers/multinomial_bootstrap.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/samplers/without_replacement.hpp>

#include "benchmarks.hpp"

using namespace ai500;

namespace {

template <SamplerPolicy Sampler>
void add_sampler(Count n) {
  bench::add("draw_samples/" + std::string(Sampler::name) + "/" + std::to_string(n),
             [n](bench::State& state) {
               Job job = 0;
               double drawn = 0;
               for (auto _ : state) {
                 std::vector<Sample> const samples = draw_samples(Sampler{}, 1, job++, n);
                 drawn += static_cast<double>(samples.size());
                 benchmark::DoNotOptimize(samples.data());
               }
               state.counters["indices"] = {drawn, benchmark::Counter::kIsRate};
             });
}

void add_epoch_order(Count n) {
  bench::add("epoch_order/" + std::to_string(n), [n](bench::State& state) {
    std::uint32_t epoch = 0;
    for (auto _ : state) {
      EpochOrder const order(1, 0, epoch++, n);
      std::uint64_t sum = 0;
      for (Count slot = 0; slot < n; ++slot) sum += order(static_cast<std::uint64_t>(slot));
      benchmark::DoNotOptimize(sum);
    }
    state.counters["indices"] = bench::a_second(static_cast<double>(n));
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, [] {
    for (Count const n : {60'000, 1'281'167}) {
      add_sampler<samplers::PoissonBootstrap>(n);
      add_sampler<samplers::MultinomialBootstrap>(n);
      add_sampler<samplers::WithoutReplacement>(n);
      add_sampler<samplers::EverySample>(n);
      add_epoch_order(n);
    }
  });
}
