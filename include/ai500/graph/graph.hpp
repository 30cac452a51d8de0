// SPDX-License-Identifier: Apache-2.0
/// @file A model as data: values, and the operations between them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <ai500/graph/name.hpp>
#include <ai500/graph/operators.hpp>
#include <ai500/graph/shape.hpp>

namespace ai500 {

/// The index of a value in `Graph::values` or `Program::values`.
using ValueIndex = int;

/// What a parameter holds before the first step.
enum class Initialization {
  he_uniform,  ///< uniform, variance 2 / fan-in (He et al. 2015); fan-in = elements / items
  zeros,
  ones,
};

/// How a parameter is trained.
struct ParameterTraits {
  Initialization initialization = Initialization::he_uniform;
  bool decays = true;  ///< weight decay applies; it does not to normalization parameters and biases
};

/// A value of a Graph: an input, a parameter or what an operation makes.
struct GraphValue {
  enum class Kind { input, labels, parameter, activation };

  Kind kind;
  Name name;
  Shape shape;               ///< of one image; a parameter's own
  ParameterTraits traits{};  ///< of a parameter
};

/// An operation: any number of inputs and outputs; inputs that are parameters may be shared with
/// others.
struct Operation {
  Operator what;
  std::vector<ValueIndex> inputs;
  std::vector<ValueIndex> outputs;
  Name name;
};

/// A model: values and operations in the order they are computed. A model is a function that
/// returns one; it may be evaluated at compile time. FLOPs are counted on it (`flops`), training
/// runs what `lower` makes of it.
///
/// Each member function adds one operation, checks the shapes, and returns the value it makes.
/// @throws GraphError from each of them when shapes do not fit.
class Graph {
 public:
  std::vector<GraphValue> values;
  std::vector<Operation> operations;

  constexpr Shape const& shape(ValueIndex value) const { return values[index(value)].shape; }

  constexpr ValueIndex input(Name name, Shape shape) {
    return add_value({GraphValue::Kind::input, name, shape});
  }

  /// One label, a class number, an item of `logits`.
  constexpr ValueIndex labels(ValueIndex logits) {
    return add_value({GraphValue::Kind::labels, "labels", {.items = shape(logits).items}});
  }

  constexpr ValueIndex parameter(Name name, Shape shape, ParameterTraits traits) {
    return add_value({GraphValue::Kind::parameter, name, shape, traits});
  }

  /// x (items, channels, height, width) -> (items, `channels`, positions of the window).
  constexpr ValueIndex convolution(ValueIndex x, Count channels, Window window, Count groups = 1) {
    Shape const in = shape(x);
    if (channels < 1 || groups < 1 || in.channels % groups != 0 || channels % groups != 0)
      throw_shape_error("convolution: groups must divide the channels in and out", in,
                        {.items = channels, .channels = groups});
    Name const name = next_name("convolution");
    ValueIndex const weight =
        parameter(name + ".weight",
                  {channels, in.channels / groups, window.kernel.height, window.kernel.width}, {});
    Extent const out = window_positions(window, in);
    return add_operation(operators::Convolution{channels, window, groups}, {x, weight},
                         {in.items, channels, out.height, out.width}, name);
  }

  /// x (items, any) -> (items, `outputs`, 1, 1).
  constexpr ValueIndex fully_connected(ValueIndex x, Count outputs) {
    Shape const in = shape(x);
    if (outputs < 1)
      throw_shape_error("fully connected: outputs must be positive", in, {.items = outputs});
    Name const name = next_name("fully_connected");
    ValueIndex const weight =
        parameter(name + ".weight", {.items = outputs, .channels = in.item_elements()}, {});
    ValueIndex const bias = parameter(name + ".bias", {.items = outputs},
                                      {.initialization = Initialization::zeros, .decays = false});
    return add_operation(operators::FullyConnected{outputs}, {x, weight, bias},
                         {.items = in.items, .channels = outputs}, name);
  }

  constexpr ValueIndex relu(ValueIndex x) {
    return add_operation(operators::Relu{}, {x}, shape(x), next_name("relu"));
  }

  constexpr ValueIndex add(ValueIndex a, ValueIndex b) {
    if (shape(a) != shape(b)) throw_shape_error("add: two shapes", shape(a), shape(b));
    return add_operation(operators::Add{}, {a, b}, shape(a), next_name("add"));
  }

  constexpr ValueIndex max_pooling(ValueIndex x, Window window) {
    return add_operation(operators::MaxPooling{window}, {x}, pooled(x, window),
                         next_name("max_pooling"));
  }

  constexpr ValueIndex average_pooling(ValueIndex x, Window window) {
    return add_operation(operators::AveragePooling{window}, {x}, pooled(x, window),
                         next_name("average_pooling"));
  }

  /// The mean over height and width.
  constexpr ValueIndex global_average_pooling(ValueIndex x) {
    return average_pooling(x, {.kernel = {shape(x).height, shape(x).width}});
  }

  constexpr ValueIndex normalization(ValueIndex x, operators::Normalization what = {}) {
    Name const name = next_name("normalization");
    Shape const channels{.items = shape(x).channels};
    ValueIndex const scale = parameter(name + ".scale", channels,
                                       {.initialization = Initialization::ones, .decays = false});
    ValueIndex const shift = parameter(name + ".shift", channels,
                                       {.initialization = Initialization::zeros, .decays = false});
    return add_operation(what, {x, scale, shift}, shape(x), name);
  }

  /// logits (items, classes, 1, 1) and labels (items) -> the mean loss, one element.
  constexpr ValueIndex softmax_cross_entropy(ValueIndex logits, ValueIndex labels,
                                             double label_smoothing = 0) {
    Shape const in = shape(logits);
    if (in.height != 1 || in.width != 1 || shape(labels).items != in.items)
      throw_shape_error("softmax cross-entropy: logits and labels", in, shape(labels));
    return add_operation(operators::SoftmaxCrossEntropy{label_smoothing}, {logits, labels}, {},
                         next_name("softmax_cross_entropy"));
  }

 private:
  static constexpr std::size_t index(ValueIndex value) { return static_cast<std::size_t>(value); }

  constexpr ValueIndex add_value(GraphValue value) {
    values.push_back(value);
    return static_cast<ValueIndex>(values.size()) - 1;
  }

  constexpr ValueIndex add_operation(Operator what, std::vector<ValueIndex> inputs, Shape output,
                                     Name name) {
    ValueIndex const result = add_value({GraphValue::Kind::activation, name, output});
    operations.push_back({what, std::move(inputs), {result}, name});
    return result;
  }

  constexpr Shape pooled(ValueIndex x, Window window) const {
    Extent const out = window_positions(window, shape(x));
    return {shape(x).items, shape(x).channels, out.height, out.width};
  }

  constexpr Name next_name(std::string_view kind) const { return Name(kind) + operations.size(); }

  [[noreturn]] static void throw_shape_error(char const* what, Shape const& a, Shape const& b) {
    throw GraphError(std::string(what) + " do not fit: " + text(a) + " and " + text(b));
  }
};

/// For each value, whether training computes its gradient: a parameter's always, an activation's
/// when an operation before it has a parameter, an input's never ("no gradient is computed that
/// nobody needs").
constexpr std::vector<char> needs_gradient(Graph const& graph) {
  std::vector<char> needed(graph.values.size(), 0);
  for (std::size_t i = 0; i < graph.values.size(); ++i)
    needed[i] = graph.values[i].kind == GraphValue::Kind::parameter;
  for (Operation const& operation : graph.operations) {
    char any = 0;
    for (ValueIndex input : operation.inputs)
      any = static_cast<char>(any | needed[static_cast<std::size_t>(input)]);
    for (ValueIndex output : operation.outputs) needed[static_cast<std::size_t>(output)] = any;
  }
  return needed;
}

/// The number of elements of all the parameters.
constexpr Count parameter_elements(Graph const& graph) {
  Count total = 0;
  for (GraphValue const& value : graph.values)
    if (value.kind == GraphValue::Kind::parameter) total += value.shape.elements();
  return total;
}

}  // namespace ai500
