// SPDX-License-Identifier: Apache-2.0
/// @file Softmax and its cross-entropy as functors of an item, a row of logits. An item's greatest
/// logit is subtracted first, so that no exponential overflows. `Real` is what is computed in:
/// double in the reference kernels, float on a GPU.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/interleaved_sum.hpp>

namespace ai500::kernels::functors {

/// log(sum over j of exp(logits[j])) = greatest + log(sum over j of exp(logits[j] - greatest))
template <class Real, class T>
AI500_HOST_DEVICE Real log_sum_of_exponentials(T const* logits, Count classes) {
  T greatest_logit = logits[0];
  for (Count j = 1; j < classes; ++j)
    if (greatest_logit < logits[j]) greatest_logit = logits[j];
  Real const greatest = static_cast<Real>(greatest_logit);
  auto const term = [=](Count j) { return std::exp(static_cast<Real>(logits[j]) - greatest); };
  return greatest + std::log(interleaved_sum<Real>(classes, term));
}

/// probabilities[j] = exp(logits[j]) / sum over k of exp(logits[k]). They are votes, so they are
/// not rounded to 16 bits.
template <class T, class Real>
struct Softmax {
  T const* logits;             // (items, classes)
  Computed<T>* probabilities;  // (items, classes)
  Count classes;

  AI500_HOST_DEVICE void operator()(Count item) const {
    T const* const from = logits + item * classes;
    Computed<T>* const to = probabilities + item * classes;
    Real const normalizer = log_sum_of_exponentials<Real>(from, classes);
    for (Count j = 0; j < classes; ++j)
      to[j] = static_cast<Computed<T>>(std::exp(static_cast<Real>(from[j]) - normalizer));
  }
};

/// An item's loss = -sum over j of q[j] log(p[j]), p = softmax(logits), q[j] = (1 - s) [j is the
/// label] + s / classes, s the label smoothing (Szegedy et al. 2016); dlogits[j] = factor (p[j] -
/// q[j]), where the factor is `scale`, times *loss_scale if that is not null. A label that is no
/// class makes the loss no number, which ends the training: a GPU cannot throw.
template <class T, class Real, class Scaling = float>
struct SoftmaxCrossEntropy {
  T const* logits;             // (items, classes)
  std::int32_t const* labels;  // (items)
  T* dlogits;                  // (items, classes)
  Real* losses;                // (items), not yet scaled
  Count classes;
  Real label_smoothing;
  Real scale;
  Scaling const* loss_scale = nullptr;  // (1)

  AI500_HOST_DEVICE void operator()(Count item) const { losses[item] = added_to(Real(0), item); }

  /// The item's loss added to others', term by term.
  AI500_HOST_DEVICE Real added_to(Real loss, Count item) const {
    T const* const from = logits + item * classes;
    T* const to = dlogits + item * classes;
    Count const label = labels[item];
    Real const everywhere = label_smoothing / static_cast<Real>(classes);
    Real const at_label = label >= 0 && label < classes ? 1 - label_smoothing
                                                        : std::numeric_limits<Real>::quiet_NaN();
    // A label that is no class spoils the first term instead of none.
    Count const place = label >= 0 && label < classes ? label : 0;
    Real const factor = loss_scale == nullptr ? scale : scale * static_cast<Real>(*loss_scale);
    Real const normalizer = log_sum_of_exponentials<Real>(from, classes);
    for (Count j = 0; j < classes; ++j) {
      Real const log_probability = static_cast<Real>(from[j]) - normalizer;
      Real const target = everywhere + (j == place ? at_label : 0);
      loss -= target * log_probability;
      to[j] = static_cast<T>(factor * (std::exp(log_probability) - target));
    }
    return loss;
  }
};

/// total = factor x the sum of `terms`, in their order: for_each(1, ...). Losses of a batch: few.
template <class From, class To>
struct TotalOf {
  From const* terms;
  Count count;
  From factor;
  To* total;

  AI500_HOST_DEVICE void operator()(Count) const {
    auto const term = [terms = terms](Count i) { return terms[i]; };
    *total = static_cast<To>(factor * interleaved_sum<From>(count, term));
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::Softmax<T, float>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::SoftmaxCrossEntropy<T, float>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::TotalOf<float, float>> = true;

}  // namespace ai500::cuda
