// SPDX-License-Identifier: Apache-2.0
/// @file Floating point operations of a model, counted by traversing its graph (section 3.6, Table
/// 3).
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include <ai500/graph/graph.hpp>

namespace ai500 {

/// The rows of Table 3. The loss counts nothing, nor do bias and optimizer ("we ignore other
/// low-proportion operators").
enum class OperatorKind {
  convolution,
  depthwise_convolution,
  group_convolution,
  fully_connected,
  element_wise,
  pooling,
  normalization,
  uncounted,
};

inline constexpr std::size_t operator_kinds = 8;

/// The row's name, as in Table 3.
constexpr std::string_view name(OperatorKind kind) {
  constexpr std::array<std::string_view, operator_kinds> names{
      "Convolution",       "Depth-wise convolution",
      "Group convolution", "Fully-connected",
      "Element-wise",      "Pooling",
      "Normalization",     "Not counted"};
  return names[static_cast<std::size_t>(kind)];
}

namespace flop_rules {

/// Table 3 as printed: 2 per multiply-add in convolutions, 1 in the fully-connected layer. The
/// default.
struct TableThree {
  static constexpr std::string_view name = "Table 3";
  static constexpr Count fully_connected_multiply_add = 1;
};

/// 2 per multiply-add everywhere: differs from Table 3 only in the fully-connected layer.
struct MultiplyAddIsTwo {
  static constexpr std::string_view name = "multiply-add is two";
  static constexpr Count fully_connected_multiply_add = 2;
};

}  // namespace flop_rules

/// FLOPs of one image, in all and for each row of Table 3.
struct FlopCount {
  struct PerKind {
    Count operations = 0;  ///< how many operations of this kind the graph has
    Count forward = 0;
    Count training = 0;
  };

  Count forward = 0;
  Count training = 0;  ///< forward and backward
  std::array<PerKind, operator_kinds> kinds{};

  constexpr PerKind const& operator[](OperatorKind kind) const {
    return kinds[static_cast<std::size_t>(kind)];
  }
};

/// The row of Table 3 that an operator belongs to.
/// @param input the shape of the operator's first input
constexpr OperatorKind kind(Operator const& what, Shape const& input) {
  if (auto const* convolution = std::get_if<operators::Convolution>(&what)) {
    if (convolution->groups == 1) return OperatorKind::convolution;
    bool const depthwise =
        convolution->groups == input.channels && convolution->channels == input.channels;
    return depthwise ? OperatorKind::depthwise_convolution : OperatorKind::group_convolution;
  }
  if (std::holds_alternative<operators::FullyConnected>(what)) return OperatorKind::fully_connected;
  if (std::holds_alternative<operators::Relu>(what) || std::holds_alternative<operators::Add>(what))
    return OperatorKind::element_wise;
  if (std::holds_alternative<operators::MaxPooling>(what) ||
      std::holds_alternative<operators::AveragePooling>(what))
    return OperatorKind::pooling;
  if (std::holds_alternative<operators::Normalization>(what)) return OperatorKind::normalization;
  return OperatorKind::uncounted;
}

/// FLOPs of the forward pass of one operation (Table 3). H and W are the output's, for pooling the
/// input's.
template <class Rules>
constexpr Count forward_flops(Operator const& what, Shape const& input, Shape const& output,
                              Rules) {
  switch (kind(what, input)) {
    case OperatorKind::convolution:
    case OperatorKind::depthwise_convolution:
    case OperatorKind::group_convolution: {
      // 2 K^2 C_in H W C_out / Group_size; depth-wise: C_in groups leave 2 K^2 C_in H W.
      auto const& convolution = std::get<operators::Convolution>(what);
      return 2 * convolution.window.kernel.height * convolution.window.kernel.width *
             (input.channels / convolution.groups) * output.elements();
    }
    case OperatorKind::fully_connected:
      return Rules::fully_connected_multiply_add * input.item_elements() * output.elements();
    case OperatorKind::element_wise:
    case OperatorKind::normalization:
      return output.elements();
    case OperatorKind::pooling:
      return input.elements();
    case OperatorKind::uncounted:
      break;
  }
  return 0;
}

/// FLOPs of one operation in training: its forward pass, as much again for the gradient of its data
/// and as much again for the gradient of its parameters, each only where somebody needs it. An
/// operator that does not split its backward pass in two (all but convolution and fully-connected)
/// counts both or neither.
constexpr Count training_flops(Count forward, OperatorKind kind, bool data_gradient,
                               bool any_gradient) {
  bool const splits =
      kind == OperatorKind::convolution || kind == OperatorKind::depthwise_convolution ||
      kind == OperatorKind::group_convolution || kind == OperatorKind::fully_connected;
  if (!any_gradient) return forward;
  if (splits && !data_gradient) return 2 * forward;
  return 3 * forward;
}

/// Computation(f(x)) of Eq. (3): the FLOPs of one image, forward and in training. Counted on the
/// graph, before any pass, so how it is computed (Winograd, shards, fusion) never changes it.
///
/// Training is 3 x forward less the gradients nobody needs: ResNet-50 v1 without the data gradient
/// of its first convolution gives 22,983,942,144, the paper's 23.0 GFLOP.
template <class Rules = flop_rules::TableThree>
constexpr FlopCount flops(Graph const& graph, Rules rules = {}) {
  FlopCount total;
  std::vector<char> const needed = needs_gradient(graph);
  for (Operation const& operation : graph.operations) {
    Shape const& input = graph.shape(operation.inputs[0]);
    ValueIndex const output = operation.outputs[0];
    OperatorKind const row = kind(operation.what, input);
    Count const forward = forward_flops(operation.what, input, graph.shape(output), rules);
    Count const training =
        training_flops(forward, row, needed[static_cast<std::size_t>(operation.inputs[0])] != 0,
                       needed[static_cast<std::size_t>(output)] != 0);
    FlopCount::PerKind& sum = total.kinds[static_cast<std::size_t>(row)];
    sum.operations += 1;
    sum.forward += forward;
    sum.training += training;
    total.forward += forward;
    total.training += training;
  }
  return total;
}

}  // namespace ai500
