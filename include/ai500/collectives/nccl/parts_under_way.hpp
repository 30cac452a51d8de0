// SPDX-License-Identifier: Apache-2.0
/// @file The parts of a reduction that a device was given: a queue, and since when it stands still.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ai500/core/number_type.hpp>
#include <ai500/core/types.hpp>

namespace ai500::collectives::nccl {

/// One part of a reduction.
struct Part {
  Count begin = 0;  ///< its first element
  Count elements = 0;
  NumberType type = NumberType::float32;  ///< in which it is sent
  int bucket = 0;                         ///< its number in its step

  bool operator==(Part const&) const = default;
};

/// "bucket 3 (elements 0 to 64 as float16)".
inline std::string text(Part const& part) {
  return "bucket " + std::to_string(part.bucket) + " (elements " + std::to_string(part.begin) +
         " to " + std::to_string(part.begin + part.elements) + " as " +
         std::string(name(part.type)) + ")";
}

/// The host adds what it gives to the device; the device says how many it has begun and ended since
/// the beginning. Allocates nothing after as many parts were under way as before.
class PartsUnderWay {
 public:
  using Clock = std::chrono::steady_clock;

  void add(Part const& part, Clock::time_point now) {
    if (!any()) moved_ = now;
    if (added_ - ended_ == parts_.size()) grow();
    slot(added_++) = part;
  }

  /// What the device says.
  void update(std::uint64_t begun, std::uint64_t ended, Clock::time_point now) {
    if (begun == begun_ && ended == ended_) return;
    begun_ = begun;
    ended_ = ended;
    moved_ = now;
  }

  std::uint64_t added() const { return added_; }
  std::uint64_t begun() const { return begun_; }
  std::uint64_t ended() const { return ended_; }
  bool any() const { return ended_ < added_; }

  /// The first that has not ended; there is one.
  Part const& oldest() const { return parts_[ended_ % parts_.size()]; }

  /// How long no part has begun or ended though there is one.
  Clock::duration still(Clock::time_point now) const {
    return any() ? now - moved_ : Clock::duration::zero();
  }

 private:
  Part& slot(std::uint64_t number) { return parts_[number % parts_.size()]; }

  void grow() {
    std::vector<Part> more(std::max<std::size_t>(8, 2 * parts_.size()));
    for (std::uint64_t number = ended_; number < added_; ++number)
      more[number % more.size()] = slot(number);
    parts_.swap(more);
  }

  std::vector<Part> parts_{};  // a ring
  std::uint64_t added_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  Clock::time_point moved_{};
};

}  // namespace ai500::collectives::nccl
