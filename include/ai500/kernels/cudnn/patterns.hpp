// SPDX-License-Identifier: Apache-2.0
/// @file What cuDNN may compute in one go around a convolution: patterns as plain values, and their
/// graphs; defined in patterns.ipp.
///
/// Each kind is documented by its tensors, in the order of `operation_graph`'s ids, and its loop. x
/// is (n, c, h, w), weight (c', c / groups, kh, kw), y (n, c', h', w'), as of the forward
/// convolution; `*` is that convolution, `*^T` its data gradient. NHWC in memory, of the
/// arithmetic's type; FP32 (1, c, 1, 1) are mean, deviations, sums and the factors of a
/// normalization's gradient. x^ is (x - mean) inverse_deviation, inverse_deviation is 1 /
/// sqrt(variance + epsilon).
#pragma once

#include <string>
#include <string_view>

#include <ai500/graph/shape.hpp>
#include <ai500/kernels/cudnn/target.hpp>

namespace ai500::kernels::cudnn {

/// Which numbers a pattern reads and writes, and how it multiplies them. Sums are FP32 always.
enum class Arithmetic {
  fp32,  ///< FP32 in memory and in products
  tf32,  ///< FP32 in memory; tensor cores may round products' operands to TF32
  fp16,  ///< FP16 in memory
  bf16,  ///< BF16 in memory
};
inline constexpr Arithmetic all_arithmetics[]{Arithmetic::fp32, Arithmetic::tf32, Arithmetic::fp16,
                                              Arithmetic::bf16};

/// "FP16".
std::string_view name(Arithmetic arithmetic);

/// @throws UsageError when no arithmetic has this name ("fp16", in any case)
Arithmetic arithmetic_named(std::string_view name);

enum class PatternKind {
  /// reads x, weight; writes y.
  ///
  ///     y = x * weight
  convolution,

  /// reads dy, weight; writes dx.
  ///
  ///     dx = dy *^T weight
  data_gradient,

  /// reads x, dy; writes dweight.
  ///
  ///     dweight[k, c, i, j] = sum over n, h', w' of dy[n, k, h', w'] x[n, c, h + i, w + j]
  filter_gradient,

  /// reads x, weight; writes y, sum (1, c'), square_sum (1, c'): what the normalization behind the
  /// convolution needs.
  ///
  ///     y = x * weight
  ///     sum[k] = sum over n, h', w' of y; square_sum[k] = the same of y^2
  convolution_statistics,

  /// reads x, factor (1, c), constant (1, c), weight, the two of the arithmetic's type; writes y,
  /// sum, square_sum. With factor = scale inverse_deviation and constant = shift - mean factor it
  /// is the normalization and relu before the convolution, whose result is never in memory.
  ///
  ///     a = max(factor x + constant, 0)
  ///     y = a * weight; sum, square_sum as above
  normalized_convolution_statistics,

  /// reads x, factor, constant, dy; writes dweight: the filter gradient of the convolution above.
  ///
  ///     dweight = filter gradient of a = max(factor x + constant, 0) and dy
  normalized_filter_gradient,

  /// reads dy, weight, x, mean, inverse_deviation, scale, shift; writes dz, dscale, dshift,
  /// dy_factor, x_factor, constant. The convolution's input was max(z, 0), z the normalized x.
  ///
  ///     z = x^ scale + shift
  ///     dz = z > 0 ? dy *^T weight : 0
  ///     dscale[c] = sum over n, h, w of dz x^; dshift[c] = sum of dz
  ///     the gradient of x is dy_factor dz + x_factor x + constant
  data_gradient_normalization,

  /// The convolution's input was max(z, 0) with z = x^ scale + shift + shortcut: a residual block
  /// whose shortcut is the identity; the input's other use had the gradient `other`. Reads dy,
  /// weight, other, x, mean, inverse_deviation, scale, shift, shortcut; writes as above.
  ///
  ///     dz = z > 0 ? dy *^T weight + other : 0
  data_gradient_identity_block,

  /// The same for a block whose shortcut is normalized too (a projection): z = x^ scale + shift +
  /// p^ p_scale + p_shift. Reads dy, weight, other, x, mean, inverse_deviation, scale, shift, p and
  /// its mean, inverse_deviation, scale, shift; writes dz, the five vectors for x, the five for p.
  data_gradient_projection_block,
};

/// "scale-bias-ReLU + convolution + statistics".
std::string_view name(PatternKind kind);

/// One pattern on one set of shapes.
struct Pattern {
  PatternKind kind = PatternKind::convolution;
  Shape x{};       ///< of the convolution's input, also where its gradient is made
  Shape weight{};  ///< (c', c / groups, kh, kw)
  Shape y{};       ///< of the convolution's result
  Window window{};
  Arithmetic arithmetic = Arithmetic::fp16;

  bool operator==(Pattern const&) const = default;
};

/// "256x64x56x56 * 64x64x3x3 stride 1x1 padding 1x1, FP16".
std::string describe(Pattern const& pattern);

/// The pattern of the convolution alone, its data or its filter gradient, around which a fused
/// pattern is; itself for a plain one.
constexpr PatternKind plain(PatternKind kind) {
  using enum PatternKind;
  switch (kind) {
    case convolution:
    case convolution_statistics:
    case normalized_convolution_statistics:
      return convolution;
    case filter_gradient:
    case normalized_filter_gradient:
      return filter_gradient;
    case data_gradient:
    case data_gradient_normalization:
    case data_gradient_identity_block:
    case data_gradient_projection_block:
      return data_gradient;
  }
  return kind;
}

/// Whether a pattern is one convolution step and nothing else.
constexpr bool is_plain(PatternKind kind) { return plain(kind) == kind; }

/// The type of what is never in memory. cuDNN's engines tell them apart: some exist for one only.
enum class Intermediate {
  fp32,
  as_stored,  ///< the arithmetic's
};

struct OperationGraph;  // api.hpp

/// A pattern as cuDNN's operation graph, with the ids of its tensors in the order that its kind
/// documents.
/// @throws Error when cuDNN refuses the graph, GraphError when the shapes are no convolution
OperationGraph operation_graph(Target const& target, Pattern const& pattern,
                               Intermediate intermediate);

}  // namespace ai500::kernels::cudnn
