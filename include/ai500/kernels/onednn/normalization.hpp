// SPDX-License-Identifier: Apache-2.0
/// @file Batch normalization on blocked layouts, our own: oneDNN's would fix the program's steps to
/// its own. A block of 16 (or 8) channels is 16 lanes of a vector; the slab of a block, all items
/// and positions, is one task. Sums are made in float over a plane and in double over the planes.
/// In the plain layout a block is one channel: right, not fast.
#pragma once

#include <string_view>
#include <vector>

#include <ai500/core/number_type.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

/// The blocks of a value (n, c / lanes, h w, lanes).
struct Blocks {
  Count items;
  Count blocks;
  Count pixels;

  /// The first element of a plane.
  template <int lanes>
  Count plane(Count item, Count block) const {
    return (item * blocks + block) * pixels * lanes;
  }
  /// Elements from a number to the one at the same place of the next item.
  template <int lanes>
  Count next_item() const {
    return blocks * pixels * lanes;
  }
};

/// A kernel for one type of activations and one number of lanes, both chosen when prepared. `Work`
/// has `run<T, lanes>(device, Arguments)`.
template <class Work>
struct PreparedNormalization {
  Work work;
  devices::Host* device;
  NumberType type;  ///< of activations
  int lanes;        ///< 16, 8 or 1

  void run(Arguments arguments);
};

/// Statistics: a slab a task.
struct NormalizationStatistics {
  static constexpr std::string_view name = "onednn";
  using operation = steps::NormalizationStatistics;

  struct Work {
    Blocks at;
    template <class T, int lanes>
    void run(devices::Host const& device, Arguments arguments) const;
  };
  using Prepared = PreparedNormalization<Work>;

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);
  /// @throws GraphError when the shapes do not fit, Error for types that
  /// the set does not compute in
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types);
};
static_assert(KernelPolicy<NormalizationStatistics, devices::Host>);

/// Apply: a slab a task.
struct NormalizationApply {
  static constexpr std::string_view name = "onednn";
  using operation = steps::NormalizationApply;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}}; }

  struct Work {
    Blocks at;
    double epsilon;
    template <class T, int lanes>
    void run(devices::Host const& device, Arguments arguments) const;
  };
  using Prepared = PreparedNormalization<Work>;

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);
  /// @throws GraphError when the shapes do not fit, Error for types that
  /// the set does not compute in
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types);
};
static_assert(KernelPolicy<NormalizationApply, devices::Host>);

/// Gradients of scale and shift: a slab a task.
struct NormalizationParameterGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::NormalizationParameterGradient;

  struct Work {
    Blocks at;
    double epsilon;
    template <class T, int lanes>
    void run(devices::Host const& device, Arguments arguments) const;
  };
  using Prepared = PreparedNormalization<Work>;

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);
  /// @throws GraphError when the shapes do not fit, Error for types that
  /// the set does not compute in
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types);
};
static_assert(KernelPolicy<NormalizationParameterGradient, devices::Host>);

/// Gradient of x: a slab a task.
struct NormalizationDataGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::NormalizationDataGradient;
  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, 1}}; }

  struct Work {
    Blocks at;
    double epsilon;
    template <class T, int lanes>
    void run(devices::Host const& device, Arguments arguments) const;
  };
  using Prepared = PreparedNormalization<Work>;

  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);
  /// @throws GraphError when the shapes do not fit, Error for types that
  /// the set does not compute in
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types);
};
static_assert(KernelPolicy<NormalizationDataGradient, devices::Host>);

}  // namespace ai500::kernels::onednn
