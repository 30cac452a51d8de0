// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <ai500/collectives/policy.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/training/feed.hpp>
#include <ai500/training/network.hpp>

namespace ai500 {

/// Computes a trained model's class probabilities, with the running statistics.
template <class Kernels, class Precision>
class Evaluator {
 public:
  using Device = typename Kernels::Device;
  using State = ModelState<typename Precision::accumulate, Device>;

  /// @param batch images that are evaluated at once
  /// @param choices of the ways in which kernels compute
  Evaluator(Device& device, Graph const& graph, Count batch, State& state,
            Choices const& choices = {})
      : batch_(batch),
        network_(device, lower_evaluation(graph, batch), state, nullptr, choices),
        images_(device, network_.images()),
        probabilities_(device, network_.probabilities()) {}

  Network<Kernels, Precision>& network() { return network_; }

  /// The probabilities of `samples`, in their order; the ranks of the communicator share the work
  /// and all get the result. Collective.
  /// @return (samples, classes), row-major
  template <DatasetPolicy Dataset, Communicator C>
  std::vector<float> probabilities(Dataset const& dataset, Split split,
                                   std::span<Sample const> samples, C& communicator) {
    Count const n = static_cast<Count>(samples.size());
    Count const classes = network_.probabilities().size() / batch_;
    std::vector<float> result(static_cast<std::size_t>(n * classes), 0.0f);
    network_.forget_weights();  // a training may have gone on since the last evaluation
    Count const end = n * (communicator.rank() + 1) / communicator.size();
    for (Count begin = n * communicator.rank() / communicator.size(); begin < end;
         begin += batch_) {
      Count const count = std::min(batch_, end - begin);
      for (Count i = 0; i < count; ++i)
        feed_image(dataset, split, samples[static_cast<std::size_t>(begin + i)], i, images_.host());
      images_.upload();
      network_.run();
      probabilities_.download();
      auto const batch = probabilities_.host().span();
      for (Count i = 0; i < count * classes; ++i)
        result[static_cast<std::size_t>(begin * classes + i)] =
            static_cast<float>(batch[static_cast<std::size_t>(i)]);
    }
    // What another rank computed is zero here: the sum is exact.
    communicator.allreduce(View<float>(result.data(), static_cast<Count>(result.size())));
    return result;
  }

 private:
  Count batch_;
  Network<Kernels, Precision> network_;
  Mirror<typename Precision::compute, Device> images_;
  Mirror<typename Precision::accumulate, Device> probabilities_;
};

}  // namespace ai500
