// SPDX-License-Identifier: Apache-2.0
// The same benchmark in every shape M x P_degree that a number of ranks allows (Eq. 5):
//   mpirun -n 4 sweep --quick         1 x 4, 2 x 2 and 4 x 1; a row each, also in OUTPUT/sweep.csv
#include <cstdio>

#include <ai500/collectives/mpi.hpp>
#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/reports/csv.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

using Benchmark = Ensemble<
    workloads::ImageClassification<models::SmallResNet, datasets::FashionMnist, kernels::OneDnn>,
    samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32, parallel_modes::Data,
    collectives::Mpi>;

void sweep(Benchmark const& benchmark, Configuration asked, Benchmark::World& world) {
  agree(world, [&] {
    if (asked.jobs || asked.degree || asked.job)
      throw UsageError("sweep: chooses --jobs and --degree itself");
  });
  std::string const output = asked.output;
  if (world.rank() == 0)
    std::printf("%4s %9s %10s %17s %10s %9s %8s\n", "M", "P_degree", "images/s",
                "images/s a member", "training s", "quality", "GVFLOPS");
  for (EnsembleShape const shape : valid_shapes(world.size())) {
    asked.jobs = shape.ensemble_size;
    asked.degree = shape.parallelism_degree;
    asked.output = output + "/" + std::to_string(shape.ensemble_size) + "x" +
                   std::to_string(shape.parallelism_degree);
    std::optional<Report> const report = benchmark.run(asked, world);  // on rank 0 only
    agree(world, [&] {
      if (!report) return;
      std::printf("%4d %9d %10.1f %17.1f %10.3f %9.4f %8.2f\n", report->ensemble_size,
                  report->parallelism_degree, report->samples_per_second,
                  report->samples_per_second_per_member, report->training_seconds,
                  report->quality.achieved, report->valid_flops / 1e9);
      append_to_csv(output + "/sweep.csv", *report);
    });
  }
}

int main(int argc, char** argv) { return run(argc, argv, Benchmark{}, sweep); }
