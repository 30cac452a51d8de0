// SPDX-License-Identifier: Apache-2.0
/// @file The steps a program is made of. Kernels are written for one step each; what a step reads
/// and writes, in order, with shapes, is said here. n is the micro-batch's items, c channels, h x w
/// height and width; `y` results, `x` inputs, `d...` gradients. Everything is dense, outermost
/// extent first, unless the kernel set states another layout.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include <ai500/core/name_of_held.hpp>
#include <ai500/graph/shape.hpp>

namespace ai500 {

namespace steps {

/// reads x (n, c, h, w), weight (c', c / groups, kh, kw); writes y (n, c', h', w').
struct Convolution {
  static constexpr std::string_view name = "convolution";
  Window window;
  Count groups = 1;
  bool operator==(Convolution const&) const = default;
};

/// reads dy (n, c', h', w'), weight; writes dx (n, c, h, w).
struct ConvolutionDataGradient {
  static constexpr std::string_view name = "convolution data gradient";
  Window window;
  Count groups = 1;
  bool operator==(ConvolutionDataGradient const&) const = default;
};

/// reads x, dy; writes dweight (c', c / groups, kh, kw).
struct ConvolutionFilterGradient {
  static constexpr std::string_view name = "convolution filter gradient";
  Window window;
  Count groups = 1;
  bool operator==(ConvolutionFilterGradient const&) const = default;
};

/// reads x (n, f...), weight (f', f), bias (f'); writes y (n, f'). f is the elements of an item.
struct FullyConnected {
  static constexpr std::string_view name = "fully connected";
  bool operator==(FullyConnected const&) const = default;
};

/// reads dy (n, f'), weight (f', f); writes dx (n, f...).
struct FullyConnectedDataGradient {
  static constexpr std::string_view name = "fully connected data gradient";
  bool operator==(FullyConnectedDataGradient const&) const = default;
};

/// reads x, dy; writes dweight (f', f), dbias (f').
struct FullyConnectedWeightGradient {
  static constexpr std::string_view name = "fully connected weight gradient";
  bool operator==(FullyConnectedWeightGradient const&) const = default;
};

/// reads x (n, c, h, w); writes statistics (2, c): each channel's mean, then its biased variance,
/// over n, h and w.
struct NormalizationStatistics {
  static constexpr std::string_view name = "normalization statistics";
  bool operator==(NormalizationStatistics const&) const = default;
};

/// reads x, statistics, scale (c), shift (c); writes y = (x - mean) / sqrt(variance + epsilon) *
/// scale + shift. In evaluation the statistics are the running ones.
struct NormalizationApply {
  static constexpr std::string_view name = "normalization apply";
  double epsilon = 1e-5;
  bool operator==(NormalizationApply const&) const = default;
};

/// reads dy, x, statistics; writes dscale (c) = sum dy x^, dshift (c) = sum dy, with x^ = (x -
/// mean) / sqrt(variance + epsilon).
struct NormalizationParameterGradient {
  static constexpr std::string_view name = "normalization parameter gradient";
  double epsilon = 1e-5;
  bool operator==(NormalizationParameterGradient const&) const = default;
};

/// reads dy, x, statistics, scale, dscale, dshift; writes dx = scale / sqrt(variance + epsilon) *
/// (dy - dshift / m - x^ dscale / m), m = n h w (Ioffe and Szegedy 2015).
struct NormalizationDataGradient {
  static constexpr std::string_view name = "normalization data gradient";
  double epsilon = 1e-5;
  bool operator==(NormalizationDataGradient const&) const = default;
};

/// What a fused normalization does to its result in the same pass over memory.
enum class NormalizationEnding {
  none,
  relu,      ///< y = max(y, 0)
  add_relu,  ///< y = max(y + addend, 0): the end of a residual block
};

/// How the gradient of a fused `add_relu` knows where the relu was open.
enum class ReluMask {
  result,  ///< it reads y
  bits,    ///< a bit for each element of y, one where y > 0, that the forward step writes besides
};

/// The value of such bits, 32-bit words: element i of y, in its layout, is bit i % 8 of byte i / 8.
constexpr Shape bits_of(Shape const& y) { return {.items = (y.elements() + 31) / 32}; }

/// Statistics, apply and ending in one. Reads x (n, c, h, w), scale (c), shift (c), with `add_relu`
/// addend (n, c, h, w); writes statistics (2, c), y (n, c, h, w), with `bits` these.
struct NormalizationForward {
  static constexpr std::string_view name = "normalization forward";
  double epsilon = 1e-5;
  NormalizationEnding ending = NormalizationEnding::none;
  ReluMask mask = ReluMask::result;
  bool operator==(NormalizationForward const&) const = default;
};

/// Apply and ending in one, with statistics that are given. Reads x, statistics, scale, shift, with
/// `add_relu` addend; writes y, with `bits` these.
struct NormalizationEvaluation {
  static constexpr std::string_view name = "normalization evaluation";
  double epsilon = 1e-5;
  NormalizationEnding ending = NormalizationEnding::none;
  ReluMask mask = ReluMask::result;
  bool operator==(NormalizationEvaluation const&) const = default;
};

/// A convolution and the normalization behind it, with statistics that are given, and the ending,
/// in one: the normalization's factor goes into the weight, the rest of it is a bias. Reads x (n,
/// c, h, w), weight (c', c / groups, kh, kw), statistics (2, c'), scale (c'), shift (c'), with
/// `add_relu` addend (n, c', h', w'); writes y (n, c', h', w').
struct ConvolutionEvaluation {
  static constexpr std::string_view name = "convolution evaluation";
  Window window;
  Count groups = 1;
  double epsilon = 1e-5;
  NormalizationEnding ending = NormalizationEnding::none;
  bool operator==(ConvolutionEvaluation const&) const = default;
};

/// All gradients of a NormalizationForward in one. Reads x, statistics, scale, shift, dy, with two
/// `gradients` another dy (y is used twice: the two are summed), with `add_relu` y or its bits;
/// writes dscale (c), dshift (c), dx, with `add_relu` daddend, the gradient of the addend.
struct NormalizationBackward {
  static constexpr std::string_view name = "normalization backward";
  double epsilon = 1e-5;
  NormalizationEnding ending = NormalizationEnding::none;
  int gradients = 1;
  ReluMask mask = ReluMask::result;
  bool operator==(NormalizationBackward const&) const = default;
};

/// A convolution whose result is normalized: it takes the statistics on the way, and may normalize
/// its own input, so that neither is a pass over memory. Reads x (n, c, h, w), weight, with
/// `normalizes_input` also x's statistics (2, c), scale (c), shift (c); writes y (n, c', h', w')
/// and its statistics (2, c').
///
///     a = normalizes_input ? max(x^ scale + shift, 0) : x, x^ = (x - mean) / sqrt(variance +
///     epsilon) y = a * weight; statistics as NormalizationStatistics of y
struct ConvolutionForward {
  static constexpr std::string_view name = "convolution forward";
  Window window;
  Count groups = 1;
  bool normalizes_input = false;
  double epsilon = 1e-5;  ///< of the input's normalization
  bool operator==(ConvolutionForward const&) const = default;
};

/// The filter gradient of a convolution whose input is a = max(x^ scale + shift, 0), computed again
/// from x. Reads x (n, c, h, w), statistics (2, c), scale (c), shift (c), dy; writes dweight.
struct ConvolutionFilterBackward {
  static constexpr std::string_view name = "convolution filter backward";
  Window window;
  Count groups = 1;
  double epsilon = 1e-5;
  bool operator==(ConvolutionFilterBackward const&) const = default;
};

/// What made the input of a convolution: a normalization and relu, which may end a residual block.
enum class InputOrigin {
  relu,              ///< max(x^ scale + shift, 0)
  identity_block,    ///< max(x^ scale + shift + shortcut, 0)
  projection_block,  ///< max(x^ scale + shift + p^ p_scale + p_shift, 0)
};

/// The data gradient of a convolution, and with it those of the relu and of the normalizations that
/// made the convolution's input (dz is the gradient of what the relu was given, z). Reads dy (n,
/// c', h', w'), weight, x (n, c, h, w), statistics (2, c), scale (c), shift (c); writes dscale (c),
/// dshift (c), dx.
/// - `identity_block` also reads other (n, c, h, w), the gradient of the input's second use, and
///   shortcut; also writes dz, which is the shortcut's gradient.
/// - `projection_block` also reads other, p, p_statistics, p_scale, p_shift; also writes p_dscale,
///   p_dshift, dp.
///
///     dz = z > 0 ? dy *^T weight + other : 0
///     dscale, dshift, dx as NormalizationParameterGradient and ...DataGradient of dz
struct ConvolutionDataBackward {
  static constexpr std::string_view name = "convolution data backward";
  Window window;
  Count groups = 1;
  InputOrigin origin = InputOrigin::relu;
  double epsilon = 1e-5;
  bool operator==(ConvolutionDataBackward const&) const = default;
};

/// reads summed statistics (2, c) of `batches` micro-batches, running (2, c); writes running = (1 -
/// momentum) running + momentum (summed / batches), the variance made unbiased by
/// `variance_correction` = m / (m - 1).
struct UpdateRunningStatistics {
  static constexpr std::string_view name = "update running statistics";
  double momentum = 0.1;
  double batches = 1;
  double variance_correction = 1;
  bool operator==(UpdateRunningStatistics const&) const = default;
};

/// reads x; writes y = max(x, 0).
struct Relu {
  static constexpr std::string_view name = "relu";
  bool operator==(Relu const&) const = default;
};

/// reads dy, y; writes dx = dy where y > 0, else 0.
struct ReluGradient {
  static constexpr std::string_view name = "relu gradient";
  bool operator==(ReluGradient const&) const = default;
};

/// reads a, b; writes a + b.
struct Add {
  static constexpr std::string_view name = "add";
  bool operator==(Add const&) const = default;
};

/// reads two gradients of one value that two operations use; writes their sum.
struct SumGradients {
  static constexpr std::string_view name = "sum gradients";
  bool operator==(SumGradients const&) const = default;
};

/// reads x (n, c, h, w); writes y (n, c, h', w') and selection (n, c, h', w'): which element of
/// each window won. Only the gradient of the same kernel set reads it: its meaning is theirs.
struct MaxPooling {
  static constexpr std::string_view name = "max pooling";
  Window window;
  bool operator==(MaxPooling const&) const = default;
};

/// reads dy, selection; writes dx.
struct MaxPoolingGradient {
  static constexpr std::string_view name = "max pooling gradient";
  Window window;
  bool operator==(MaxPoolingGradient const&) const = default;
};

/// reads x; writes y, the sum over each window divided by the kernel's area (padding counts as
/// zeros).
struct AveragePooling {
  static constexpr std::string_view name = "average pooling";
  Window window;
  bool operator==(AveragePooling const&) const = default;
};

/// reads dy; writes dx.
struct AveragePoolingGradient {
  static constexpr std::string_view name = "average pooling gradient";
  Window window;
  bool operator==(AveragePoolingGradient const&) const = default;
};

/// reads logits (n, classes); writes probabilities (n, classes), in the accumulate type: they vote.
struct Softmax {
  static constexpr std::string_view name = "softmax";
  bool operator==(Softmax const&) const = default;
};

/// reads logits (n, classes), labels (n), and loss scale (1) if it is scaled; writes loss (1) =
/// scale x the sum of the items' cross-entropies, and dlogits, its gradient times the loss scale.
/// `scale` is 1 / |B_k|, so that sums over micro-batches and ranks are the batch's mean (Eq. 2).
struct SoftmaxCrossEntropy {
  static constexpr std::string_view name = "softmax cross-entropy";
  double label_smoothing = 0;
  double scale = 1;
  bool operator==(SoftmaxCrossEntropy const&) const = default;
};

/// reads sum, increment; writes sum + increment over the sum. Joins the micro-batches of a step.
struct Accumulate {
  static constexpr std::string_view name = "accumulate";
  bool operator==(Accumulate const&) const = default;
};

/// reads x; writes x with its elements in another order (graph/layout.hpp).
struct Reorder {
  static constexpr std::string_view name = "reorder";
  bool operator==(Reorder const&) const = default;
};

/// A convolution's filters among all the parameters.
struct StoredFilters {
  Count offset = 0;  ///< first element
  Shape shape;       ///< (c', c / groups, kh, kw)
  bool operator==(StoredFilters const&) const = default;
};

/// reads all the parameters, in the accumulate type; writes them in the compute type, at the same
/// offsets: `filters`, in ascending order, as (c', kh, kw, c / groups), the rest as they are. Once
/// a training step, before all others: master weights stay what they are, kernels read these.
struct StoreWeights {
  static constexpr std::string_view name = "store weights";
  std::vector<StoredFilters> filters{};
  bool operator==(StoreWeights const&) const = default;
};

/// reads and writes a part of the value that is summed over the ranks of the base model: nothing
/// else touches it until AllReduceFinish, behind which it is the sum. Run by the collective.
struct AllReduceStart {
  static constexpr std::string_view name = "all-reduce start";
  bool operator==(AllReduceStart const&) const = default;
};

/// reads and writes the value whose parts were started: waits until all of them are sums. Run by
/// the collective.
struct AllReduceFinish {
  static constexpr std::string_view name = "all-reduce finish";
  bool operator==(AllReduceFinish const&) const = default;
};

/// reads parameters, gradients; writes parameters. Run by the optimizer.
struct Update {
  static constexpr std::string_view name = "update";
  bool operator==(Update const&) const = default;
};

}  // namespace steps

/// Types as a value, to go through them.
template <class... T>
struct TypeList {};

/// The steps that kernels compute. Fused ones (NormalizationForward, ...Evaluation, ...Backward,
/// ConvolutionEvaluation, ConvolutionForward, ...FilterBackward, ...DataBackward) appear only where
/// the pass `fuse` finds that the kernel set computes them, StoreWeights where the pass
/// `store_weights` does.
using KernelSteps = TypeList<
    steps::Convolution, steps::ConvolutionDataGradient, steps::ConvolutionFilterGradient,
    steps::FullyConnected, steps::FullyConnectedDataGradient, steps::FullyConnectedWeightGradient,
    steps::NormalizationStatistics, steps::NormalizationApply,
    steps::NormalizationParameterGradient, steps::NormalizationDataGradient,
    steps::NormalizationForward, steps::NormalizationEvaluation, steps::NormalizationBackward,
    steps::ConvolutionEvaluation, steps::ConvolutionForward, steps::ConvolutionFilterBackward,
    steps::ConvolutionDataBackward, steps::UpdateRunningStatistics, steps::Relu,
    steps::ReluGradient, steps::Add, steps::SumGradients, steps::MaxPooling,
    steps::MaxPoolingGradient, steps::AveragePooling, steps::AveragePoolingGradient, steps::Softmax,
    steps::SoftmaxCrossEntropy, steps::Accumulate, steps::Reorder, steps::StoreWeights>;

/// The steps that others run: the collective, the optimizer.
using SystemSteps = TypeList<steps::AllReduceStart, steps::AllReduceFinish, steps::Update>;

namespace detail {
template <class First, class Second>
struct JoinedVariant;
template <class... A, class... B>
struct JoinedVariant<TypeList<A...>, TypeList<B...>> {
  using type = std::variant<A..., B...>;
};
}  // namespace detail

/// The ending's name, as in prints: "normalization forward + add + relu".
constexpr std::string_view name(steps::NormalizationEnding ending) {
  switch (ending) {
    case steps::NormalizationEnding::relu:
      return " + relu";
    case steps::NormalizationEnding::add_relu:
      return " + add + relu";
    case steps::NormalizationEnding::none:
      break;
  }
  return "";
}

/// As in prints: "normalization forward + add + relu (bits)".
constexpr std::string_view name(steps::ReluMask mask) {
  return mask == steps::ReluMask::bits ? " (bits)" : "";
}

/// The origin's name, as in prints: "convolution data backward + relu +
/// normalization".
constexpr std::string_view name(steps::InputOrigin origin) {
  switch (origin) {
    case steps::InputOrigin::identity_block:
      return " + sum + relu + normalization";
    case steps::InputOrigin::projection_block:
      return " + sum + relu + two normalizations";
    case steps::InputOrigin::relu:
      break;
  }
  return " + relu + normalization";
}

/// What one step of a program does.
using StepOperation = detail::JoinedVariant<KernelSteps, SystemSteps>::type;

/// The step's name, as in prints.
constexpr std::string_view name(StepOperation const& what) { return name_of_held(what); }

}  // namespace ai500
