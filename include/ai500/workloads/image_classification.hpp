// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include <ai500/aggregation/soft_vote.hpp>
#include <ai500/kernels/supports.hpp>
#include <ai500/metrics/top1.hpp>
#include <ai500/models/policy.hpp>
#include <ai500/workloads/policy.hpp>
#include <ai500/workloads/recipe.hpp>

namespace ai500::workloads {

/// The logits of a classifier, followed by the loss that trains it.
constexpr Graph with_cross_entropy(Graph graph, double label_smoothing) {
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits), label_smoothing);
  return graph;
}

/// A model for the images and classes of a data set, with its loss.
template <ModelPolicy Model, DatasetPolicy Dataset>
constexpr Graph classifier(double label_smoothing) {
  constexpr ImageShape image = Dataset::image_shape;
  return with_cross_entropy(
      Model::graph({.channels = image.channels, .height = image.height, .width = image.width},
                   Dataset::classes),
      label_smoothing);
}

/// Image classification (Table 4): a network that returns logits, trained with softmax
/// cross-entropy; quality is the top-1 accuracy on the test images, n = 5 in Eq. (8).
///
/// It does not compile when the kernel set lacks a step that the model needs: the message names the
/// step.
template <ModelPolicy ModelType, DatasetPolicy DatasetType, class KernelsType,
          AggregationPolicy AggregationType = aggregation::SoftVote>
struct ImageClassification {
  using Model = ModelType;
  using Dataset = DatasetType;
  using Kernels = KernelsType;
  using Aggregation = AggregationType;

  static constexpr std::string_view name = "image classification";
  static constexpr std::string_view metric = "top-1 accuracy";
  static constexpr double exponent = 5;

  /// The same workload whose members vote in another way.
  template <AggregationPolicy A>
  using with_aggregation = ImageClassification<Model, Dataset, Kernels, A>;
  /// The same workload on other kernels.
  template <class K>
  using with_kernels = ImageClassification<Model, Dataset, K, Aggregation>;

  Recipe<Model, Dataset> recipe{};

  /// What the model is made of. (A member function could not be called before the class is
  /// complete.)
  static constexpr OperatorMask operators = operators_of(classifier<Model, Dataset>(0));
  static_assert(require_kernels<Kernels, operators>());

  /// The model for one image, with its loss.
  constexpr Graph graph() const { return classifier<Model, Dataset>(recipe.label_smoothing); }

  /// Top-1 accuracy. @param predictions (samples, classes) @param labels (samples)
  double quality(Predictions const& predictions, std::span<int const> labels) const {
    return top1(predictions.probabilities, labels, predictions.classes);
  }
};

}  // namespace ai500::workloads
