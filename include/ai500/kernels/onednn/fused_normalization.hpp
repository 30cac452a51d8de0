// SPDX-License-Identifier: Apache-2.0
/// @file Batch normalization with what stands before and behind it, on blocked layouts: statistics,
/// apply, addition and relu in one kernel, and all their gradients in one. A slab (a block of 16 or
/// 8 channels of all items) is passed over twice, the second time out of the cache. The relu's mask
/// is computed again, not stored.
#pragma once

#include <string_view>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/onednn/normalization.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

/// Into how many parts the items of a slab are cut so that `threads` threads have about equally
/// many: as few as keep nine tenths of them busy, for a slab that is not cut stays in one cache.
int slab_parts(Count blocks, Count items, int threads);

/// What the fused kernels have in common once they are prepared.
struct FusedSlabs {
  devices::Host* device;
  Blocks at;
  NumberType type;  ///< of activations
  int lanes;        ///< channels of a block: 16 or 8
  int parts;        ///< of a slab
  double epsilon;
  steps::NormalizationEnding ending;
  steps::ReluMask mask;
  Buffer<double> sums;  ///< (blocks, parts, 2, lanes): what each part of a slab adds up
};

struct NormalizationForward {
  static constexpr std::string_view name = "onednn";
  using operation = steps::NormalizationForward;
  static constexpr bool keeps_relu_bits = true;

  struct Prepared {
    FusedSlabs slabs;
    void run(Arguments arguments);
  };

  static bool applicable(devices::Host&, operation const&, Shapes const& shapes, Types types);
  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);
  /// y over the addend; not over x, whose first pixel every part of a slab needs once more.
  static std::vector<InPlace> in_place(operation const& what);
  /// @throws GraphError when the shapes do not fit, or the layout is not in blocks
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types);
};
static_assert(KernelPolicy<NormalizationForward, devices::Host> &&
              KeepsReluBits<NormalizationForward>);

struct NormalizationEvaluation {
  static constexpr std::string_view name = "onednn";
  using operation = steps::NormalizationEvaluation;

  struct Prepared {
    FusedSlabs slabs;
    void run(Arguments arguments);
  };

  static bool applicable(devices::Host&, operation const&, Shapes const& shapes, Types types);
  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);
  /// y over x or over the addend
  static std::vector<InPlace> in_place(operation const& what);
  /// @throws GraphError when the shapes do not fit, or the layout is not in blocks
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types);
};
static_assert(KernelPolicy<NormalizationEvaluation, devices::Host>);

struct NormalizationBackward {
  static constexpr std::string_view name = "onednn";
  using operation = steps::NormalizationBackward;
  static constexpr bool keeps_relu_bits = true;

  struct Prepared {
    FusedSlabs slabs;
    int gradients;
    void run(Arguments arguments);
  };

  static bool applicable(devices::Host&, operation const&, Shapes const& shapes, Types types);
  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const& shapes,
                                          Types);
  /// daddend, which the first pass writes, over what only that pass reads: dy, the other dy, y (not
  /// over its bits); dx,
  /// which the second one writes, over those or x.
  static std::vector<InPlace> in_place(operation const& what);
  /// @throws GraphError when the shapes do not fit, or the layout is not in blocks
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types);
};
static_assert(KernelPolicy<NormalizationBackward, devices::Host> &&
              KeepsReluBits<NormalizationBackward>);

}  // namespace ai500::kernels::onednn
