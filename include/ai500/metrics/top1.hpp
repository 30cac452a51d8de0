// SPDX-License-Identifier: Apache-2.0
/// @file Top-1 accuracy, the quality of image classification (Table 4).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// The class with the largest probability; of equal ones the lowest. Nothing if there is no class
/// or one of the probabilities is not a number, as after a training that diverged.
/// @param probabilities of one sample, (classes)
constexpr std::optional<Count> top1_class(std::span<float const> probabilities) {
  std::optional<Count> best;
  float largest = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const float probability = probabilities[i];
    if (probability != probability) return std::nullopt;
    if (best && !(probability > largest)) continue;
    best = static_cast<Count>(i);
    largest = probability;
  }
  return best;
}

/// The share of samples whose top-1 class is their label. A sample without one is answered wrongly.
/// @param probabilities (samples, classes), row-major
/// @param labels (samples), 0 to classes - 1
/// @throws UsageError if there is no sample or no class, if the sizes do not fit, or if a label is
/// not a class
constexpr double top1(std::span<float const> probabilities, std::span<int const> labels,
                      Count classes) {
  const std::size_t width = classes < 1 ? 0 : static_cast<std::size_t>(classes);
  if (labels.empty() || width == 0 || probabilities.size() % width != 0 ||
      probabilities.size() / width != labels.size())
    throw UsageError("top-1 accuracy: " + std::to_string(probabilities.size()) +
                     " probabilities are not " + std::to_string(labels.size()) + " samples x " +
                     std::to_string(classes) + " classes, both at least 1");
  Count right = 0;
  for (std::size_t sample = 0; sample < labels.size(); ++sample) {
    if (labels[sample] < 0 || labels[sample] >= classes)
      throw UsageError("top-1 accuracy: sample " + std::to_string(sample) + " has label " +
                       std::to_string(labels[sample]) + ", there are " + std::to_string(classes) +
                       " classes");
    if (top1_class(probabilities.subspan(sample * width, width)) == labels[sample]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace ai500
