// SPDX-License-Identifier: Apache-2.0
/// @file Reorders between NCHW and NHWC on a GPU, and the copy of the weights that kernels read.
#pragma once

#include <cstdint>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/kernels/functors/layouts.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

/// NCHW to NHWC and back, activations.
template <class Device>
struct Reorder {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::Reorder;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    Count items, rows, columns;

    template <class T>
    void run_typed(Arguments arguments) const {
      using Bits = std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint32_t>;
      functors::Transposed<Bits> const transposed{arguments.read<Bits>(0), arguments.write<Bits>(0),
                                                  items, rows, columns};
      device->for_each_block(transposed.blocks(), transposed);
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    Shape const& x = shapes.reads[0];
    check.equal("the reordered value", shapes.writes[0], x);
    Layout const from = shapes.layouts.read(0), to = shapes.layouts.write(0);
    bool const lasts = from == Layout::plain && to == Layout::channels_last;
    check.require(lasts || (from == Layout::channels_last && to == Layout::plain),
                  "reorders between NCHW and NHWC");
    Count const pixels = x.height * x.width;
    return {typed<Prepared>(operation::name, types), &device, x.items, lasts ? x.channels : pixels,
            lasts ? pixels : x.channels};
  }
};

/// weights = parameters in the compute type, filters as (c', kh, kw, c / groups): one launch.
template <class Device>
struct StoreWeights {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::StoreWeights;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    Count elements;
    Buffer<functors::FilterSlot, Device> filters;

    template <class T>
    void run_typed(Arguments arguments) {
      device->for_each(elements, functors::StoredWeights<T>{
                                     arguments.read<float>(0),
                                     arguments.write<T>(0),
                                     {filters.data(), static_cast<std::int32_t>(filters.size())}});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    check.equal("weights", shapes.writes[0], shapes.reads[0]);
    auto const compute = typed<Prepared>(operation::name, types);
    auto const count = static_cast<Count>(what.filters.size());
    Buffer<functors::FilterSlot, Device> filters(device, count);
    Mirror mirror(device, filters.view());
    Count end = 0;
    for (Count i = 0; i < count; ++i) {
      auto const& [offset, shape] = what.filters[static_cast<std::size_t>(i)];
      check.require(offset >= end && offset + shape.elements() <= shapes.reads[0].elements(),
                    "filters must be parameters, in ascending order");
      end = offset + shape.elements();
      mirror.host().data()[i] = {offset,
                                 end,
                                 {static_cast<std::int32_t>(shape.channels),
                                  static_cast<std::int32_t>(shape.height * shape.width)}};
    }
    mirror.upload();
    device.synchronize();
    return {compute, &device, shapes.reads[0].elements(), std::move(filters)};
  }
};

}  // namespace ai500::kernels::plain_cuda
