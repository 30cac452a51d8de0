// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of patterns.hpp.
#pragma once

#include <cctype>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/api.hpp>
#include <ai500/kernels/cudnn/patterns.hpp>
#include <ai500/kernels/cudnn/target.ipp>

namespace ai500::kernels::cudnn {

std::string_view name(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::fp32:
      return "FP32";
    case Arithmetic::tf32:
      return "TF32";
    case Arithmetic::fp16:
      return "FP16";
    case Arithmetic::bf16:
      return "BF16";
  }
  return "unknown";
}

Arithmetic arithmetic_named(std::string_view text) {
  std::string upper;
  for (char c : text) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (Arithmetic arithmetic : all_arithmetics)
    if (upper == name(arithmetic)) return arithmetic;
  throw UsageError("arithmetic '" + std::string(text) + "': it must be fp32, tf32, fp16 or bf16");
}

std::string_view name(PatternKind kind) {
  switch (kind) {
    case PatternKind::convolution:
      return "convolution";
    case PatternKind::data_gradient:
      return "data gradient";
    case PatternKind::filter_gradient:
      return "filter gradient";
    case PatternKind::convolution_statistics:
      return "convolution + statistics";
    case PatternKind::normalized_convolution_statistics:
      return "scale-bias-ReLU + convolution + statistics";
    case PatternKind::normalized_filter_gradient:
      return "scale-bias-ReLU + filter gradient";
    case PatternKind::data_gradient_normalization:
      return "data gradient + dReLU + dBN sums";
    case PatternKind::data_gradient_identity_block:
      return "data gradient + shortcut + dReLU + dBN sums";
    case PatternKind::data_gradient_projection_block:
      return "data gradient + shortcut + dReLU + two dBN sums";
  }
  return "unknown";
}

std::string describe(Pattern const& pattern) {
  return text(pattern.x) + " * " + text(pattern.weight) + ", " + text(pattern.window) + ", " +
         std::string(name(pattern.arithmetic));
}

namespace detail {

/// Puts a pattern's graph together: tensors get their ids in the order in which they are asked for.
class PatternGraph {
 public:
  PatternGraph(Pattern const& pattern, Intermediate intermediate)
      : pattern_(pattern),
        stored_(data_type(pattern.arithmetic)),
        between_(intermediate == Intermediate::fp32 ? CUDNN_DATA_FLOAT : stored_),
        convolution_(convolution(pattern.window)) {}

  OperationGraph finish(Target const& target) && {
    build();
    return {operation_graph(nodes_, target.state().handle), std::move(reads_), std::move(writes_)};
  }

 private:
  static cudnnDataType_t data_type(Arithmetic arithmetic) {
    switch (arithmetic) {
      case Arithmetic::fp16:
        return CUDNN_DATA_HALF;
      case Arithmetic::bf16:
        return CUDNN_DATA_BFLOAT16;
      case Arithmetic::fp32:
      case Arithmetic::tf32:
        break;
    }
    return CUDNN_DATA_FLOAT;
  }

  void build() {
    switch (pattern_.kind) {
      case PatternKind::convolution:
      case PatternKind::convolution_statistics:
        return forward_of(read(pattern_.x));
      case PatternKind::normalized_convolution_statistics:
        return forward_of(normalized_relu());
      case PatternKind::filter_gradient:
        return filter_gradient_of(read(pattern_.x));
      case PatternKind::normalized_filter_gradient:
        return filter_gradient_of(normalized_relu());
      case PatternKind::data_gradient:
      case PatternKind::data_gradient_normalization:
      case PatternKind::data_gradient_identity_block:
      case PatternKind::data_gradient_projection_block:
        return data_gradient();
    }
  }

  void forward_of(Descriptor const& x) {
    Descriptor const weight = read(pattern_.weight);
    Descriptor const y = write(pattern_.y);
    nodes_.push_back(forward(convolution_, x, weight, y));
    if (pattern_.kind == PatternKind::convolution) return;
    Descriptor const sum = write_vector(pattern_.y), square_sum = write_vector(pattern_.y);
    nodes_.push_back(statistics(y, sum, square_sum));
  }

  void filter_gradient_of(Descriptor const& x) {
    Descriptor const dy = read(pattern_.y);
    nodes_.push_back(filter_gradient(convolution_, x, dy, write(pattern_.weight)));
  }

  /// max(factor x + constant, 0)
  Descriptor normalized_relu() {
    Descriptor const x = read(pattern_.x);
    Descriptor const factor = read(vector(pattern_.x)), constant = read(vector(pattern_.x));
    Descriptor const scaled = pointwise_of(CUDNN_POINTWISE_MUL, x, factor);
    Descriptor const sum = pointwise_of(CUDNN_POINTWISE_ADD, scaled, constant);
    Descriptor const relu = between();
    nodes_.push_back(pointwise(CUDNN_POINTWISE_RELU_FWD, sum, relu));
    return relu;
  }

  void data_gradient() {
    Descriptor const dy = read(pattern_.y), weight = read(pattern_.weight);
    if (pattern_.kind == PatternKind::data_gradient) {
      nodes_.push_back(cudnn::data_gradient(convolution_, dy, weight, write(pattern_.x)));
      return;
    }
    Descriptor gradient = between();
    nodes_.push_back(cudnn::data_gradient(convolution_, dy, weight, gradient));
    bool const identity = pattern_.kind == PatternKind::data_gradient_identity_block;
    bool const projection = pattern_.kind == PatternKind::data_gradient_projection_block;
    if (identity || projection)
      gradient = pointwise_of(CUDNN_POINTWISE_ADD, gradient, read(pattern_.x));

    std::vector<Normalized> normalized{normalize()};
    Descriptor z = normalized[0].z;
    if (projection) normalized.push_back(normalize());
    if (projection) z = pointwise_of(CUDNN_POINTWISE_ADD, z, normalized[1].z);
    if (identity) z = pointwise_of(CUDNN_POINTWISE_ADD, z, read(pattern_.x));

    Descriptor const dz = write(pattern_.x);
    nodes_.push_back(relu_gradient(gradient, z, dz));
    for (Normalized const& one : normalized) {
      // Braced lists are evaluated in order: the ids are those that the kind documents.
      nodes_.push_back(normalization_gradient({.x = one.x,
                                               .dy = dz,
                                               .mean = one.mean,
                                               .inverse_deviation = one.inverse_deviation,
                                               .scale = one.scale,
                                               .dscale = write_vector(pattern_.x),
                                               .dshift = write_vector(pattern_.x),
                                               .dy_factor = write_vector(pattern_.x),
                                               .x_factor = write_vector(pattern_.x),
                                               .constant = write_vector(pattern_.x)}));
    }
  }

  struct Normalized {
    Descriptor x, mean, inverse_deviation, scale, z;
  };
  /// z = (x - mean) inverse_deviation scale + shift
  Normalized normalize() {
    Descriptor const x = read(pattern_.x);
    Descriptor const mean = read_vector(pattern_.x), inverse_deviation = read_vector(pattern_.x);
    Descriptor const scale = read_vector(pattern_.x), shift = read_vector(pattern_.x);
    Descriptor const centered = pointwise_of(CUDNN_POINTWISE_SUB, x, mean);
    Descriptor const whitened = pointwise_of(CUDNN_POINTWISE_MUL, centered, inverse_deviation);
    Descriptor const scaled = pointwise_of(CUDNN_POINTWISE_MUL, whitened, scale);
    return {x, mean, inverse_deviation, scale, pointwise_of(CUDNN_POINTWISE_ADD, scaled, shift)};
  }

  // ---- tensors

  static Shape vector(Shape const& of) { return {.channels = of.channels}; }

  Descriptor read(Shape const& shape) { return read(shape, stored_); }
  Descriptor read_vector(Shape const& of) { return read(vector(of), CUDNN_DATA_FLOAT); }
  Descriptor read(Shape const& shape, cudnnDataType_t type) {
    reads_.push_back(++last_id_);
    return tensor(shape, type, last_id_, Storage::memory);
  }
  Descriptor write(Shape const& shape) { return write(shape, stored_); }
  Descriptor write_vector(Shape const& of) { return write(vector(of), CUDNN_DATA_FLOAT); }
  Descriptor write(Shape const& shape, cudnnDataType_t type) {
    writes_.push_back(++last_id_);
    return tensor(shape, type, last_id_, Storage::memory);
  }
  Descriptor between() { return tensor(pattern_.x, between_, ++last_id_, Storage::nowhere); }

  Descriptor pointwise_of(cudnnPointwiseMode_t mode, Descriptor const& a, Descriptor const& b) {
    Descriptor const y = between();
    nodes_.push_back(pointwise(mode, a, b, y));
    return y;
  }

  Pattern pattern_;
  cudnnDataType_t stored_;
  cudnnDataType_t between_;
  Descriptor convolution_;
  std::vector<Descriptor> nodes_;
  std::vector<std::int64_t> reads_;
  std::vector<std::int64_t> writes_;
  std::int64_t last_id_ = 0;
};

/// cuDNN computes something for some shapes that do not fit; a plan for those would be a lie.
inline void require_convolution(Pattern const& pattern) {
  auto const& [kind, x, weight, y, window, arithmetic] = pattern;
  Extent const positions = window_positions(window, x);
  Shape const expected{x.items, weight.items, positions.height, positions.width};
  bool const divides = weight.channels > 0 && x.channels % weight.channels == 0;
  if (y == expected && divides && weight.height == window.kernel.height &&
      weight.width == window.kernel.width)
    return;
  throw GraphError("pattern '" + std::string(name(kind)) + "': input " + text(x) + " and weight " +
                   text(weight) + " with window " + text(window) + " do not give " + text(y));
}

}  // namespace detail

OperationGraph operation_graph(Target const& target, Pattern const& pattern,
                               Intermediate intermediate) {
  detail::require_convolution(pattern);
  return detail::PatternGraph(pattern, intermediate).finish(target);
}

}  // namespace ai500::kernels::cudnn
