// SPDX-License-Identifier: Apache-2.0
/// @file The contract of a kernel: a small type that computes one step of a program.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <vector>

#include <ai500/core/named.hpp>
#include <ai500/core/number_type.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/graph/program.hpp>
#include <ai500/graph/steps.hpp>
#include <ai500/precision/policy.hpp>

namespace ai500 {

/// The number types a step is prepared for.
struct Types {
  NumberType compute = NumberType::float32;     ///< activations and their gradients
  NumberType accumulate = NumberType::float32;  ///< parameters, their gradients, statistics, losses
  Math math = Math::exact;                      ///< of products of FP32 numbers

  bool operator==(Types const&) const = default;
};

namespace detail {
template <class Precision>
constexpr Math math_of() {
  if constexpr (StatesMath<Precision>)
    return Precision::math;
  else
    return Math::exact;
}
}  // namespace detail

/// The types of a precision.
template <PrecisionPolicy Precision>
inline constexpr Types types_of{number_type<typename Precision::compute>,
                                number_type<typename Precision::accumulate>,
                                detail::math_of<Precision>()};

/// The shapes of what a step reads and writes, in the order that <ai500/graph/steps.hpp> gives, and
/// the order of their elements, plain where `layouts` says nothing; and in which of its `ways` the
/// kernel shall compute.
struct Shapes {
  std::vector<Shape> reads;
  std::vector<Shape> writes;
  StepLayouts layouts{};
  std::string way{};  ///< empty: as the kernel likes best

  bool operator==(Shapes const&) const = default;
};

/// "reads 1x3x8x8, 4x3x1x1; writes 1x4x8x8".
inline std::string text(Shapes const& shapes) {
  auto list = [](std::vector<Shape> const& values) {
    std::string result;
    for (Shape const& shape : values) result += (result.empty() ? "" : ", ") + text(shape);
    return result.empty() ? "nothing" : result;
  };
  return "reads " + list(shapes.reads) + "; writes " + list(shapes.writes);
}

/// Where the values of one step are, in the order of its Shapes. Values do not overlap, except one
/// that is both read and written, and what the kernel itself allows (`in_place`).
class Arguments {
 public:
  Arguments(std::span<void* const> reads, std::span<void* const> writes)
      : reads_(reads), writes_(writes) {}

  template <class T>
  T const* read(std::size_t i) const {
    return static_cast<T const*>(reads_[i]);
  }
  template <class T>
  T* write(std::size_t i) const {
    return static_cast<T*>(writes_[i]);
  }

 private:
  std::span<void* const> reads_;
  std::span<void* const> writes_;
};

template <class K>
concept NamesOperation = requires {
  typename K::operation;
};
template <class K>
concept HasPrepared = requires {
  typename K::Prepared;
};
template <class K, class Device>
concept Prepares = requires(Device& device, typename K::operation const& what, Shapes const& shapes,
                            Types types) {
  { K::prepare(device, what, shapes, types) } -> std::same_as<typename K::Prepared>;
};
template <class K>
concept Runs = requires(typename K::Prepared& prepared, Arguments arguments) {
  { prepared.run(arguments) } -> std::same_as<void>;
};

/// The kernel says in which layouts it computes; without it, plain only.
template <class K, class Device>
concept ChoosesLayouts = requires(Device& device, typename K::operation const& what,
                                  Shapes const& shapes, Types types) {
  { K::layouts(device, what, shapes, types) } -> std::same_as<std::vector<StepLayouts>>;
};
/// The kernel says where it can compute; without it, everywhere.
template <class K, class Device>
concept SaysWhereApplicable = requires(Device& device, typename K::operation const& what,
                                       Shapes const& shapes, Types types) {
  { K::applicable(device, what, shapes, types) } -> std::same_as<bool>;
};
/// The kernel says, for people, why it cannot compute somewhere; without it, prints say nothing.
template <class K, class Device>
concept SaysWhyNotApplicable = requires(Device& device, typename K::operation const& what,
                                        Shapes const& shapes, Types types) {
  { K::why_not_applicable(device, what, shapes, types) } -> std::same_as<std::string>;
};
/// The kernel computes in any layout that all its values share: it only counts elements.
template <class K>
concept TakesAnyLayout = K::any_layout;

/// The kernel says which results may stand where one of its arguments does; without it, none.
template <class K>
concept WritesInPlace = requires(typename K::operation const& what) {
  { K::in_place(what) } -> std::same_as<std::vector<InPlace>>;
};

/// The kernel has several ways to compute, and takes the one that `Shapes::way` names.
template <class K, class Device>
concept OffersWays = requires(Device& device, typename K::operation const& what,
                              Shapes const& shapes, Types types) {
  { K::ways(device, what, shapes, types) } -> std::same_as<std::vector<std::string>>;
};

/// The kernel of a fused normalization keeps, or reads, a relu behind an addition as bits
/// (steps::ReluMask) where it is applicable so.
template <class K>
concept KeepsReluBits = K::keeps_relu_bits;

/// What the kernel makes of its parameters it keeps from one run to the next, until it is told that
/// they have changed; without it, each run reads all of its arguments.
template <class K>
concept KeepsWeights = requires(typename K::Prepared& prepared) {
  { prepared.forget_weights() } -> std::same_as<void>;
};

/// A kernel computes one step: `using operation` names the step (one of KernelSteps), `prepare`
/// does once whatever can be done once (choose, allocate scratch), `Prepared::run` does it, with no
/// allocation and no decision.
///
/// Optionally `layouts(device, operation, shapes, types)` lists the layouts it computes in, best
/// first (ChoosesLayouts), or `any_layout = true` says that all are alike to it. The kernel of a
/// fused step may say with `applicable(device, operation, shapes, types)` where it computes:
/// elsewhere the steps stay apart, and `why_not_applicable(device, operation, shapes, types)` says
/// why in `plan --program`; with `keeps_relu_bits = true` it is asked to keep or read a relu
/// as bits, too. `in_place(operation)` lists, best first, the results that may
/// stand where an argument does, with the same bits: the kernel has read an element of that
/// argument for the last time before it writes the same element of the result, on whatever thread.
/// `ways(device, operation, shapes, types)` names the algorithms or implementations among which
/// `Shapes::way` chooses, that first which the kernel takes where nobody chooses (OffersWays).
///
/// Semantics: `run` may be called any number of times with other arguments; one `Prepared` serves
/// all steps of the same operation, shapes and types, one after the other. Same arguments, same
/// bits. A kernel of evaluations, whose parameters stay what they are for many batches, may keep
/// what it makes of them (KeepsWeights): it then serves one step only, and reads them in the first
/// run and in the first after `Prepared::forget_weights()`. Models: everything in
/// kernels/reference.
template <class K, class Device>
concept KernelPolicy =
    Named<K> && NamesOperation<K> && HasPrepared<K> && Prepares<K, Device> && Runs<K>;

}  // namespace ai500
