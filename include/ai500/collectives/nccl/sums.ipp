// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of sums.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <nccl.h>

#include <ai500/collectives/functors/sum_ledger.hpp>
#include <ai500/collectives/nccl/membership.ipp>
#include <ai500/collectives/nccl/parts_under_way.hpp>
#include <ai500/collectives/nccl/sums.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/devices/cuda/check.hpp>
#include <ai500/devices/mirror.hpp>

namespace ai500::collectives::nccl {

namespace detail {

inline ncclDataType_t datatype(NumberType type) {
  switch (type) {
    case NumberType::float16:
      return ncclFloat16;
    case NumberType::bfloat16:
      return ncclBfloat16;
    case NumberType::float64:
      return ncclFloat64;
    case NumberType::int32:
      return ncclInt32;
    case NumberType::float32:
      break;
  }
  return ncclFloat32;
}

/// Makes one stream's work follow another's. Used again at once: who waits, waits for the place
/// that was set last. Where the first stream records, the second one joins its recording.
class Following {
 public:
  Following() {
    cuda::check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming),
                "cudaEventCreateWithFlags");
  }
  Following(Following const&) = delete;
  Following& operator=(Following const&) = delete;
  ~Following() { cudaEventDestroy(event_); }

  /// What `second` is given from now on follows what `first` was given.
  void order(cuda::Stream first, cuda::Stream second) {
    cuda::check(cudaEventRecord(event_, first), "cudaEventRecord");
    cuda::check(cudaStreamWaitEvent(second, event_, 0), "cudaStreamWaitEvent");
  }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace detail

struct Sums::State {
  using Clock = Waiting::Clock;

  State(devices::Cuda& gpu, std::shared_ptr<Membership> ranks, Waiting wait)
      : device(gpu),
        membership(std::move(ranks)),
        waiting(std::move(wait)),
        ledger(gpu, 1),
        counts(gpu, 1) {
    cuda::check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
                "cudaStreamCreateWithFlags");
    watch = std::thread([this] { look_after(); });
  }

  ~State() {
    {
      std::lock_guard const lock(mutex());
      stopping = true;
    }
    wake.notify_all();
    watch.join();
    {
      // Nobody is waited for: what still is under way will not be used.
      std::lock_guard const lock(mutex());
      update();
      if (parts.any())
        ranks().end("a reduction of " + ranks().who() + " was given up while a sum was under way");
    }
    cudaStreamSynchronize(stream);
    cudaStreamDestroy(stream);
  }

  Membership::State& ranks() { return membership->state(); }
  std::mutex& mutex() { return membership->state().mutex; }

  functors::SumCounts* seen() { return counts.view().data(); }
  static std::uint64_t read(std::uint64_t& number) {
    return std::atomic_ref(number).load(std::memory_order_acquire);
  }

  /// The next part's number, from 1.
  std::uint64_t next_number() const {
    return parts.added() + (recording ? recorded.size() : 0) + 1;
  }

  /// "ncclAllReduce of bucket 3 (elements 0 to 64 as float16) on rank 1 of 4".
  std::string name_of(Part const& of) {
    return "ncclAllReduce of " + text(of) + " on " + ranks().who();
  }

  /// Learns from the device which parts have begun and ended. The mutex is held.
  void update() {
    if (!ranks().failure.empty()) return;  // they have, with wrong numbers
    parts.update(read(seen()->begun), read(seen()->ended), Clock::now());
    waiting.devices.arrive(parts.begun());
  }

  /// What the watch finds, in words; empty: all is well. The mutex is held.
  std::string fault() {
    update();
    bool const under_way = parts.any() && ranks().failure.empty();
    std::string const gone = under_way ? waiting.ended() : "";
    looks_at_gone = gone.empty() ? 0 : looks_at_gone + 1;
    if (!under_way) return {};
    ncclResult_t const state = state_of(ranks().communicator);
    std::uint64_t const number = parts.ended() + 1;
    if (state != ncclSuccess && state != ncclInProgress)
      return name_of(parts.oldest()) + ": " + text(state, ranks().communicator) + "; " +
             waiting.missing_in_sum(number);
    // Its last sums may still be under way.
    if (looks_at_gone > 2) return name_of(parts.oldest()) + ": " + gone;
    if (parts.still(Clock::now()) > waiting.patience())
      return name_of(parts.oldest()) + ": no end within " + waiting.limit() + "; " +
             waiting.missing_in_sum(number);
    return {};
  }

  /// The watch. It asks nothing of CUDA, which could spoil what the rank's thread records.
  void look_after() {
    auto const pause =
        std::min<Clock::duration>(std::chrono::milliseconds(100), waiting.patience() / 8);
    std::unique_lock lock(mutex());
    std::string found;
    try {
      cuda::check(cudaSetDevice(device.properties().ordinal), "cudaSetDevice");
      while (!stopping && found.empty()) {
        wake.wait_for(lock, pause);
        if (!stopping) found = fault();
      }
    } catch (Error const& error) {
      found = "the watch over sums of " + ranks().who() + ": " + error.what();
    }
    if (!found.empty()) ranks().end(std::move(found));
  }

  devices::Cuda& device;
  std::shared_ptr<Membership> membership;
  Waiting waiting;
  Buffer<functors::SumLedger, devices::Cuda> ledger;   // the device's own
  Staging<functors::SumCounts, devices::Cuda> counts;  // what it shows to the host
  cudaStream_t stream = nullptr;
  detail::Following given{}, joined{};
  Part part{};  // that is open
  PartsUnderWay parts{};
  bool recording = false;
  std::vector<Part> recorded{};  // of one replay
  int bucket = 0;                // of this step, the next one
  int looks_at_gone = 0;
  bool stopping = false;
  std::condition_variable wake{};
  std::thread watch{};
};

Sums::Sums(devices::Cuda& device, std::shared_ptr<Membership> membership, Waiting waiting)
    : state_(std::make_unique<State>(device, std::move(membership), std::move(waiting))) {}
Sums::Sums(Sums&&) noexcept = default;
Sums::~Sums() = default;

cuda::Stream Sums::stream() const { return state_->stream; }

void Sums::open(Count begin, Count elements, NumberType type) {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());
  all.ranks().require_whole();
  all.update();
  all.part = {.begin = begin, .elements = elements, .type = type, .bucket = all.bucket};
  all.given.order(all.device.stream(), all.stream);
  cuda::launch(all.stream, 1, functors::BeginSum{all.ledger.data(), all.seen()});
}

void Sums::sum(void* data) {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());
  Membership::State& ranks = all.ranks();
  ranks.require_whole();
  std::uint64_t const number = all.next_number();
  all.waiting.attendance.arrive(number);
  check(ncclAllReduce(data, data, static_cast<std::size_t>(all.part.elements),
                      detail::datatype(all.part.type), ncclSum, ranks.communicator, all.stream),
        "ncclAllReduce", ranks.communicator);
  // Until NCCL has given it to the stream, in the background: the first time it connects the ranks
  // before; and a recording has nothing of it before.
  ranks.settle(all.name_of(all.part), [&] { return all.waiting.attendance.missing(number); });
}

void Sums::close() {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());
  cuda::launch(all.stream, 1, functors::EndSum{all.ledger.data(), all.seen()});
  ++all.bucket;
  if (all.recording)
    all.recorded.push_back(all.part);
  else
    all.parts.add(all.part, State::Clock::now());
}

void Sums::progress() {
  std::lock_guard const lock(state_->mutex());
  state_->ranks().require_whole();
  state_->update();
}

Count Sums::pending() const {
  std::lock_guard const lock(state_->mutex());
  return static_cast<Count>(state_->parts.added() - state_->parts.ended());
}

void Sums::finish() {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());
  all.ranks().require_whole();
  if (std::exchange(all.bucket, 0) == 0) return;
  cuda::launch(all.device.stream(), 1, functors::BeginWait{all.ledger.data()});
  all.joined.order(all.stream, all.device.stream());
  cuda::launch(all.device.stream(), 1, functors::EndWait{all.ledger.data(), all.seen()});
}

void Sums::record(std::function<void()> const& work) {
  State& all = *state_;
  auto const set = [&](auto change) {
    std::lock_guard const lock(all.mutex());
    change();
    all.bucket = 0;
  };
  set([&] {
    all.ranks().require_whole();
    all.recorded.clear();
    all.recording = true;
  });
  try {
    work();
  } catch (...) {
    set([&] { all.recording = false; });
    throw;
  }
  set([&] { all.recording = false; });
}

void Sums::replay(std::function<void()> const& give) {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());  // or the watch could end them meanwhile
  all.ranks().require_whole();
  all.update();
  all.waiting.attendance.arrive(all.parts.added() + all.recorded.size());
  give();
  for (Part const& part : all.recorded) all.parts.add(part, State::Clock::now());
}

double Sums::hidden_seconds() const {
  return 1e-9 * static_cast<double>(State::read(state_->seen()->hidden));
}

double Sums::exposed_seconds() const {
  return 1e-9 * static_cast<double>(State::read(state_->seen()->exposed));
}

}  // namespace ai500::collectives::nccl
