// SPDX-License-Identifier: Apache-2.0
/// @file Steps in bfloat16 on processors that oneDNN has no code for it on: activations are widened
/// to float, a kernel for float computes, and its results are rounded. So a training in bfloat16
/// takes half the memory for activations everywhere, and no instructions that are not there.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/graph/steps.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

/// Whether steps of these types are computed so here: in bfloat16, without AVX-512.
bool are_widened(Types types);

/// How a step in bfloat16 takes its arguments, by their numbers; all others are handed on as they
/// are.
struct NarrowArguments {
  std::vector<std::size_t> reads{0}, writes{0};  ///< activations or their gradients
  std::vector<std::size_t> rounded{};  ///< reads in float that are rounded before they are used
  bool each_item_by_itself = true;     ///< what is computed of an item depends on no other one
};

template <class Operation>
NarrowArguments narrow_arguments() {
  auto is = []<class... Any>(TypeList<Any...>) { return (std::same_as<Operation, Any> || ...); };
  if (is(TypeList<steps::Convolution, steps::ConvolutionDataGradient, steps::FullyConnected,
                  steps::FullyConnectedDataGradient>()))
    return {.rounded = {1}};
  if (is(TypeList<steps::ConvolutionFilterGradient, steps::FullyConnectedWeightGradient>()))
    return {.reads = {0, 1}, .writes = {}, .each_item_by_itself = false};
  if (is(TypeList<steps::ConvolutionEvaluation>()))
    return {.reads = {0, 5}};  // its weight is folded in float, and stays there
  if (is(TypeList<steps::MaxPooling, steps::MaxPoolingGradient>()))
    return {.each_item_by_itself = false};  // a selection is an argument, too
  return {};
}

/// The arguments of a step with its activations in float, some items at a time: as many as a cache
/// holds, so that what is widened is read from there.
class WideArguments {
 public:
  /// @param device outlives it
  /// @param in_place results that the kernel for float allows in the place of an argument
  WideArguments(devices::Host& device, NarrowArguments const& narrow, Shapes const& shapes,
                std::vector<InPlace> const& in_place);

  Count pieces() const { return pieces_; }
  /// The shapes of a piece.
  Shapes const& shapes() const { return shapes_; }

  /// What the kernel for float is to compute a piece of.
  Arguments widen(Arguments narrow, Count piece);
  /// Rounds what it wrote.
  void round(Arguments narrow, Count piece) const;

 private:
  /// The number of an argument, and where it stands in float: floats from the scratch's first.
  struct Wide {
    std::size_t argument;
    Count elements, place;
  };

  // The kernel's own is the level below.
  static constexpr int scratch_level = 1;

  void cut(NarrowArguments const& narrow);
  std::vector<std::size_t> present(std::vector<std::size_t> reads) const;
  float* scratch() const;

  devices::Host* device_;
  Shapes shapes_;
  Count pieces_ = 1;
  std::vector<Wide> reads_, writes_, rounded_;
  std::vector<void*> wide_reads_, wide_writes_;
};

/// The kernel, and the same for activations in bfloat16 where they are widened. All else that it
/// says is what it says of float there.
template <KernelPolicy<devices::Host> Kernel>
struct Widened {
  static constexpr std::string_view name = Kernel::name;
  using operation = typename Kernel::operation;

  class Prepared {
   public:
    /// @param wide empty where nothing is widened
    Prepared(typename Kernel::Prepared kernel, std::unique_ptr<WideArguments> wide)
        : kernel_(std::move(kernel)), wide_(std::move(wide)) {}

    void run(Arguments arguments) {
      if (!wide_) return kernel_.run(arguments);
      for (Count piece = 0; piece < wide_->pieces(); ++piece) {
        kernel_.run(wide_->widen(arguments, piece));
        wide_->round(arguments, piece);
      }
    }
    void forget_weights() requires KeepsWeights<Kernel> { kernel_.forget_weights(); }

   private:
    typename Kernel::Prepared kernel_;
    std::unique_ptr<WideArguments> wide_;
  };

  static std::vector<StepLayouts> layouts(devices::Host& device, operation const& what,
                                          Shapes const& shapes, Types types) requires
      ChoosesLayouts<Kernel, devices::Host> {
    return Kernel::layouts(device, what, shapes, computed(types));
  }
  static std::vector<std::string> ways(devices::Host& device, operation const& what,
                                       Shapes const& shapes,
                                       Types types) requires OffersWays<Kernel, devices::Host> {
    return Kernel::ways(device, what, shapes, computed(types));
  }
  static std::vector<InPlace> in_place(operation const& what) requires WritesInPlace<Kernel> {
    return Kernel::in_place(what);
  }

  /// @throws as Kernel's
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    if (!are_widened(types)) return {Kernel::prepare(device, what, shapes, types), nullptr};
    auto wide = std::make_unique<WideArguments>(device, narrow_arguments<operation>(), shapes,
                                                allowed_in_place(what));
    auto kernel = Kernel::prepare(device, what, wide->shapes(), computed(types));
    return {std::move(kernel), std::move(wide)};
  }

 private:
  static Types computed(Types types) {
    if (are_widened(types)) types.compute = NumberType::float32;
    return types;
  }
  static std::vector<InPlace> allowed_in_place(operation const& what) {
    if constexpr (WritesInPlace<Kernel>)
      return Kernel::in_place(what);
    else
      return {};
  }
};

}  // namespace ai500::kernels::onednn
