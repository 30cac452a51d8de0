// SPDX-License-Identifier: Apache-2.0
// The main job on NVIDIA GPUs, one a rank: that of image_classification with other kernels, another
// precision and another collective. Ranks are threads, as many as there are GPUs; with
// collectives::Nccl<collectives::Mpi> they are processes, on any number of nodes. Without a GPU
// `plan` and `flops` answer, training says that there is none.
//   image_classification_gpu --jobs 2
#include <ai500/collectives/nccl.hpp>
#include <ai500/collectives/threads.hpp>
#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/kernels/cudnn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/mixed.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

using Benchmark = Ensemble<
    workloads::ImageClassification<models::SmallResNet, datasets::FashionMnist, kernels::CuDnn>,
    samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Mixed, parallel_modes::Data,
    collectives::Nccl<collectives::Threads>>;

int main(int argc, char** argv) { return run<Benchmark>(argc, argv); }
