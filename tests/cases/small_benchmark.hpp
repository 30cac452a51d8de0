// SPDX-License-Identifier: Apache-2.0
/// @file A benchmark that trains in seconds and needs no files: what cases end over and over.
#pragma once

#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>

#include "../training/small_model.hpp"

namespace ai500::testing {

template <class Collective>
using SmallBenchmark =
    Ensemble<workloads::ImageClassification<TinyResNet, SmallImages, kernels::Reference>,
             samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32,
             parallel_modes::Data, Collective>;

}  // namespace ai500::testing
