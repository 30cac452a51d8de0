// SPDX-License-Identifier: Apache-2.0
// Each functor that is said to have device code is in ai500::cuda: this links, with or without a
// GPU.
#include <doctest/doctest.h>

#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/functors/images.hpp>
#include <ai500/kernels/functors/pooling.hpp>
#include <ai500/kernels/functors/quantisation.hpp>
#include <ai500/kernels/functors/softmax.hpp>
#include <ai500/kernels/plain_cuda.hpp>
#include <ai500/optimizers/loss_scaling.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>

#include "doubled.hpp"

using namespace ai500;
using namespace ai500::kernels;

static_assert(OptimizerPolicy<optimizers::SgdMomentum, devices::Cuda, float>);
static_assert(OptimizerPolicy<optimizers::SgdMomentum, devices::Cuda, double>);

namespace {

int linked = 0;

/// No element: nothing is launched, but the code must be there.
template <class... Functor>
void link() {
  (cuda::launch(nullptr, 0, Functor{}), ...);
  linked += static_cast<int>(sizeof...(Functor));
}

template <class... Functor>
void link_blocks() {
  (cuda::launch_blocks(nullptr, 0, Functor{}), ...);
  linked += static_cast<int>(sizeof...(Functor));
}

template <class T, int lanes>
void link_tiles_of() {
  link_blocks<functors::ChannelMoments<T, lanes>, functors::NormalizedTile<T, lanes>,
              functors::NormalizationGradientSums<T, lanes>,
              functors::NormalizationGradientTile<T, lanes>>();
}

template <class T>
void link_kernels_of() {
  constexpr int lanes = functors::vector_lanes<T>;
  link_tiles_of<T, 1>();
  link_tiles_of<T, lanes>();
  link<functors::ReluOfPacks<T, lanes>, functors::ReluGradientOfPacks<T, lanes>,
       functors::SumOfPacks<T, lanes>, functors::MaxPoolingOfPacks<T, lanes>,
       functors::MaxPoolingGradientOfPacks<T, lanes>, functors::AveragePoolingOfPacks<T, lanes>,
       functors::AveragePoolingGradientOfPacks<T, lanes>, functors::StoredWeights<T>,
       functors::PlainWeights<T>, functors::PlainFilters<T>, functors::BiasGradient<T>>();
  link_blocks<functors::SoftmaxRow<T>, functors::SoftmaxCrossEntropyRow<T>,
              functors::Product<functors::ConvolutionFactors<T>>,
              functors::Product<functors::ConvolutionDataGradientFactors<T>>,
              functors::Product<functors::ConvolutionFilterGradientFactors<T>>,
              functors::Product<functors::FullyConnectedFactors<T>>,
              functors::Product<functors::FullyConnectedDataGradientFactors<T>>,
              functors::Product<functors::FullyConnectedWeightGradientFactors<T>>>();
}

template <class T>
void link_functors_of() {
  link<functors::Fill<T>, functors::Scale<T>, functors::Relu<T>, functors::ReluGradient<T>,
       functors::Sum<T>, functors::MaxPooling<T>, functors::MaxPoolingGradient<T>,
       functors::AveragePooling<T>, functors::AveragePoolingGradient<T>, functors::LookedUpCrops<T>,
       functors::LookedUpPixels<T>, functors::Copy<T>, functors::Softmax<T, float>,
       functors::SoftmaxCrossEntropy<T, float>>();
}

}  // namespace

TEST_CASE("ai500::cuda: has the device code of every functor that is said to have some") {
  link_functors_of<float>();
  link_functors_of<half>();
  link_functors_of<bfloat16>();
  link<functors::Cast<float, half>, functors::Cast<half, float>, functors::Cast<float, bfloat16>,
       functors::Cast<bfloat16, float>, functors::Cast<half, bfloat16>,
       functors::Cast<bfloat16, half>, functors::UpdatedRunningStatistics<float>,
       functors::TotalOf<float, float>, functors::Copy<std::int32_t>,
       optimizers::SgdMomentumUpdate<float, LateTerms<float>>,
       optimizers::SgdMomentumUpdate<double, LateTerms<double>>, optimizers::FindOverflow<float>,
       optimizers::AdjustLossScale<float>>();
  CHECK(linked == 55);
}

TEST_CASE("ai500::cuda: has the device code of every kernel of kernels::PlainCuda") {
  linked = 0;
  link_kernels_of<float>();
  link_kernels_of<half>();
  link_kernels_of<bfloat16>();
  link<functors::SummedParts, functors::Dequantised, functors::DequantisedSum>();
  link_blocks<functors::FinishedMoments, functors::FinishedGradientSums, functors::BlockTotal,
              functors::Transposed<std::uint16_t>, functors::Transposed<std::uint32_t>,
              functors::Quantised>();
  CHECK(linked == 3 * 27 + 9);
}

TEST_CASE(
    "kernels::PlainCuda: its entries are in ai500::cuda, for every step but those of others") {
  KernelTable table;  // no device is asked
  table.entries = detail::entries<kernels::PlainCuda>(KernelSteps{});

  auto const is_others = [](StepOperation const& what) {
    return std::holds_alternative<steps::ConvolutionEvaluation>(what) ||
           std::holds_alternative<steps::ConvolutionForward>(what) ||
           std::holds_alternative<steps::ConvolutionFilterBackward>(what) ||
           std::holds_alternative<steps::ConvolutionDataBackward>(what);
  };
  [&]<class... Operation>(TypeList<Operation...>) {
    (
        [&] {
          INFO(Operation::name);
          CHECK((table.find(Operation{})->prepare != nullptr) == !is_others(Operation{}));
        }(),
        ...);
  }(KernelSteps{});
  CHECK(table.find(steps::NormalizationForward{})->keeps_relu_bits);
  CHECK_FALSE(table.find(steps::Relu{})->keeps_relu_bits);
}

TEST_CASE("ai500_add_device_code: a user's own functor is compiled into his target") {
  link<testing::Doubled>();
  CHECK(cuda::CompiledForDevice<testing::Doubled>);
}
