// SPDX-License-Identifier: Apache-2.0
/// @file Softmax and its cross-entropy on a GPU, a block of threads an item.
#pragma once

#include <cstdint>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/functors/softmax_rows.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {
inline void check_logits(ShapeCheck const& check, Shape const& logits) {
  check.equal("logits", logits, {.items = logits.items, .channels = logits.channels});
}
}  // namespace detail

/// probabilities[j] = exp(logits[j]) / sum over k of exp(logits[k])
template <class Device>
struct Softmax {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::Softmax;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    Count items;
    Count classes;

    template <class T>
    void run_typed(Arguments arguments) const {
      device->for_each_block(
          items, functors::SoftmaxRow<T>{arguments.read<T>(0), arguments.write<float>(0), classes});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    Shape const& logits = shapes.reads[0];
    detail::check_logits(check, logits);
    check.equal("probabilities", shapes.writes[0], logits);
    return {typed<Prepared>(operation::name, types), &device, logits.items, logits.channels};
  }
};

/// loss = scale x the sum of the items' cross-entropies; dlogits = scale (p - q), times the loss
/// scale if the step reads one. A label that is no class makes the loss no number, which ends the
/// training.
template <class Device>
struct SoftmaxCrossEntropy {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::SoftmaxCrossEntropy;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    operation what;
    Count items;
    Count classes;
    bool has_loss_scale;
    Buffer<float, Device> losses;  // (items)

    template <class T>
    void run_typed(Arguments arguments) {
      device->for_each_block(items,
                             functors::SoftmaxCrossEntropyRow<T>{
                                 .logits = arguments.read<T>(0),
                                 .labels = arguments.read<std::int32_t>(1),
                                 .loss_scale = has_loss_scale ? arguments.read<float>(2) : nullptr,
                                 .dlogits = arguments.write<T>(1),
                                 .losses = losses.data(),
                                 .classes = classes,
                                 .label_smoothing = static_cast<float>(what.label_smoothing),
                                 .scale = static_cast<float>(what.scale)});
      device->for_each_block(
          1, functors::BlockTotal{losses.data(), items, static_cast<float>(what.scale),
                                  arguments.write<float>(0)});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    bool const has_loss_scale = shapes.reads.size() == 3;
    ShapeCheck const check(operation::name, shapes, has_loss_scale ? 3 : 2, 2);
    Shape const& logits = shapes.reads[0];
    detail::check_logits(check, logits);
    check.equal("labels", shapes.reads[1], {.items = logits.items});
    if (has_loss_scale) check.equal("loss scale", shapes.reads[2], {});
    check.equal("loss", shapes.writes[0], {});
    check.equal("dlogits", shapes.writes[1], logits);
    auto const compute = typed<Prepared>(operation::name, types);
    return {compute,
            &device,
            what,
            logits.items,
            logits.channels,
            has_loss_scale,
            {device, logits.items}};
  }
};

}  // namespace ai500::kernels::plain_cuda
