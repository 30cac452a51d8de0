// SPDX-License-Identifier: Apache-2.0
/// @file Softmax and its cross-entropy with a block of threads an item, in float. They compute what
/// functors::Softmax and SoftmaxCrossEntropy do with a thread an item, and are tested against the
/// reference.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/join_rows.hpp>

namespace ai500::kernels::functors {

/// Numbers of a block's threads, one each, that become one.
template <int threads>
struct JoinedNumbers {
  float of[threads];

  /// of[0] = join(join(...), ...) of all, in a fixed order; seen by all threads behind it.
  template <class Block, class Join>
  AI500_HOST_DEVICE void join(Block const& block, Join const& join) {
    join_rows(block, threads, 1,
              [&](int thread, int other) { of[thread] = join(of[thread], of[other]); });
  }
};

/// What the threads of a row share.
template <int threads>
struct SharedRow {
  JoinedNumbers<threads> numbers;
  float greatest;
  float log_sum;

  /// log_sum + greatest = log(sum over j of exp(logits[j])).
  template <class Block, class T>
  AI500_HOST_DEVICE void normalize(Block const& block, T const* logits, Count classes) {
    block.for_each_thread([&](int thread) {
      float most = -std::numeric_limits<float>::infinity();
      for (Count j = thread; j < classes; j += threads) {
        float const logit = logits[j];
        most = most < logit ? logit : most;
      }
      numbers.of[thread] = most;
    });
    numbers.join(block, [](float a, float b) { return a < b ? b : a; });
    block.for_each_thread([&](int thread) {
      if (thread == 0) greatest = numbers.of[0];
    });
    block.for_each_thread([&](int thread) {
      float sum = 0;
      for (Count j = thread; j < classes; j += threads)
        sum += std::exp(static_cast<float>(logits[j]) - greatest);
      numbers.of[thread] = sum;
    });
    numbers.join(block, [](float a, float b) { return a + b; });
    block.for_each_thread([&](int thread) {
      if (thread == 0) log_sum = std::log(numbers.of[0]);
    });
  }

  template <class T>
  AI500_HOST_DEVICE float log_probability(T logit) const {
    return (static_cast<float>(logit) - greatest) - log_sum;
  }
};

/// probabilities[j] = exp(logits[j]) / sum over k of exp(logits[k]); a block an item.
template <class T>
struct SoftmaxRow {
  static constexpr int threads = 256;
  using Shared = SharedRow<threads>;

  T const* logits;       // (items, classes)
  float* probabilities;  // (items, classes)
  Count classes;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    T const* const from = logits + block.index() * classes;
    float* const to = probabilities + block.index() * classes;
    shared.normalize(block, from, classes);
    block.for_each_thread([&](int thread) {
      for (Count j = thread; j < classes; j += threads)
        to[j] = std::exp(shared.log_probability(from[j]));
    });
  }
};

/// As SoftmaxCrossEntropy, a block an item; dlogits are multiplied by `loss_scale`, the loss is
/// not.
template <class T>
struct SoftmaxCrossEntropyRow {
  static constexpr int threads = 256;
  using Shared = SharedRow<threads>;

  T const* logits;             // (items, classes)
  std::int32_t const* labels;  // (items)
  float const* loss_scale;     // (1); null: 1
  T* dlogits;                  // (items, classes)
  float* losses;               // (items), not scaled
  Count classes;
  float label_smoothing;
  float scale;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    T const* const from = logits + block.index() * classes;
    T* const to = dlogits + block.index() * classes;
    Count const label = labels[block.index()];
    bool const is_class = label >= 0 && label < classes;
    Count const place = is_class ? label : 0;  // a label that is no class spoils the first term
    float const everywhere = label_smoothing / static_cast<float>(classes);
    float const at_label = is_class ? 1 - label_smoothing : std::numeric_limits<float>::quiet_NaN();
    float const factor = loss_scale == nullptr ? scale : scale * *loss_scale;
    shared.normalize(block, from, classes);
    block.for_each_thread([&](int thread) {
      float loss = 0;
      for (Count j = thread; j < classes; j += threads) {
        float const log_probability = shared.log_probability(from[j]);
        float const target = everywhere + (j == place ? at_label : 0);
        if (target != 0) loss -= target * log_probability;
        to[j] = T(factor * (std::exp(log_probability) - target));
      }
      shared.numbers.of[thread] = loss;
    });
    shared.numbers.join(block, [](float a, float b) { return a + b; });
    block.for_each_thread([&](int thread) {
      if (thread == 0) losses[block.index()] = shared.numbers.of[0];
    });
  }
};

/// total = factor x the sum of `terms`: one block.
struct BlockTotal {
  static constexpr int threads = 256;
  using Shared = JoinedNumbers<threads>;

  float const* terms;
  Count count;
  float factor;
  float* total;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    block.for_each_thread([&](int thread) {
      float sum = 0;
      for (Count i = thread; i < count; i += threads) sum += terms[i];
      shared.of[thread] = sum;
    });
    shared.join(block, [](float a, float b) { return a + b; });
    block.for_each_thread([&](int thread) {
      if (thread == 0) *total = factor * shared.of[0];
    });
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/packs.cuh.
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::SoftmaxRow<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::SoftmaxCrossEntropyRow<T>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::BlockTotal> = true;

}  // namespace ai500::cuda
