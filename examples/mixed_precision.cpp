// SPDX-License-Identifier: Apache-2.0
// The main job (image_classification.cpp) with another precision and nothing else: activations and
// their gradients in bfloat16, parameters in FP32. It takes less memory everywhere, and is faster
// on a processor with AVX512_BF16 or AMX.
//   mpirun -n 2 mixed_precision --jobs 2
#include <ai500/collectives/mpi.hpp>
#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/bf16_mixed.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

using Benchmark = Ensemble<
    workloads::ImageClassification<models::SmallResNet, datasets::FashionMnist, kernels::OneDnn>,
    samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Bf16Mixed, parallel_modes::Data,
    collectives::Mpi>;

int main(int argc, char** argv) { return run<Benchmark>(argc, argv); }
