// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include <ai500/aggregation/policy.hpp>
#include <ai500/core/named.hpp>
#include <ai500/datasets/policy.hpp>
#include <ai500/graph/graph.hpp>

namespace ai500 {

template <class W>
concept HasModel = Named<typename W::Model>;
template <class W>
concept HasDataset = DatasetPolicy<typename W::Dataset>;
template <class W>
concept HasKernels = requires {
  typename W::Kernels;
  typename W::Kernels::Traits;
};
template <class W>
concept HasAggregation = AggregationPolicy<typename W::Aggregation>;
template <class W>
concept SwapsAggregation = requires {
  typename W::template with_aggregation<typename W::Aggregation>;
};
template <class W>
concept StatesQuality = requires {
  { W::metric } -> std::convertible_to<std::string_view>;
  { W::exponent } -> std::convertible_to<double>;
};
template <class W>
concept HasRecipe = requires(W const& workload) {
  { workload.recipe.epochs } -> std::convertible_to<int>;
  { workload.recipe.batch } -> std::convertible_to<Count>;
  { workload.recipe.target_top1 } -> std::convertible_to<double>;
};
template <class W>
concept BuildsGraph = requires(W const& workload) {
  { workload.graph() } -> std::same_as<Graph>;
};
template <class W>
concept MeasuresQuality = requires(W const& workload, Predictions const& predictions,
                                   std::span<int const> labels) {
  { workload.quality(predictions, labels) } -> std::same_as<double>;
};

/// What is trained: a model, a data set, the kernels that compute it, how its members vote, and
/// what quality is asked of them (Table 4).
///
/// Semantics: `with_aggregation<A>` is the same workload whose members vote as A says; `graph()`
/// ends in the loss; `quality` is better when larger, `exponent` is n of Eq. (8). Models:
/// workloads::ImageClassification.
template <class W>
concept WorkloadPolicy =
    Named<W> && HasModel<W> && HasDataset<W> && HasKernels<W> && HasAggregation<W> &&
    SwapsAggregation<W> && StatesQuality<W> && HasRecipe<W> && BuildsGraph<W> && MeasuresQuality<W>;

}  // namespace ai500
