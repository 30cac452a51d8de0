// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of lower.hpp.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/lower.hpp>

namespace ai500 {

namespace detail {

/// Makes a Program from a Graph, one operation at a time: `forward` appends what computes it,
/// `backward` what computes its gradients. Both are overloaded over the operators: a new operator
/// is two functions.
class Lowering {
 public:
  Lowering(Graph const& graph, Count micro_batch, bool training)
      : graph_(graph),
        micro_batch_(micro_batch),
        training_(training),
        needed_(needs_gradient(graph)) {
    of_value_.assign(graph.values.size(), no_value);
    gradient_.assign(graph.values.size(), no_value);
    statistics_.assign(graph.operations.size(), no_value);
    selection_.assign(graph.operations.size(), no_value);
    if (micro_batch < 1)
      throw GraphError("lower: a micro-batch of " + std::to_string(micro_batch) +
                       " images; it must be at least 1");
    lay_out_parameters();
    lay_out_reduction();
  }

  Program training_program(Count batch) {
    batch_ = batch;
    forward_all();
    for (std::size_t i = graph_.operations.size(); i-- > 0;) {
      current_ = i;
      std::visit([&](auto const& what) { backward(what, graph_.operations[i]); },
                 graph_.operations[i].what);
    }
    update_running_statistics();
    append(steps::Update{}, {program_.parameters, program_.gradients}, {program_.parameters},
           "update");
    return std::move(program_);
  }

  Program evaluation_program() {
    forward_all();
    return std::move(program_);
  }

 private:
  // ---- values

  static std::size_t at(ValueIndex value) { return static_cast<std::size_t>(value); }

  Shape batched(Shape shape) const {
    shape.items *= micro_batch_;
    return shape;
  }

  ValueIndex slice(ValueIndex whole, Name name, Shape shape, Count offset) {
    ProgramValue value{name, shape, program_.value(whole).number, program_.value(whole).residence};
    value.slice_of = whole;
    value.offset = offset;
    return program_.add_value(value);
  }

  ValueIndex activation(Name name, Shape shape) {
    return program_.add_value({name, shape, NumberRole::compute});
  }

  /// All the parameters stand one behind the other, those with weight decay first, so that an
  /// optimizer passes over two ranges; the running statistics of all normalizations likewise.
  void lay_out_parameters() {
    auto const& values = graph_.values;
    for (bool decays : {true, false})
      for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i].kind == GraphValue::Kind::parameter && values[i].traits.decays == decays)
          program_.parameter_slots.push_back({values[i].name, values[i].shape, values[i].traits});
    Count elements = 0;
    for (ParameterSlot& slot : program_.parameter_slots) {
      slot.offset = elements;
      elements += slot.shape.elements();
    }
    program_.parameters = program_.add_value(
        {"parameters", {.items = elements}, NumberRole::accumulate, Residence::bound});
    for (ParameterSlot const& slot : program_.parameter_slots)
      for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i].kind == GraphValue::Kind::parameter && values[i].name == slot.name)
          of_value_[i] = slice(program_.parameters, slot.name, slot.shape, slot.offset);

    Count statistics = 0;
    for (Operation const& operation : graph_.operations)
      statistics += statistics_elements(operation);
    program_.running_statistics = program_.add_value(
        {"running statistics", {.items = statistics}, NumberRole::accumulate, Residence::bound});
  }

  /// Everything that is summed over micro-batches and ranks, in one piece: the gradients, the batch
  /// statistics, the loss.
  void lay_out_reduction() {
    if (!training_) return;
    Count const gradients = program_.value(program_.parameters).shape.elements();
    Count const statistics = program_.value(program_.running_statistics).shape.elements();
    program_.reduction = program_.add_value({"reduction",
                                             {.items = gradients + statistics + 1},
                                             NumberRole::accumulate,
                                             Residence::output});
    program_.gradients = slice(program_.reduction, "gradients", {.items = gradients}, 0);
    program_.loss = slice(program_.reduction, "loss", {}, gradients + statistics);
    statistics_offset_ = gradients;
  }

  Count statistics_elements(Operation const& operation) const {
    bool const normalizes = std::holds_alternative<operators::Normalization>(operation.what);
    return normalizes ? 2 * graph_.shape(operation.inputs[0]).channels : 0;
  }

  void append(StepOperation what, std::vector<ValueIndex> reads, std::vector<ValueIndex> writes,
              Name name) {
    program_.steps.push_back({what, std::move(reads), std::move(writes), name});
  }

  // ---- forward

  void forward_all() {
    for (std::size_t i = 0; i < graph_.values.size(); ++i) {
      GraphValue const& value = graph_.values[i];
      if (value.kind == GraphValue::Kind::input)
        of_value_[i] = program_.images = program_.add_value(
            {value.name, batched(value.shape), NumberRole::compute, Residence::input});
      if (value.kind == GraphValue::Kind::labels && training_)
        of_value_[i] = program_.labels = program_.add_value(
            {value.name, batched(value.shape), NumberRole::index, Residence::input});
    }
    Count offset = 0;
    for (current_ = 0; current_ < graph_.operations.size(); ++current_) {
      Operation const& operation = graph_.operations[current_];
      normalization_offset_ = offset;
      offset += statistics_elements(operation);
      std::visit([&](auto const& what) { forward(what, operation); }, operation.what);
    }
  }

  ValueIndex in(Operation const& operation, std::size_t i = 0) const {
    ValueIndex const value = of_value_[at(operation.inputs[i])];
    if (value == no_value)
      throw GraphError("lower: " + std::string(operation.name.view()) + " reads '" +
                       std::string(graph_.values[at(operation.inputs[i])].name.view()) +
                       "', which nothing has written");
    return value;
  }

  ValueIndex out(Operation const& operation) {
    ValueIndex const value = operation.outputs[0];
    return of_value_[at(value)] = activation(operation.name, batched(graph_.shape(value)));
  }

  void forward(operators::Convolution const& what, Operation const& operation) {
    ValueIndex const y = out(operation);
    append(steps::Convolution{what.window, what.groups}, {in(operation), in(operation, 1)}, {y},
           operation.name);
  }

  void forward(operators::FullyConnected const&, Operation const& operation) {
    ValueIndex const y = out(operation);
    append(steps::FullyConnected{}, {in(operation), in(operation, 1), in(operation, 2)}, {y},
           operation.name);
  }

  void forward(operators::Relu const&, Operation const& operation) {
    ValueIndex const y = out(operation);
    append(steps::Relu{}, {in(operation)}, {y}, operation.name);
  }

  void forward(operators::Add const&, Operation const& operation) {
    ValueIndex const y = out(operation);
    append(steps::Add{}, {in(operation), in(operation, 1)}, {y}, operation.name);
  }

  void forward(operators::MaxPooling const& what, Operation const& operation) {
    ValueIndex const y = out(operation);
    selection_[current_] = program_.add_value(
        {operation.name + ".selection", program_.value(y).shape, NumberRole::index});
    append(steps::MaxPooling{what.window}, {in(operation)}, {y, selection_[current_]},
           operation.name);
  }

  void forward(operators::AveragePooling const& what, Operation const& operation) {
    ValueIndex const y = out(operation);
    append(steps::AveragePooling{what.window}, {in(operation)}, {y}, operation.name);
  }

  void forward(operators::Normalization const& what, Operation const& operation) {
    Shape const shape{.items = 2, .channels = graph_.shape(operation.inputs[0]).channels};
    ValueIndex const running = slice(program_.running_statistics, operation.name + ".running",
                                     shape, normalization_offset_);
    ValueIndex statistics = running;
    if (training_) {
      statistics = slice(program_.reduction, operation.name + ".statistics", shape,
                         statistics_offset_ + normalization_offset_);
      append(steps::NormalizationStatistics{}, {in(operation)}, {statistics}, operation.name);
      running_.push_back(
          {running, statistics, what, program_.value(in(operation)).shape, operation.name});
    }
    statistics_[current_] = statistics;
    ValueIndex const y = out(operation);
    append(steps::NormalizationApply{what.epsilon},
           {in(operation), statistics, in(operation, 1), in(operation, 2)}, {y}, operation.name);
  }

  void forward(operators::SoftmaxCrossEntropy const& what, Operation const& operation) {
    ValueIndex const logits = in(operation);
    if (!training_) {
      program_.probabilities = program_.add_value({"probabilities", program_.value(logits).shape,
                                                   NumberRole::accumulate, Residence::output});
      append(steps::Softmax{}, {logits}, {program_.probabilities}, "softmax");
      return;
    }
    ValueIndex const gradient =
        activation(operation.name + ".gradient", program_.value(logits).shape);
    append(steps::SoftmaxCrossEntropy{what.label_smoothing, 1.0 / static_cast<double>(batch_)},
           {logits, in(operation, 1)}, {program_.loss, gradient}, operation.name);
    add_gradient(operation.inputs[0], gradient);
  }

  // ---- backward

  bool needed(ValueIndex value) const { return needed_[at(value)] != 0; }

  /// A new value for one operation's contribution to the gradient of `value`.
  ValueIndex new_gradient(ValueIndex value) {
    return activation(graph_.values[at(value)].name + ".gradient", batched(graph_.shape(value)));
  }

  /// Adds a contribution; the second and further ones are summed by a step of their own.
  void add_gradient(ValueIndex value, ValueIndex contribution) {
    ValueIndex& sum = gradient_[at(value)];
    if (sum == no_value) {
      sum = contribution;
      return;
    }
    ValueIndex const joined = new_gradient(value);
    append(steps::SumGradients{}, {sum, contribution}, {joined}, graph_.values[at(value)].name);
    sum = joined;
  }

  /// Where an operation writes the gradient of its parameter: the parameter's slice of `gradients`;
  /// when another operation that shares the parameter has already written there, a value of its own
  /// that is then accumulated.
  ValueIndex parameter_gradient(ValueIndex parameter) {
    ProgramValue const& value = program_.value(of_value_[at(parameter)]);
    Name const name = value.name + ".gradient";
    if (gradient_[at(parameter)] == no_value)
      return gradient_[at(parameter)] = slice(program_.gradients, name, value.shape, value.offset);
    ValueIndex const increment = program_.add_value({name, value.shape, NumberRole::accumulate});
    shared_.push_back({gradient_[at(parameter)], increment});
    return increment;
  }

  void accumulate_shared(Name name) {
    for (auto [sum, increment] : shared_)
      append(steps::Accumulate{}, {sum, increment}, {sum}, name);
    shared_.clear();
  }

  /// The gradient of an operation's result, or nothing where nobody needs the operation's
  /// gradients.
  std::optional<ValueIndex> result_gradient(Operation const& operation) const {
    ValueIndex const gradient = gradient_[at(operation.outputs[0])];
    if (gradient == no_value || !needed(operation.outputs[0])) return std::nullopt;
    return gradient;
  }

  /// Appends the step that makes the gradient of input 0, if somebody needs it.
  void data_gradient(StepOperation what, std::vector<ValueIndex> reads,
                     Operation const& operation) {
    ValueIndex const input = operation.inputs[0];
    if (!needed(input)) return;
    ValueIndex const gradient = new_gradient(input);
    append(what, std::move(reads), {gradient}, operation.name);
    add_gradient(input, gradient);
  }

  void backward(operators::Convolution const& what, Operation const& operation) {
    auto const dy = result_gradient(operation);
    if (!dy) return;
    append(steps::ConvolutionFilterGradient{what.window, what.groups}, {in(operation), *dy},
           {parameter_gradient(operation.inputs[1])}, operation.name);
    accumulate_shared(operation.name);
    data_gradient(steps::ConvolutionDataGradient{what.window, what.groups}, {*dy, in(operation, 1)},
                  operation);
  }

  void backward(operators::FullyConnected const&, Operation const& operation) {
    auto const dy = result_gradient(operation);
    if (!dy) return;
    ValueIndex const weight = parameter_gradient(operation.inputs[1]);
    ValueIndex const bias = parameter_gradient(operation.inputs[2]);
    append(steps::FullyConnectedWeightGradient{}, {in(operation), *dy}, {weight, bias},
           operation.name);
    accumulate_shared(operation.name);
    data_gradient(steps::FullyConnectedDataGradient{}, {*dy, in(operation, 1)}, operation);
  }

  void backward(operators::Normalization const& what, Operation const& operation) {
    auto const dy = result_gradient(operation);
    if (!dy) return;
    ValueIndex const statistics = statistics_[current_];
    ValueIndex const scale = parameter_gradient(operation.inputs[1]);
    ValueIndex const shift = parameter_gradient(operation.inputs[2]);
    append(steps::NormalizationParameterGradient{what.epsilon}, {*dy, in(operation), statistics},
           {scale, shift}, operation.name);
    data_gradient(steps::NormalizationDataGradient{what.epsilon},
                  {*dy, in(operation), statistics, in(operation, 1), scale, shift}, operation);
    accumulate_shared(operation.name);
  }

  void backward(operators::Relu const&, Operation const& operation) {
    auto const dy = result_gradient(operation);
    if (dy)
      data_gradient(steps::ReluGradient{}, {*dy, of_value_[at(operation.outputs[0])]}, operation);
  }

  void backward(operators::Add const&, Operation const& operation) {
    auto const dy = result_gradient(operation);
    if (!dy) return;
    for (ValueIndex input : operation.inputs)
      if (needed(input)) add_gradient(input, *dy);
  }

  void backward(operators::MaxPooling const& what, Operation const& operation) {
    auto const dy = result_gradient(operation);
    if (dy)
      data_gradient(steps::MaxPoolingGradient{what.window}, {*dy, selection_[current_]}, operation);
  }

  void backward(operators::AveragePooling const& what, Operation const& operation) {
    auto const dy = result_gradient(operation);
    if (dy) data_gradient(steps::AveragePoolingGradient{what.window}, {*dy}, operation);
  }

  void backward(operators::SoftmaxCrossEntropy const&, Operation const&) {}  // made in forward

  void update_running_statistics() {
    for (Running const& one : running_) {
      double const m = static_cast<double>(one.x.items * one.x.height * one.x.width);
      append(steps::UpdateRunningStatistics{one.what.momentum, 1, m > 1 ? m / (m - 1) : 1},
             {one.statistics, one.running}, {one.running}, one.name);
    }
  }

  struct Running {
    ValueIndex running;
    ValueIndex statistics;
    operators::Normalization what;
    Shape x;
    Name name;
  };

  Graph const& graph_;
  Count micro_batch_;
  Count batch_ = 1;
  bool training_;
  std::vector<char> needed_;  // of each graph value, whether its gradient is
  Program program_;
  std::vector<ValueIndex> of_value_;    // graph value -> program value
  std::vector<ValueIndex> gradient_;    // graph value -> its gradient so far
  std::vector<ValueIndex> statistics_;  // operation -> what its normalization applied
  std::vector<ValueIndex> selection_;   // operation -> what its max pooling selected
  std::vector<std::pair<ValueIndex, ValueIndex>> shared_;  // (sum, increment) of shared parameters
  std::vector<Running> running_;
  std::size_t current_ = 0;  // operation being lowered
  Count statistics_offset_ = 0;
  Count normalization_offset_ = 0;
};

}  // namespace detail

Program lower_training(Graph const& graph, Count micro_batch, Count batch) {
  bool const has_loss = std::ranges::any_of(graph.operations, [](Operation const& operation) {
    return std::holds_alternative<operators::SoftmaxCrossEntropy>(operation.what);
  });
  if (!has_loss)
    throw GraphError("lower_training: the graph has no loss; add softmax_cross_entropy");
  return detail::Lowering(graph, micro_batch, true).training_program(batch);
}

Program lower_evaluation(Graph const& graph, Count batch) {
  Program program = detail::Lowering(graph, batch, false).evaluation_program();
  if (program.probabilities == no_value)
    throw GraphError("lower_evaluation: the graph has no loss; add softmax_cross_entropy");
  return program;
}

}  // namespace ai500
