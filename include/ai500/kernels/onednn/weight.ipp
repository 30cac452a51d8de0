// SPDX-License-Identifier: Apache-2.0
/// @file Weights and their gradients: plain and FP32 outside, in oneDNN's order and type inside.
#pragma once

#include <optional>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/blocked/transpose.ipp>
#include <ai500/kernels/onednn/api.hpp>

namespace ai500::kernels::onednn {

/// A weight that is brought in.
class Weight {
 public:
  /// @param inside the order and type that the primitive wants
  Weight(Engine const& engine, Descriptor const& plain, Descriptor const& inside)
      : outside_(elsewhere(plain, engine)) {
    if (inside == plain) return;
    inside_.emplace(inside, engine.engine);
    bring_in_.emplace(outside_, *inside_);
  }

  /// The memory that the primitive reads, filled from `elements`.
  Memory* brought_in(float const* elements, dnnl::stream const& stream) {
    point(outside_, elements);
    if (!inside_) return &outside_;
    execute(*bring_in_, stream, {{DNNL_ARG_FROM, &outside_}, {DNNL_ARG_TO, &*inside_}});
    return &*inside_;
  }

 private:
  Memory outside_;
  std::optional<Memory> inside_;
  std::optional<dnnl::reorder> bring_in_;
};

namespace detail {

/// 16 rows of a matrix (outputs, inputs) from what has them as (inputs, 16).
struct PlainRows {
  float const* from;
  float* to;
  Count inputs;

  [[gnu::always_inline]] void operator()() const {
    constexpr int lanes = 16;
    using Vector = blocked::Vectors<lanes>;
    for (Count input = 0; input < inputs; input += lanes) {
      Vector::Float numbers[lanes];
      for (int i = 0; i < lanes; ++i) Vector::load(numbers[i], from + (input + i) * lanes);
      blocked::transpose<lanes>(numbers);
      for (int i = 0; i < lanes; ++i) Vector::store(to + i * inputs + input, numbers[i]);
    }
  }
};

}  // namespace detail

/// A weight's gradient that is brought out. That of a 1x1 convolution is a matrix, which we
/// transpose ourselves: oneDNN 2.6 writes it number by number, and where rows are 4 KB apart all of
/// them are in one set of a cache.
class WeightGradient {
 public:
  /// @param device outlives it
  /// @param inside the order in which the primitive writes
  WeightGradient(devices::Host const& device, Engine const& engine,
                 ConvolutionGeometry const& geometry, Descriptor const& inside)
      : device_(&device), outside_(elsewhere(geometry.plain_weight(), engine)) {
    if (inside == geometry.plain_weight()) return;
    inside_.emplace(inside, engine.engine);
    bring_out_.emplace(*inside_, outside_);
    Memory::dims const& extents = geometry.weight;
    bool const is_matrix = !geometry.grouped && extents[2] == 1 && extents[3] == 1;
    if (is_matrix && extents[0] % 16 == 0 && extents[1] % 16 == 0 &&
        inside == Descriptor(extents, Memory::data_type::f32, Memory::format_tag::OIhw16i16o)) {
      outputs_ = extents[0];
      inputs_ = extents[1];
    }
  }

  /// The memory that the primitive writes; `bring_out` then fills `elements`.
  Memory* to_write(float* elements) {
    elements_ = elements;
    point(outside_, elements);
    return inside_ ? &*inside_ : &outside_;
  }
  void bring_out(dnnl::stream const& stream) {
    if (!inside_) return;
    if (outputs_ == 0)
      return execute(*bring_out_, stream, {{DNNL_ARG_FROM, &*inside_}, {DNNL_ARG_TO, &outside_}});
    float const* const from = static_cast<float const*>(inside_->get_data_handle());
    device_->parallel(outputs_ / 16, [&](Count block) {
      Count const first = block * 16 * inputs_;
      device_->vectorized(detail::PlainRows{from + first, elements_ + first, inputs_});
    });
  }

 private:
  devices::Host const* device_;
  Memory outside_;
  std::optional<Memory> inside_;
  std::optional<dnnl::reorder> bring_out_;
  float* elements_ = nullptr;
  Count outputs_ = 0;  // of a matrix that we transpose
  Count inputs_ = 0;
};

}  // namespace ai500::kernels::onednn
