// SPDX-License-Identifier: Apache-2.0
// The main job: bagged training of a small residual network on Fashion-MNIST, from one composed
// type.
//   mpirun -n 2 image_classification --jobs 2
#include <ai500/collectives/mpi.hpp>
#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

using Benchmark = Ensemble<
    workloads::ImageClassification<models::SmallResNet, datasets::FashionMnist, kernels::OneDnn>,
    samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32, parallel_modes::Data,
    collectives::Mpi>;

int main(int argc, char** argv) { return run<Benchmark>(argc, argv); }
