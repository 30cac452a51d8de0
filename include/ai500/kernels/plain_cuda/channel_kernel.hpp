// SPDX-License-Identifier: Apache-2.0
/// @file What the kernels of normalization have in common on a GPU: blocks that share x by channels
/// and ranges of pixels, and all that is said of a step before it is computed. In
/// Layout::channels_last; activations as T, statistics, parameters and their gradients in float.
#pragma once

#include <string_view>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

constexpr Shape statistics_of(Shape const& x) { return {.items = 2, .channels = x.channels}; }
constexpr Shape parameter_of(Shape const& x) { return {.items = x.channels}; }

// What a step does behind its normalization, or undoes; one that says nothing of it does nothing.
template <class Operation>
concept HasEnding = requires(Operation const& what) {
  what.ending;
  what.mask;
};
template <class Operation>
constexpr steps::NormalizationEnding ending_of(Operation const& what) {
  if constexpr (HasEnding<Operation>) return what.ending;
  return steps::NormalizationEnding::none;
}
template <class Operation>
constexpr bool has_addend(Operation const& what) {
  return ending_of(what) == steps::NormalizationEnding::add_relu;
}
template <class Operation>
constexpr bool has_bits(Operation const& what) {
  if constexpr (HasEnding<Operation>) return what.mask == steps::ReluMask::bits;
  return false;
}

}  // namespace detail

/// Whether a step makes sums over pixels.
enum class Sums { none, of_ranges };

/// How blocks share x, and memory for the sums of ranges of pixels.
template <class Device>
struct Tiles {
  Device* device;
  functors::ChannelTiles tiles;
  Buffer<float, Device> partial;  // (2 ranges + 1, channels)

  Tiles(Device& on, Shape const& x, Types types, Sums sums)
      : device(&on),
        tiles(functors::channel_tiles(x.items * x.height * x.width, x.channels,
                                      lanes_of(types, x.channels))) {
    if (sums == Sums::of_ranges)
      partial = Buffer<float, Device>(on, (2 * tiles.ranges + 1) * tiles.channels);
  }

  /// Runs a functor of all blocks of the tiles.
  template <class Functor>
  void run(Functor const& functor) {
    device->for_each_block(tiles.blocks(), functor);
  }
  /// Runs a functor that makes sums of ranges, then one that finishes them.
  template <class Functor, class Finished>
  void run(Functor const& functor, Finished const& finished) {
    run(functor);
    device->for_each_block(finished.blocks(), finished);
  }
};

/// The kernel of a step over the channels of x.
/// @tparam Computation what is computed: `using operation`, which of the step's reads is `x`,
/// whether it makes `sums`, `checked(what, shapes)`, the check that all shapes have passed, and
/// `run<T, lanes>(tiles, what, arguments)`; `in_place(what)` as a kernel has it (WritesInPlace)
template <class Computation, class Device>
struct ChannelKernel {
  static constexpr std::string_view name = "plain cuda";
  using operation = typename Computation::operation;
  static constexpr bool keeps_relu_bits = detail::HasEnding<operation>;

  struct Prepared {
    Typed<Prepared> compute;
    Tiles<Device> tiles;
    operation what;

    template <class T, int lanes>
    void run_typed(Arguments arguments) {
      Computation::template run<T, lanes>(tiles, what, arguments);
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// Bits are moved by whole bytes, one a thread.
  static bool applicable(Device&, operation const& what, Shapes const& shapes,
                         Types types) requires detail::HasEnding<operation> {
    return !detail::has_bits(what) || lanes_of(types, shapes.reads[Computation::x].channels) == 8;
  }
  static std::vector<InPlace> in_place(operation const& what) requires WritesInPlace<Computation> {
    return Computation::in_place(what);
  }
  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check = Computation::checked(what, shapes);
    if constexpr (detail::HasEnding<operation>)
      check.require(applicable(device, what, shapes, types),
                    "bits are kept of 16-bit numbers whose channels are a multiple of 8");
    require_layouts(check, shapes, all_channels_last(shapes));
    Shape const& x = shapes.reads[Computation::x];
    auto const compute = typed_lanes<Prepared>(operation::name, types, x.channels);
    return {compute, {device, x, types, Computation::sums}, what};
  }
};

}  // namespace ai500::kernels::plain_cuda
