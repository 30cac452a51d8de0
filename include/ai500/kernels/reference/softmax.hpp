// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels of softmax and of the cross-entropy of it. Both subtract an item's
/// greatest logit first, so that no exponential overflows, and compute in double.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/functors/softmax.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/kernels/reference/shape_check.hpp>
#include <ai500/kernels/reference/typed.hpp>

namespace ai500::kernels::reference {

namespace detail {

inline void check_logits(ShapeCheck const& check, Shape const& logits) {
  check.equal("logits", logits, {.items = logits.items, .channels = logits.channels});
}

}  // namespace detail

/// probabilities[j] = exp(logits[j]) / sum over k of exp(logits[k])
struct Softmax {
  static constexpr std::string_view name = "reference";
  using operation = steps::Softmax;

  struct Prepared {
    Typed<Prepared> compute;
    Count items;
    Count classes;

    template <class T>
    void run_typed(Arguments arguments) const {
      functors::Softmax<T, double> const softmax{arguments.read<T>(0),
                                                 arguments.write<Computed<T>>(0), classes};
      for (Count item = 0; item < items; ++item) softmax(item);
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for types it does not compute
  /// in
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    Shape const& logits = shapes.reads[0];
    detail::check_logits(check, logits);
    check.equal("probabilities", shapes.writes[0], logits);
    return {typed_functor<Prepared>(operation::name, types), logits.items, logits.channels};
  }
};
static_assert(KernelPolicy<Softmax, devices::Host>);

/// loss = scale x the sum over the items of -sum over j of q[j] log(p[j]), p = softmax(logits),
/// q[j] = (1 - s) [j is the label] + s / classes, s the label smoothing (Szegedy et al. 2016);
/// dlogits[j] = scale (p[j] - q[j]), times the loss scale if one is read.
///
/// `run` throws DataError when a label is not in [0, classes).
struct SoftmaxCrossEntropy {
  static constexpr std::string_view name = "reference";
  using operation = steps::SoftmaxCrossEntropy;

  struct Prepared {
    Typed<Prepared> compute;
    operation what;
    Count items;
    Count classes;
    bool is_scaled;

    template <class T>
    void run_typed(Arguments arguments) const {
      std::int32_t const* labels = arguments.read<std::int32_t>(1);
      functors::SoftmaxCrossEntropy<T, double, Computed<T>> const cross_entropy{
          .logits = arguments.read<T>(0),
          .labels = labels,
          .dlogits = arguments.write<T>(1),
          .losses = nullptr,
          .classes = classes,
          .label_smoothing = what.label_smoothing,
          .scale = what.scale,
          .loss_scale = is_scaled ? arguments.read<Computed<T>>(2) : nullptr};
      double loss = 0;
      for (Count item = 0; item < items; ++item) {
        require_label(labels[item], item);
        loss = cross_entropy.added_to(loss, item);
      }
      *arguments.write<Computed<T>>(0) = static_cast<Computed<T>>(what.scale * loss);
    }
    void run(Arguments arguments) { compute(*this, arguments); }

    void require_label(Count label, Count item) const {
      if (label < 0 || label >= classes)
        throw DataError("softmax cross-entropy: the label of item " + std::to_string(item) +
                        " is " + std::to_string(label) + " and must be in [0, " +
                        std::to_string(classes) + ")");
    }
  };

  /// @throws GraphError when the shapes do not fit, Error for types it does not compute
  /// in
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes,
                          Types types) {
    bool const is_scaled = shapes.reads.size() == 3;
    ShapeCheck const check(operation::name, shapes, is_scaled ? 3 : 2, 2);
    if (is_scaled) check.equal("loss scale", shapes.reads[2], {});
    Shape const& logits = shapes.reads[0];
    detail::check_logits(check, logits);
    check.equal("labels", shapes.reads[1], {.items = logits.items});
    check.equal("loss", shapes.writes[0], {});
    check.equal("dlogits", shapes.writes[1], logits);
    return {typed_functor<Prepared>(operation::name, types), what, logits.items, logits.channels,
            is_scaled};
  }
};
static_assert(KernelPolicy<SoftmaxCrossEntropy, devices::Host>);

}  // namespace ai500::kernels::reference
