// SPDX-License-Identifier: Apache-2.0
#include <ai500/workloads/image_classification.hpp>
//
#include <doctest/doctest.h>

#include <variant>
#include <vector>

#include <ai500/aggregation/majority_vote.hpp>
#include <ai500/core/error.hpp>
#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>

namespace ai500::testing {
namespace {

using Clothes =
    workloads::ImageClassification<models::SmallResNet, datasets::FashionMnist, kernels::Reference>;
using ImageNetShapes =
    workloads::ImageClassification<models::ResNet50, datasets::SyntheticImages<3, 224, 224, 1000>,
                                   kernels::Reference>;

/// The shape that the last operation before the loss makes.
Shape logits_of(Graph const& graph) {
  return graph.shape(graph.operations[graph.operations.size() - 2].outputs[0]);
}

/// The loss that a graph ends in.
operators::SoftmaxCrossEntropy loss_of(Graph const& graph) {
  return std::get<operators::SoftmaxCrossEntropy>(graph.operations.back().what);
}

}  // namespace

TEST_CASE("with_cross_entropy: adds labels and a loss of the last operation's result") {
  Graph classifier;
  ValueIndex const x = classifier.input("image", {.channels = 1, .height = 2, .width = 2});
  ValueIndex const logits = classifier.fully_connected(x, 3);

  Graph const graph = workloads::with_cross_entropy(classifier, 0.25);

  REQUIRE(graph.operations.size() == classifier.operations.size() + 1);
  CHECK(loss_of(graph).label_smoothing == 0.25);
  CHECK(graph.operations.back().inputs[0] == logits);
  ValueIndex const labels = graph.operations.back().inputs[1];
  CHECK(graph.values[static_cast<std::size_t>(labels)].kind == GraphValue::Kind::labels);
  CHECK(graph.shape(graph.operations.back().outputs[0]) == Shape{});
  CHECK(parameter_elements(graph) == 4 * 3 + 3);
}

TEST_CASE("ImageClassification: a ResNet on Fashion-MNIST sees 28 x 28 and has 10 logits") {
  Graph const graph = Clothes{}.graph();

  CHECK(graph.values[0].kind == GraphValue::Kind::input);
  CHECK(graph.values[0].shape == Shape{.items = 1, .channels = 1, .height = 28, .width = 28});
  CHECK(logits_of(graph) == Shape{.items = 1, .channels = 10});
  CHECK(logits_of(ImageNetShapes{}.graph()) == Shape{.items = 1, .channels = 1000});
}

TEST_CASE("ImageClassification: the recipe's label smoothing is the loss's") {
  Clothes workload{};
  CHECK(loss_of(workload.graph()).label_smoothing == workload.recipe.label_smoothing);

  workload.recipe.label_smoothing = 0.5;
  CHECK(loss_of(workload.graph()).label_smoothing == 0.5);
}

TEST_CASE("ImageClassification: the default recipe is the paper's, Table 4") {
  ImageNetShapes const workload{};

  CHECK(workload.recipe.target_top1 == 0.763);
  CHECK(workload.recipe.epochs == 90);
  CHECK(workload.recipe.batch == 256);
  CHECK(ImageNetShapes::exponent == 5);  // n of Eq. (8)
}

TEST_CASE("ImageClassification: quality is the share of samples whose top-1 class is the label") {
  // Top-1 classes 2, 0, 1, 1; the second is wrong.
  Predictions const predictions{.samples = 4,
                                .classes = 3,
                                .probabilities = {0.1f, 0.2f, 0.7f, 0.5f, 0.4f, 0.1f,  //
                                                  0.3f, 0.4f, 0.3f, 0.0f, 0.9f, 0.1f}};
  std::vector<int> const labels{2, 1, 1, 1};

  CHECK(Clothes{}.quality(predictions, labels) == 0.75);
  CHECK_THROWS_AS(Clothes{}.quality(predictions, std::vector<int>{2, 1}), UsageError);
}

TEST_CASE("ImageClassification: another vote, other kernels, the rest as it was") {
  using Voted = Clothes::with_aggregation<aggregation::MajorityVote>;
  CHECK(std::is_same_v<Voted::Aggregation, aggregation::MajorityVote>);
  CHECK(std::is_same_v<Voted::Kernels, Clothes::Kernels>);
  CHECK(std::is_same_v<Voted::with_aggregation<aggregation::SoftVote>, Clothes>);

  using Fewer = kernels::Reference::with<>;
  CHECK(std::is_same_v<Clothes::with_kernels<Fewer>, Clothes>);
  CHECK(WorkloadPolicy<Clothes>);
  CHECK(WorkloadPolicy<Voted>);
}

}  // namespace ai500::testing
