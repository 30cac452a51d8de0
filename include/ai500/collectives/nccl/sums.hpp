// SPDX-License-Identifier: Apache-2.0
/// @file The all-reduces of one reduction, and who watches them. Needs no header of NCCL's or
/// CUDA's; defined in sums.ipp.
#pragma once

#include <functional>
#include <memory>

#include <ai500/collectives/nccl/membership.hpp>
#include <ai500/core/number_type.hpp>
#include <ai500/devices/cuda.hpp>

namespace ai500::collectives::nccl {

/// All-reduces of one reduction, on a stream of their own, and a thread that watches them. The GPU
/// writes down how many it has begun and ended; the watch reads that, asks NCCL for asynchronous
/// errors and looks at the clock, and ends what will not end by itself, so that nobody who waits
/// for the GPU waits for ever. What was found is thrown by the next call.
class Sums {
 public:
  Sums(devices::Cuda& device, std::shared_ptr<Membership> membership, Waiting waiting);
  Sums(Sums&&) noexcept;
  ~Sums();

  cuda::Stream stream() const;

  /// Begins a part: what is given to `stream()` from now on follows the device's work until now.
  /// @param begin its first element of the reduction; `type` in which it is sent
  /// @throws CollectiveError naming the part and the ranks that are missing, or NCCL's error
  void open(Count begin, Count elements, NumberType type);
  /// ncclAllReduce of the part, in place.
  void sum(void* data);
  /// Ends the part: what is given to `stream()` until now is what it waits for.
  void close();

  /// Looks which parts have ended.
  void progress();
  Count pending() const;
  /// The device's work from now on follows the ends of all parts.
  void finish();

  /// Calls `work`, which records the device's work. Its parts are not begun: they are those of each
  /// `replay` until the next recording.
  void record(std::function<void()> const& work);
  /// Calls `give`, which gives the recording to the device once more; not where a sum has failed.
  /// @throws CollectiveError as `open`
  void replay(std::function<void()> const& give);

  /// What the device's clock says: a part was under way while its stream of kernels went on, or
  /// kernels waited. Of steps that have ended.
  double hidden_seconds() const;
  double exposed_seconds() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ai500::collectives::nccl
