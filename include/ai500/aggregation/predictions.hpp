// SPDX-License-Identifier: Apache-2.0
/// @file What a classifier predicts for a test set, and the checks that several can be aggregated.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// The probabilities that one base model, or the vote of several, gives to each class of each
/// sample.
struct Predictions {
  Count samples = 0;
  Count classes = 0;
  std::vector<float> probabilities;  ///< (samples, classes), row-major

  friend bool operator==(Predictions const&, Predictions const&) = default;

  /// The probabilities of one sample, (classes).
  std::span<float const> of(Count sample) const {
    return std::span(probabilities)
        .subspan(static_cast<std::size_t>(sample * classes), static_cast<std::size_t>(classes));
  }
};

/// True if the predictions are of at least one sample and class and hold samples x classes
/// probabilities.
inline bool consistent(Predictions const& predictions) {
  const std::size_t held = predictions.probabilities.size();
  if (predictions.samples < 1 || predictions.classes < 1) return false;
  const std::size_t samples = static_cast<std::size_t>(predictions.samples);
  return held % samples == 0 && held / samples == static_cast<std::size_t>(predictions.classes);
}

/// Throws unless there are members, each is consistent and all have the shape of the first.
/// @throws UsageError if there is no member
/// @throws Error which names the first member that does not fit, and its shape
inline void require_same_shape(std::span<Predictions const> members) {
  if (members.empty()) throw UsageError("aggregation: there are no members' predictions");
  const auto shape = [](Predictions const& predictions) {
    return "(" + std::to_string(predictions.samples) + " samples, " +
           std::to_string(predictions.classes) + " classes)";
  };
  for (std::size_t m = 0; m < members.size(); ++m) {
    const std::string who = "aggregation: member " + std::to_string(m) + "'s predictions are ";
    if (!consistent(members[m]))
      throw Error(who + shape(members[m]) + ", but hold " +
                  std::to_string(members[m].probabilities.size()) + " probabilities");
    if (members[m].samples != members[0].samples || members[m].classes != members[0].classes)
      throw Error(who + shape(members[m]) + ", member 0's are " + shape(members[0]));
  }
}

}  // namespace ai500
