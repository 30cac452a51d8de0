// SPDX-License-Identifier: Apache-2.0
/// @file Inference: a convolution that has taken in the normalization behind it, by oneDNN or by
/// our own Winograd convolution.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/onednn/widened.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

struct PreparedEvaluation {
  struct State;
  std::shared_ptr<State> state;

  void run(Arguments arguments);
  void forget_weights();
};

/// y = max(x * (factor weight) + (shift - factor mean) + addend, 0) with factor = scale /
/// sqrt(variance + epsilon), as far as the ending asks for it. Weights are folded in FP32, brought
/// into the order in which they are used and kept so until `forget_weights`: they are the same for
/// all batches of an evaluation. Instantiated in folded_convolution.ipp for both algorithms;
/// Winograd's is our own (kernels/blocked/winograd.ipp).
///
/// Unlike our other relus, these take what is not a number for 0. A model whose parameters are
/// not numbers still shows it: its last layer has no relu.
template <Algorithms algorithms>
struct ConvolutionEvaluationKernel {
  static constexpr std::string_view name =
      algorithms == Algorithms::direct ? "onednn" : "onednn winograd";
  using operation = steps::ConvolutionEvaluation;
  using Prepared = PreparedEvaluation;

  /// Those that the direct algorithm likes best
  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types types);
  /// y over the addend, to which the kernel adds; apart from it, the addend is copied first.
  static std::vector<InPlace> in_place(operation const& what);
  /// oneDNN's implementation, by its name, and our own ways, as a convolution forward has them
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types types);
  /// @throws Error naming the step and what does not fit, or why there is no kernel
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types);
};

using ConvolutionEvaluation = Widened<ConvolutionEvaluationKernel<Algorithms::direct>>;
static_assert(KernelPolicy<ConvolutionEvaluation, devices::Host> &&
              ChoosesLayouts<ConvolutionEvaluation, devices::Host> &&
              WritesInPlace<ConvolutionEvaluation> && KeepsWeights<ConvolutionEvaluation> &&
              OffersWays<ConvolutionEvaluation, devices::Host>);

}  // namespace ai500::kernels::onednn
