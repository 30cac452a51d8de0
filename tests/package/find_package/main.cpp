// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/self.hpp>
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/workloads/image_classification.hpp>
using namespace ai500;

using Images = datasets::SyntheticImages<3, 16, 16, 10>;
using Benchmark =
    Ensemble<workloads::ImageClassification<models::SmallResNet, Images, kernels::OneDnn>,
             samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32,
             parallel_modes::Data, collectives::Self>;

int main(int argc, char** argv) { return run<Benchmark>(argc, argv); }
