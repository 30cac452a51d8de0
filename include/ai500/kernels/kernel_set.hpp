// SPDX-License-Identifier: Apache-2.0
/// @file Kernel sets: type lists of kernels, one a step; a vendor swaps one by an alias.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <ai500/devices/accelerator.hpp>
#include <ai500/devices/policy.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500 {

template <class S>
concept HasDevice = DevicePolicy<typename S::Device>;
template <class S>
concept StatesLayout = requires {
  { S::layout } -> std::convertible_to<std::string_view>;
};
template <class S>
concept StatesThreading = requires {
  { S::threaded } -> std::convertible_to<bool>;
};
template <class S>
concept MakesDevice = requires(DeviceChoice const& choice) {
  { S::make_device(choice) } -> std::same_as<typename S::Device>;
};
/// The set can fit programs to a device that is not there.
template <class S>
concept MakesPlanningDevice = requires(DeviceChoice const& choice) {
  { S::make_planning_device(choice) } -> std::same_as<typename S::Device>;
};
/// The set says on what the speed of its kernels' ways depends, beside their library; without it,
/// on the host's instruction set and the threads.
template <class S>
concept SaysWhatWaysAreFor = requires(typename S::Device& device) {
  { S::ways_are_for(device) } -> std::same_as<std::string>;
};
template <class S>
concept SaysWhichTypes = requires(Types types) {
  { S::computes_in(types) } -> std::same_as<bool>;
};

/// The device that programs are fitted to where nothing is run.
template <class Traits>
[[gnu::cold]] typename Traits::Device planning_device(DeviceChoice const& choice) {
  if constexpr (MakesPlanningDevice<Traits>)
    return Traits::make_planning_device(choice);
  else
    return Traits::make_device(choice);
}

/// What the kernels of a set have in common: `name`, `Device`, `layout` (of images and weights, as
/// printed), `threaded` (whether they use more than one thread) and `computes_in(Types)`.
template <class S>
concept KernelSetTraits =
    Named<S> && HasDevice<S> && StatesLayout<S> && StatesThreading<S> && SaysWhichTypes<S>;

namespace detail {

/// The first kernel of the list for an operation; void when there is none.
template <class Operation, class... K>
struct FindKernel {
  using type = void;
};
template <class Operation, class First, class... Rest>
struct FindKernel<Operation, First, Rest...> {
  using type = std::conditional_t<std::is_same_v<typename First::operation, Operation>, First,
                                  typename FindKernel<Operation, Rest...>::type>;
};

}  // namespace detail

/// A set of kernels over one device. `with<Mine...>` is the same set with each of Mine in the place
/// of the kernel for its operation, or added: so a vendor replaces only the data gradient of the
/// convolution.
template <KernelSetTraits SetTraits, KernelPolicy<typename SetTraits::Device>... K>
struct KernelSet {
  using Traits = SetTraits;
  using Device = typename SetTraits::Device;

  /// The kernel that computes a step, or void.
  template <class Operation>
  using for_operation = typename detail::FindKernel<Operation, K...>::type;

  template <class New>
  static constexpr bool has_kernel_for_same_step =
      (std::is_same_v<typename K::operation, typename New::operation> || ...);

 private:
  template <class... New>
  struct With {
    using type = KernelSet;
  };
  template <class New, class... More>
  struct With<New, More...> {
    template <class Old>
    using Chosen =
        std::conditional_t<std::is_same_v<typename Old::operation, typename New::operation>, New,
                           Old>;
    using Replaced =
        std::conditional_t<has_kernel_for_same_step<New>, KernelSet<SetTraits, Chosen<K>...>,
                           KernelSet<SetTraits, K..., New>>;
    using type = typename Replaced::template with<More...>;
  };

 public:
  template <KernelPolicy<Device>... New>
  using with = typename With<New...>::type;

  /// The same kernels with something else in common.
  template <KernelSetTraits Other>
    requires std::same_as<typename Other::Device, Device>
  using with_traits = KernelSet<Other, K...>;

  /// All the kernels, by name: the set's, then each step whose kernel is another's: "reference;
  /// relu: mine".
  static std::string name() {
    std::string names(SetTraits::name);
    auto one = [&](std::string_view kernel, std::string_view step) {
      if (kernel != SetTraits::name) names += "; " + std::string(step) + ": " + std::string(kernel);
    };
    (one(K::name, K::operation::name), ...);
    return names;
  }
};

/// The set has a kernel for this step.
template <class Kernels, class Operation>
concept HasKernelFor = !std::is_void_v<typename Kernels::template for_operation<Operation>>;

}  // namespace ai500
