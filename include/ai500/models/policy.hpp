// SPDX-License-Identifier: Apache-2.0
/// @file The contract of a model: a network that returns logits, as a type.
#pragma once

#include <concepts>

#include <ai500/core/named.hpp>
#include <ai500/graph/graph.hpp>

namespace ai500 {

/// `M::graph(image, classes)` is the network of one image.
template <class M>
concept BuildsLogits = requires(Shape image, Count classes) {
  { M::graph(image, classes) } -> std::same_as<Graph>;
};

/// What workloads name: a network from one image (1, channels, height, width) to logits (1,
/// classes, 1, 1), the result of its last operation.
///
/// Semantics: `graph` is pure and constexpr, so that a workload knows when it is compiled which
/// kernels it needs. Models: everything in models/resnet.hpp.
///
/// ```cpp
/// struct OneLayer {
///   static constexpr std::string_view name = "one layer";
///   static constexpr Graph graph(Shape image, Count classes) {
///     Graph graph;
///     graph.fully_connected(graph.input("image", image), classes);
///     return graph;
///   }
/// };
/// ```
template <class M>
concept ModelPolicy = Named<M> && BuildsLogits<M>;

}  // namespace ai500
