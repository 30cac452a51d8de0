// SPDX-License-Identifier: Apache-2.0
/// @file Whether a kernel set can train a model, known at compile time, with the missing step in
/// the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

#include <ai500/graph/graph.hpp>
#include <ai500/graph/operator_steps.hpp>
#include <ai500/kernels/kernel_set.hpp>

namespace ai500 {

namespace detail {
template <class Kernels, class List>
struct HasKernelsForAll;
template <class Kernels, class... Operation>
struct HasKernelsForAll<Kernels, TypeList<Operation...>> {
  static constexpr bool value = (HasKernelFor<Kernels, Operation> && ...);
};
}  // namespace detail

/// The set has a kernel for every step that the operator becomes.
template <class Kernels, class OneOperator>
concept TrainsOperator =
    detail::HasKernelsForAll<Kernels, typename OperatorSteps<OneOperator>::type>::value;

/// A bit for each operator of the variant that a graph uses.
using OperatorMask = std::uint64_t;

constexpr OperatorMask operators_of(Graph const& graph) {
  OperatorMask used = 0;
  for (Operation const& operation : graph.operations)
    used |= OperatorMask{1} << operation.what.index();
  return used;
}

namespace detail {

template <class Kernels, class Operation>
struct RequireKernel {
  static_assert(HasKernelFor<Kernels, Operation>,
                "the kernel set lacks a step that the model needs");
  static constexpr bool value = true;
};

template <class Kernels, class List>
struct RequireKernels;
template <class Kernels, class... Operation>
struct RequireKernels<Kernels, TypeList<Operation...>> {
  static constexpr bool value = (RequireKernel<Kernels, Operation>::value && ...);
};

template <class Kernels, OperatorMask used, std::size_t... i>
constexpr bool require_kernels(std::index_sequence<i...>) {
  auto one = []<std::size_t index>(std::integral_constant<std::size_t, index>) {
    using OneOperator = std::variant_alternative_t<index, Operator>;
    if constexpr ((used >> index & 1) != 0)
      return RequireKernels<Kernels, typename OperatorSteps<OneOperator>::type>::value;
    else
      return true;
  };
  return RequireKernels<Kernels, CommonSteps>::value &&
         (one(std::integral_constant<std::size_t, i>{}) && ...);
}

}  // namespace detail

/// Does not compile unless the set has a kernel for every step that the operators of `used` become;
/// the compiler's message names the step.
template <class Kernels, OperatorMask used>
constexpr bool require_kernels() {
  return detail::require_kernels<Kernels, used>(
      std::make_index_sequence<std::variant_size_v<Operator>>{});
}

/// Whether the set has kernels for all that training and evaluating a graph needs.
template <class Kernels>
constexpr bool trains(Graph const& graph) {
  OperatorMask const used = operators_of(graph);
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return detail::HasKernelsForAll<Kernels, CommonSteps>::value &&
           (((used >> i & 1) == 0 ||
             TrainsOperator<Kernels, std::variant_alternative_t<i, Operator>>)&&...);
  }
  (std::make_index_sequence<std::variant_size_v<Operator>>{});
}

}  // namespace ai500
