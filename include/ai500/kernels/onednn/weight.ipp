// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <ai500/kernels/onednn/api.hpp>

namespace ai500::kernels::onednn {

/// A weight in plain order and FP32 outside, in oneDNN's order and type inside.
class Weight {
 public:
  /// @param inside the order and type that the primitive wants
  Weight(Engine const& engine, Descriptor const& plain, Descriptor const& inside)
      : outside_(elsewhere(plain, engine)) {
    if (inside == plain) return;
    inside_.emplace(inside, engine.engine);
    bring_in_.emplace(outside_, *inside_);
    bring_out_.emplace(*inside_, outside_);
  }

  /// The memory that the primitive reads, filled from `elements`.
  Memory* brought_in(float const* elements, dnnl::stream const& stream) {
    point(outside_, elements);
    if (!inside_) return &outside_;
    execute(*bring_in_, stream, {{DNNL_ARG_FROM, &outside_}, {DNNL_ARG_TO, &*inside_}});
    return &*inside_;
  }

  /// The memory that the primitive writes; `bring_out` then fills `elements`.
  Memory* to_write(float* elements) {
    point(outside_, elements);
    return inside_ ? &*inside_ : &outside_;
  }
  void bring_out(dnnl::stream const& stream) {
    if (inside_)
      execute(*bring_out_, stream, {{DNNL_ARG_FROM, &*inside_}, {DNNL_ARG_TO, &outside_}});
  }

 private:
  Memory outside_;
  std::optional<Memory> inside_;
  std::optional<dnnl::reorder> bring_in_;
  std::optional<dnnl::reorder> bring_out_;
};

}  // namespace ai500::kernels::onednn
