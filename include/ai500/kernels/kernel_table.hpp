// SPDX-License-Identifier: Apache-2.0
/// @file A kernel set as a table of functions, one entry a step: what prepares a program needs no
/// template over the set then, and is compiled once.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/kernels/choices.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/prepare.hpp>

namespace ai500 {

/// What some kernel has prepared, whichever kernel it is.
class PreparedKernel {
 public:
  template <class Prepared>
  explicit PreparedKernel(Prepared prepared)
      : prepared_(new Prepared(std::move(prepared))),
        run_([](void* object, Arguments arguments) {
          static_cast<Prepared*>(object)->run(arguments);
        }),
        destroy_([](void* object) { delete static_cast<Prepared*>(object); }) {
    if constexpr (requires(Prepared & kernel) { kernel.forget_weights(); })
      forget_weights_ = [](void* object) { static_cast<Prepared*>(object)->forget_weights(); };
  }
  PreparedKernel(PreparedKernel&& other) noexcept
      : prepared_(std::exchange(other.prepared_, nullptr)),
        run_(other.run_),
        destroy_(other.destroy_),
        forget_weights_(other.forget_weights_) {}
  PreparedKernel& operator=(PreparedKernel&& other) noexcept {
    std::swap(prepared_, other.prepared_);
    std::swap(run_, other.run_);
    std::swap(destroy_, other.destroy_);
    std::swap(forget_weights_, other.forget_weights_);
    return *this;
  }
  ~PreparedKernel() {
    if (prepared_ != nullptr) destroy_(prepared_);
  }

  void run(Arguments arguments) const { run_(prepared_, arguments); }
  /// For a kernel that keeps what it makes of its parameters: they have changed.
  void forget_weights() const {
    if (forget_weights_ != nullptr) forget_weights_(prepared_);
  }

 private:
  void* prepared_;
  void (*run_)(void*, Arguments);
  void (*destroy_)(void*);
  void (*forget_weights_)(void*) = nullptr;
};

/// The functions of one kernel. `device` is the kernel set's Device, `what` holds the kernel's
/// operation.
struct KernelEntry {
  /// Null: the set has no kernel for this step.
  PreparedKernel (*prepare)(void* device, StepOperation const& what, Shapes const& shapes,
                            Types types) = nullptr;
  /// Null: the kernel computes in plain layouts, or in any.
  std::vector<StepLayouts> (*layouts)(void* device, StepOperation const& what, Shapes const& shapes,
                                      Types types) = nullptr;
  /// Null: the kernel is applicable everywhere.
  bool (*applicable)(void* device, StepOperation const& what, Shapes const& shapes,
                     Types types) = nullptr;
  /// Null: the kernel does not say why it is not applicable. Empty where it is.
  std::string (*why_not_applicable)(void* device, StepOperation const& what, Shapes const& shapes,
                                    Types types) = nullptr;
  /// Null: the kernel computes in one way.
  std::vector<std::string> (*ways)(void* device, StepOperation const& what, Shapes const& shapes,
                                   Types types) = nullptr;
  /// Null: no result may stand where an argument does.
  std::vector<InPlace> (*in_place)(StepOperation const& what) = nullptr;
  bool any_layout = false;
  bool keeps_relu_bits = false;
  bool keeps_weights = false;
};

/// The entry of one kernel. Kernel sets that are shipped instantiate it once (kernels/onednn.ipp,
/// kernels/reference.ipp).
template <class Kernel, class Device>
[[gnu::cold]] KernelEntry kernel_entry() {
  using What = typename Kernel::operation;
  KernelEntry entry;
  entry.prepare = [](void* device, StepOperation const& what, Shapes const& shapes, Types types) {
    return PreparedKernel(prepare_kernel<Kernel>(*static_cast<Device*>(device),
                                                 *std::get_if<What>(&what), shapes, types));
  };
  if constexpr (ChoosesLayouts<Kernel, Device>)
    entry.layouts = [](void* device, StepOperation const& what, Shapes const& shapes, Types types) {
      return Kernel::layouts(*static_cast<Device*>(device), *std::get_if<What>(&what), shapes,
                             types);
    };
  if constexpr (SaysWhereApplicable<Kernel, Device>)
    entry.applicable = [](void* device, StepOperation const& what, Shapes const& shapes,
                          Types types) {
      return Kernel::applicable(*static_cast<Device*>(device), *std::get_if<What>(&what), shapes,
                                types);
    };
  if constexpr (SaysWhyNotApplicable<Kernel, Device>)
    entry.why_not_applicable = [](void* device, StepOperation const& what, Shapes const& shapes,
                                  Types types) {
      return Kernel::why_not_applicable(*static_cast<Device*>(device), *std::get_if<What>(&what),
                                        shapes, types);
    };
  if constexpr (OffersWays<Kernel, Device>)
    entry.ways = [](void* device, StepOperation const& what, Shapes const& shapes, Types types) {
      return Kernel::ways(*static_cast<Device*>(device), *std::get_if<What>(&what), shapes, types);
    };
  if constexpr (WritesInPlace<Kernel>)
    entry.in_place = [](StepOperation const& what) {
      return Kernel::in_place(*std::get_if<What>(&what));
    };
  if constexpr (TakesAnyLayout<Kernel>) entry.any_layout = true;
  if constexpr (KeepsReluBits<Kernel>) entry.keeps_relu_bits = true;
  if constexpr (KeepsWeights<Kernel>) entry.keeps_weights = true;
  return entry;
}

namespace detail {

template <class Kernels, class Operation>
KernelEntry entry_for() {
  if constexpr (HasKernelFor<Kernels, Operation>)
    return kernel_entry<typename Kernels::template for_operation<Operation>,
                        typename Kernels::Device>();
  else
    return {};
}

template <class Kernels, class... Operation>
auto entries(TypeList<Operation...>) {
  return std::array<KernelEntry, sizeof...(Operation)>{entry_for<Kernels, Operation>()...};
}

template <class... Operation>
constexpr std::size_t length(TypeList<Operation...>) {
  return sizeof...(Operation);
}

}  // namespace detail

/// What a program is prepared with: the kernels of a set on one device, for the types of a
/// precision.
struct KernelTable {
  std::string name;  ///< of the set
  void* device = nullptr;
  Types types;
  std::array<KernelEntry, detail::length(KernelSteps{})> entries;  ///< in the order of KernelSteps
  Choices choices{};  ///< of the ways in which they compute

  /// The kernel of a step; null for a step that is no kernel's.
  KernelEntry const* find(StepOperation const& what) const {
    return what.index() < entries.size() ? &entries[what.index()] : nullptr;
  }
};

/// @param device must outlive what is prepared with the table
template <class Kernels>
[[gnu::cold]] KernelTable kernel_table(typename Kernels::Device& device, Types types,
                                       Choices choices = {}) {
  return {Kernels::name(), &device, types, detail::entries<Kernels>(KernelSteps{}),
          std::move(choices)};
}

}  // namespace ai500
