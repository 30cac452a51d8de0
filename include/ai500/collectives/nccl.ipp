// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of nccl.hpp: what calls NCCL and CUDA's runtime. One file of a program
/// includes it: ai500::nccl's.
#pragma once

#include <nccl.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <ai500/collectives/nccl.hpp>
#include <ai500/devices/cuda/check.hpp>

static_assert(NCCL_VERSION_CODE >= NCCL_VERSION(2, 18, 1), "ncclCommSplit came with NCCL 2.18");

namespace ai500::collectives::nccl {

namespace detail {

using Clock = std::chrono::steady_clock;

inline Clock::duration seconds(double number) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(number));
}

/// "600 s", "0.25 s".
inline std::string text_of_seconds(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", number);
  return text;
}

inline std::string text(ncclResult_t code, ncclComm_t communicator) {
  std::string result = ncclGetErrorString(code);
  char const* const last = ncclGetLastError(communicator);
  return last == nullptr || *last == '\0' ? result : result + " (" + last + ")";
}

/// What is in progress is no error: it is waited for where it must be done.
inline void check(ncclResult_t code, char const* function, ncclComm_t communicator = nullptr) {
  if (code != ncclSuccess && code != ncclInProgress)
    throw CollectiveError(std::string(function) + ": " + text(code, communicator));
}

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

inline ncclConfig_t configuration() {
  ncclConfig_t configuration = NCCL_CONFIG_INITIALIZER;
  configuration.blocking = 0;
  return configuration;
}

/// A point of a stream's work.
class Event {
 public:
  /// @param flags cudaEventDefault to measure time, else cudaEventDisableTiming
  explicit Event(unsigned flags = cudaEventDefault) {
    cuda::check(cudaEventCreateWithFlags(&event_, flags), "cudaEventCreateWithFlags");
  }
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }
  ~Event() {
    if (event_ != nullptr) cudaEventDestroy(event_);
  }

  void record(cuda::Stream stream) {
    cuda::check(cudaEventRecord(event_, stream), "cudaEventRecord");
  }
  /// The stream's work from now on follows it.
  void precede(cuda::Stream stream) const {
    cuda::check(cudaStreamWaitEvent(stream, event_, 0), "cudaStreamWaitEvent");
  }
  bool has_come() const {
    cudaError_t const code = cudaEventQuery(event_);
    if (code == cudaErrorNotReady) return false;
    cuda::check(code, "cudaEventQuery");
    return true;
  }
  /// Both have come.
  double seconds_since(Event const& other) const {
    float milliseconds = 0;
    cuda::check(cudaEventElapsedTime(&milliseconds, other.event_, event_), "cudaEventElapsedTime");
    return 1e-3 * static_cast<double>(milliseconds);
  }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace detail

// NCCL's calls for one communicator are made by one thread at a time: the rank's or a watch, under
// `mutex`.
struct Membership::State {
  std::mutex mutex;
  ncclComm_t communicator = nullptr;
  int rank = 0;
  int size = 1;
  Waiting waiting{};
  std::uint64_t calls = 0;  // that need all ranks
  std::string failure{};    // why it was ended

  std::string who() const { return "rank " + std::to_string(rank) + " of " + std::to_string(size); }

  void require_whole() const {
    if (!failure.empty()) throw CollectiveError(failure);
  }

  /// Ends what is under way, on all streams; what waits for it goes on with wrong numbers.
  void end(std::string why) {
    if (!failure.empty()) return;
    failure = std::move(why);
    if (communicator != nullptr) ncclCommAbort(std::exchange(communicator, nullptr));
  }

  [[noreturn]] void fail(std::string why) {
    end(std::move(why));
    require_whole();
    std::terminate();  // there is a failure now
  }

  /// Waits until NCCL has done in the background what a call has begun.
  /// @param missing who has not come yet, in words
  template <class Missing>
  void settle(std::string const& call, Missing missing) {
    auto const deadline = detail::Clock::now() + detail::seconds(waiting.patience_seconds);
    for (int looks = 0;; ++looks) {
      ncclResult_t state = ncclSuccess;
      ncclResult_t const asked = ncclCommGetAsyncError(communicator, &state);
      if (asked != ncclSuccess) state = asked;
      if (state == ncclSuccess) return;
      if (state != ncclInProgress)
        fail(call + " of " + who() + ": " + detail::text(state, communicator));
      std::string const ended = waiting.who_ended ? waiting.who_ended() : "";
      if (!ended.empty()) fail(call + " of " + who() + ": " + ended);
      if (detail::Clock::now() > deadline)
        fail(call + " of " + who() + ": not done within " +
             detail::text_of_seconds(waiting.patience_seconds) + "; " + missing());
      // A sum is given to its stream in microseconds, ranks are joined in a second.
      if (looks < 1000)
        std::this_thread::yield();
      else
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// A call that needs all ranks, waited for.
  template <class Call>
  void together(char const* function, Call call) {
    waiting.attendance.arrive(++calls);
    detail::check(call(), function, communicator);
    settle(function, [&] { return waiting.attendance.missing(calls); });
  }
};

std::string version() {
  int number = 0;
  detail::check(ncclGetVersion(&number), "ncclGetVersion");
  return "NCCL " + std::to_string(number / 10000) + "." + std::to_string(number / 100 % 100) + "." +
         std::to_string(number % 100);
}

std::string unique_id() {
  ncclUniqueId id;
  detail::check(ncclGetUniqueId(&id), "ncclGetUniqueId");
  return std::string(id.internal, sizeof id.internal);
}

Membership::Membership(std::unique_ptr<State> state) : state_(std::move(state)) {}

// Aborted, not destroyed: that would wait for other ranks. Whoever ends in order has waited for its
// sums before, and then nothing is under way.
Membership::~Membership() {
  std::lock_guard const lock(state_->mutex);
  if (state_->communicator != nullptr) ncclCommAbort(state_->communicator);
}

std::shared_ptr<Membership> Membership::join(std::string const& id, int rank, int size,
                                             Waiting waiting) {
  ncclUniqueId unique;
  if (id.size() != sizeof unique.internal)
    throw CollectiveError("Membership::join: " + std::to_string(id.size()) +
                          " bytes are no unique id of NCCL");
  std::memcpy(unique.internal, id.data(), id.size());
  auto membership = std::make_shared<Membership>(std::make_unique<State>());
  State& state = membership->state();
  state.rank = rank;
  state.size = size;
  state.waiting = std::move(waiting);
  ncclConfig_t configuration = detail::configuration();
  state.together("ncclCommInitRankConfig", [&] {
    return ncclCommInitRankConfig(&state.communicator, size, unique, rank, &configuration);
  });
  return membership;
}

std::shared_ptr<Membership> Membership::split(int color, int rank, int size, Waiting waiting) {
  auto part = std::make_shared<Membership>(std::make_unique<State>());
  State& state = part->state();
  state.rank = rank;
  state.size = size;
  state.waiting = std::move(waiting);
  ncclConfig_t configuration = detail::configuration();
  std::lock_guard const lock(state_->mutex);
  state_->require_whole();
  state_->together("ncclCommSplit", [&] {
    return ncclCommSplit(state_->communicator, color, rank, &state.communicator, &configuration);
  });
  state.together("ncclCommSplit", [] { return ncclSuccess; });  // the new one is ready, too
  return part;
}

struct Sums::State {
  /// One part: points of the two streams' work. Slots are used again when a part has ended.
  struct Part {
    detail::Event given{cudaEventDisableTiming};  // the device has computed it
    detail::Event begun{}, ended{};               // on the stream of sums
    detail::Event waiting{};  // the device has nothing else to do; of a step's last part
    bool is_last = false;
    Count begin = 0, elements = 0;
    NumberType type = NumberType::float32;
    int bucket = 0;  // of its step
    detail::Clock::time_point started{};
  };

  State(devices::Cuda& gpu, std::shared_ptr<Membership> ranks, Waiting wait)
      : device(gpu), membership(std::move(ranks)), waiting(std::move(wait)) {
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
      try {
        update();
      } catch (Error const&) {
        // The GPU has failed: whatever waits for it learns that from it.
      }
      if (ended != started)
        ranks().end("a reduction of " + ranks().who() + " was given up while a sum was under way");
    }
    cudaStreamSynchronize(stream);
    cudaStreamDestroy(stream);
  }

  Membership::State& ranks() { return membership->state(); }
  std::mutex& mutex() { return membership->state().mutex; }

  Part& slot(std::uint64_t number) { return parts[number % parts.size()]; }

  /// The slot of the next part, its events made.
  Part& next() {
    if (started - ended == parts.size()) {
      std::vector<Part> more(std::max<std::size_t>(8, 2 * parts.size()));
      for (std::uint64_t number = ended; number < started; ++number)
        std::swap(more[number % more.size()], slot(number));
      parts.swap(more);
    }
    return slot(started);
  }

  /// "ncclAllReduce of bucket 3 (elements 0 to 64 as float16) on rank 1 of 4".
  std::string name_of(Part const& part) {
    return "ncclAllReduce of bucket " + std::to_string(part.bucket) + " (elements " +
           std::to_string(part.begin) + " to " + std::to_string(part.begin + part.elements) +
           " as " + std::string(name(part.type)) + ") on " + ranks().who();
  }

  /// Learns which parts have ended. The mutex is held.
  void update() {
    if (!ranks().failure.empty()) return;  // they have, with wrong numbers
    for (; ended < started; ++ended) {
      Part const& part = slot(ended);
      if (!part.ended.has_come() || (part.is_last && !part.waiting.has_come())) return;
      double const under_way = part.ended.seconds_since(part.begun);
      double const exposed = part.is_last ? std::clamp(part.ended.seconds_since(part.waiting), 0.0,
                                                       step_seconds + under_way)
                                          : 0.0;
      step_seconds += under_way;
      if (part.is_last) {
        exposed_seconds += exposed;
        hidden_seconds += step_seconds - exposed;
        step_seconds = 0;
      }
    }
  }

  /// What the watch finds, in words; empty: all is well. The mutex is held.
  std::string fault() {
    update();
    bool const under_way = ended < started && ranks().failure.empty();
    std::string const gone = under_way && waiting.who_ended ? waiting.who_ended() : "";
    looks_at_gone = gone.empty() ? 0 : looks_at_gone + 1;
    if (!under_way) return {};
    ncclResult_t state = ncclSuccess;
    ncclResult_t const asked = ncclCommGetAsyncError(ranks().communicator, &state);
    if (asked != ncclSuccess) state = asked;
    Part const& oldest = slot(ended);
    if (state != ncclSuccess && state != ncclInProgress)
      return name_of(oldest) + ": " + detail::text(state, ranks().communicator) + "; " +
             waiting.attendance.missing(ended + 1);
    // Its last sums may still be under way.
    if (looks_at_gone > 2) return name_of(oldest) + ": " + gone;
    if (detail::Clock::now() - oldest.started > detail::seconds(waiting.patience_seconds))
      return name_of(oldest) + ": no end within " +
             detail::text_of_seconds(waiting.patience_seconds) + "; in sums, " +
             waiting.attendance.missing(ended + 1);
    return {};
  }

  /// The watch.
  void look_after() {
    auto const pause =
        std::min(detail::seconds(0.1), detail::seconds(waiting.patience_seconds / 8));
    std::unique_lock lock(mutex());
    std::string found;
    try {
      cuda::check(cudaSetDevice(device.properties().ordinal), "cudaSetDevice");
      // Or a look would spoil what the rank's thread captures into a graph.
      cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
      cuda::check(cudaThreadExchangeStreamCaptureMode(&mode),
                  "cudaThreadExchangeStreamCaptureMode");
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
  cudaStream_t stream = nullptr;
  std::vector<Part> parts{};  // a ring
  std::uint64_t started = 0;  // parts since the beginning
  std::uint64_t ended = 0;    // of them, that are known to be sums
  int bucket = 0;             // of this step, the next one
  int looks_at_gone = 0;
  double step_seconds = 0;  // under way in a step whose end is not known yet
  double hidden_seconds = 0;
  double exposed_seconds = 0;
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
  State::Part& part = all.next();
  part.is_last = false;
  part.begin = begin;
  part.elements = elements;
  part.type = type;
  part.bucket = all.bucket++;
  part.given.record(all.device.stream());
  part.given.precede(all.stream);
  part.begun.record(all.stream);
}

void Sums::sum(void* data) {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());
  Membership::State& ranks = all.ranks();
  ranks.require_whole();
  State::Part& part = all.slot(all.started);
  all.waiting.attendance.arrive(all.started + 1);
  detail::check(ncclAllReduce(data, data, static_cast<std::size_t>(part.elements),
                              detail::datatype(part.type), ncclSum, ranks.communicator, all.stream),
                "ncclAllReduce", ranks.communicator);
  // Until NCCL has given it to the stream: the first time it connects the ranks before.
  ranks.settle(all.name_of(part), [&] { return all.waiting.attendance.missing(all.started + 1); });
}

void Sums::close() {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());
  State::Part& part = all.slot(all.started);
  part.ended.record(all.stream);
  part.started = detail::Clock::now();
  ++all.started;
}

void Sums::progress() {
  std::lock_guard const lock(state_->mutex());
  state_->ranks().require_whole();
  state_->update();
}

Count Sums::pending() const {
  std::lock_guard const lock(state_->mutex());
  return static_cast<Count>(state_->started - state_->ended);
}

void Sums::finish() {
  State& all = *state_;
  std::lock_guard const lock(all.mutex());
  all.ranks().require_whole();
  all.bucket = 0;
  if (all.started == 0) return;
  State::Part& last = all.slot(all.started - 1);
  if (all.ended < all.started) {
    last.waiting.record(all.device.stream());
    last.is_last = true;
  } else {
    // All ended while kernels ran.
    all.hidden_seconds += std::exchange(all.step_seconds, 0.0);
  }
  last.ended.precede(all.device.stream());
}

double Sums::hidden_seconds() const {
  std::lock_guard const lock(state_->mutex());
  state_->update();
  return state_->hidden_seconds;
}

double Sums::exposed_seconds() const {
  std::lock_guard const lock(state_->mutex());
  state_->update();
  return state_->exposed_seconds;
}

}  // namespace ai500::collectives::nccl
