// SPDX-License-Identifier: Apache-2.0
#include <cuda_runtime_api.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "simulated.hpp"

namespace {

/// One recording of an event: it comes once.
struct Point {
  std::mutex mutex;
  std::condition_variable changed;
  bool has_come = false;

  void come() {
    std::lock_guard const lock(mutex);
    has_come = true;
    changed.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return has_come; });
  }
};

/// One launch of a graph: its events come once.
struct Launch {
  explicit Launch(std::size_t events) : points(events) {}
  std::vector<Point> points;
};

/// Recorded work.
struct Item {
  std::function<void(Launch&)> run;
  std::function<void()> when_given;  // may be empty
};

/// What one stream was given while it was recorded.
struct Lane {
  std::vector<Item> items;
  std::vector<std::size_t> known{};  // how many pieces of work of each lane come before its end
};

/// A recording under way: the lanes of the stream that it began with, and of streams that waited
/// for its events since.
struct Capture {
  CUstream_st* origin = nullptr;
  std::thread::id thread{};
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  bool invalid = false;
  bool ended = false;
  std::vector<CUstream_st*> streams{};  // of the lanes
  std::vector<Lane> lanes{};
  std::size_t events = 0;

  /// A lane for one more stream.
  std::size_t add(CUstream_st* stream) {
    streams.push_back(stream);
    lanes.emplace_back();
    for (Lane& lane : lanes) lane.known.resize(lanes.size());
    return lanes.size() - 1;
  }
};

// All recordings: one mutex is enough for tests.
std::mutex captures_mutex;
std::vector<std::shared_ptr<Capture>> captures;  // under way

thread_local int current_device = 0;
thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

}  // namespace

struct CUgraph_st {
  std::vector<Lane> lanes;
  std::size_t events = 0;
};
struct CUgraphExec_st {
  std::shared_ptr<CUgraph_st const> graph;
};

/// A worker thread; work is done in order, some time.
struct CUstream_st {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> work;
  bool busy = false;
  bool stopping = false;
  std::shared_ptr<Capture> capture;  // that it is recorded into; under captures_mutex
  std::size_t lane = 0;
  std::thread worker{[this] { run(); }};

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return stopping || !work.empty(); });
      if (work.empty()) return;
      auto next = std::move(work.front());
      work.pop_front();
      busy = true;
      lock.unlock();
      next();
      next = nullptr;  // what it holds goes before the stream is known to be idle
      lock.lock();
      busy = false;
      changed.notify_all();
    }
  }

  void give(std::function<void()> next) {
    std::lock_guard const lock(mutex);
    work.push_back(std::move(next));
    changed.notify_all();
  }
};

struct CUevent_st {
  std::shared_ptr<Point> point{};      // where it was recorded last: in a stream's work,
  std::shared_ptr<Capture> capture{};  // or in a recording; there
  std::size_t index = 0;
  std::vector<std::size_t> known{};
};

namespace {

/// A call that might wait for work: not while this thread records.
cudaError_t unsafe_call() {
  std::lock_guard const lock(captures_mutex);
  cudaError_t code = cudaSuccess;
  for (auto const& capture : captures) {
    bool const mine = capture->thread == std::this_thread::get_id();
    bool const prohibits = mine ? capture->mode != cudaStreamCaptureModeRelaxed &&
                                      thread_mode != cudaStreamCaptureModeRelaxed
                                : capture->mode == cudaStreamCaptureModeGlobal &&
                                      thread_mode == cudaStreamCaptureModeGlobal;
    if (!prohibits) continue;
    capture->invalid = true;
    code = cudaErrorStreamCaptureUnsupported;
  }
  return code;
}

cudaError_t spoil(Capture& capture, cudaError_t code) {
  capture.invalid = true;
  return code;
}

}  // namespace

namespace ai500::simulated {

void enqueue(cuda::Stream stream, std::function<void()> work, std::function<void()> when_given) {
  {
    std::lock_guard const lock(captures_mutex);
    if (Capture* const capture = stream->capture.get()) {
      Lane& lane = capture->lanes[stream->lane];
      lane.items.push_back({[work](Launch&) { work(); }, std::move(when_given)});
      ++lane.known[stream->lane];
      return;
    }
  }
  if (when_given) when_given();
  stream->give(std::move(work));
}

}  // namespace ai500::simulated

using ai500::simulated::enqueue;

extern "C" {

char const* cudaGetErrorName(cudaError_t code) {
  switch (code) {
    case cudaErrorStreamCaptureUnsupported:
      return "cudaErrorStreamCaptureUnsupported";
    case cudaErrorStreamCaptureInvalidated:
      return "cudaErrorStreamCaptureInvalidated";
    case cudaErrorStreamCaptureMerge:
      return "cudaErrorStreamCaptureMerge";
    case cudaErrorStreamCaptureUnmatched:
      return "cudaErrorStreamCaptureUnmatched";
    case cudaErrorStreamCaptureUnjoined:
      return "cudaErrorStreamCaptureUnjoined";
    case cudaErrorStreamCaptureIsolation:
      return "cudaErrorStreamCaptureIsolation";
    case cudaErrorStreamCaptureImplicit:
      return "cudaErrorStreamCaptureImplicit";
    case cudaErrorStreamCaptureWrongThread:
      return "cudaErrorStreamCaptureWrongThread";
    case cudaErrorCapturedEvent:
      return "cudaErrorCapturedEvent";
    default:
      return "cudaErrorSimulated";
  }
}
char const* cudaGetErrorString(cudaError_t) { return "a simulated error"; }
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = ai500::simulated::gpus;
  return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaSetDevice(int device) {
  current_device = device;
  return device < ai500::simulated::gpus ? cudaSuccess : cudaErrorInvalidDevice;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* all, int device) {
  *all = {};
  std::snprintf(all->name, sizeof all->name, "simulated GPU");
  all->major = 9;
  all->totalGlobalMem = std::size_t{80} << 30;
  all->multiProcessorCount = 132;
  return device < ai500::simulated::gpus ? cudaSuccess : cudaErrorInvalidDevice;
}
cudaError_t cudaDeviceGetPCIBusId(char* bus, int length, int device) {
  std::snprintf(bus, static_cast<std::size_t>(length), "0000:%02x:00.0", device + 1);
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (cudaError_t const code = unsafe_call()) return code;
  *memory = std::malloc(bytes);
  std::memset(*memory, 0xff, bytes);  // whoever relies on zeros must ask for them
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  if (cudaError_t const code = unsafe_call()) return code;
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *free = *total = std::size_t{80} << 30;
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
  return cudaMalloc(memory, bytes);
}
cudaError_t cudaFreeHost(void* memory) { return cudaFree(memory); }
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  enqueue(stream, [=] { std::memset(memory, value, bytes); });
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, cudaMemcpyKind,
                            cudaStream_t stream) {
  enqueue(stream, [=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new CUstream_st;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  {
    std::lock_guard const lock(captures_mutex);
    if (stream->capture) return spoil(*stream->capture, cudaErrorStreamCaptureUnsupported);
  }
  if (cudaError_t const code = unsafe_call()) return code;
  std::unique_lock lock(stream->mutex);
  stream->changed.wait(lock, [&] { return stream->work.empty() && !stream->busy; });
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  {
    std::lock_guard const lock(stream->mutex);
    stream->stopping = true;
    stream->changed.notify_all();
  }
  stream->worker.join();
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  {
    std::lock_guard const lock(captures_mutex);
    std::shared_ptr<Capture> const of = event->capture;
    if (of == nullptr && stream->capture)
      return event->point ? spoil(*stream->capture, cudaErrorStreamCaptureIsolation) : cudaSuccess;
    if (of != nullptr) {
      if (of->ended) {
        if (stream->capture) return spoil(*stream->capture, cudaErrorStreamCaptureIsolation);
        return cudaErrorCapturedEvent;
      }
      if (of->invalid) return cudaErrorStreamCaptureInvalidated;
      if (stream->capture && stream->capture != of) {
        spoil(*stream->capture, cudaErrorStreamCaptureMerge);
        return spoil(*of, cudaErrorStreamCaptureMerge);
      }
      if (!stream->capture) {
        stream->capture = of;
        stream->lane = of->add(stream);
      }
      Lane& lane = of->lanes[stream->lane];
      lane.items.push_back(
          {[index = event->index](Launch& launch) { launch.points[index].wait(); }, nullptr});
      for (std::size_t i = 0; i < event->known.size(); ++i)
        lane.known[i] = std::max(lane.known[i], event->known[i]);
      return cudaSuccess;
    }
  }
  if (event->point) stream->give([point = event->point] { point->wait(); });
  return cudaSuccess;
}
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  std::swap(*mode, thread_mode);
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  std::lock_guard const lock(captures_mutex);
  if (stream->capture) return spoil(*stream->capture, cudaErrorIllegalState);
  auto capture = std::make_shared<Capture>();
  capture->origin = stream;
  capture->thread = std::this_thread::get_id();
  capture->mode = mode;
  stream->capture = capture;
  stream->lane = capture->add(stream);
  captures.push_back(std::move(capture));
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  std::lock_guard const lock(captures_mutex);
  *graph = nullptr;
  std::shared_ptr<Capture> const capture = stream->capture;
  if (!capture) return cudaErrorIllegalState;
  if (capture->origin != stream) return spoil(*capture, cudaErrorStreamCaptureUnmatched);
  if (capture->mode != cudaStreamCaptureModeRelaxed &&
      capture->thread != std::this_thread::get_id())
    return spoil(*capture, cudaErrorStreamCaptureWrongThread);
  capture->ended = true;
  std::erase(captures, capture);
  for (CUstream_st* of : capture->streams) of->capture.reset();
  std::vector<Lane> lanes = std::exchange(capture->lanes, {});
  if (capture->invalid) return cudaErrorStreamCaptureInvalidated;
  for (std::size_t lane = 1; lane < lanes.size(); ++lane)
    if (lanes[0].known[lane] < lanes[lane].known[lane]) return cudaErrorStreamCaptureUnjoined;
  *graph = new CUgraph_st{std::move(lanes), capture->events};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* to_launch, cudaGraph_t graph,
                                          unsigned long long) {
  *to_launch = new CUgraphExec_st{std::make_shared<CUgraph_st const>(*graph)};
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  delete graph;
  return cudaSuccess;
}
// Lanes beside the first have threads of their own; the stream goes on when all are done.
cudaError_t cudaGraphLaunch(cudaGraphExec_t to_launch, cudaStream_t stream) {
  {
    std::lock_guard const lock(captures_mutex);
    // CUDA makes a child graph of it; nobody needs that here.
    if (stream->capture) return spoil(*stream->capture, cudaErrorStreamCaptureUnsupported);
  }
  for (Lane const& lane : to_launch->graph->lanes)
    for (Item const& item : lane.items)
      if (item.when_given) item.when_given();
  stream->give([graph = to_launch->graph] {
    Launch launch(graph->events);
    auto const run = [&launch](Lane const& lane) {
      for (Item const& item : lane.items) item.run(launch);
    };
    std::vector<std::thread> others;
    for (std::size_t lane = 1; lane < graph->lanes.size(); ++lane)
      others.emplace_back(run, std::cref(graph->lanes[lane]));
    run(graph->lanes[0]);
    for (std::thread& other : others) other.join();
  });
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  {
    std::lock_guard const lock(captures_mutex);
    event->point.reset();
    event->capture = stream->capture;
    if (Capture* const capture = stream->capture.get()) {
      if (capture->invalid) return cudaErrorStreamCaptureInvalidated;
      event->index = capture->events++;
      event->known = capture->lanes[stream->lane].known;
      capture->lanes[stream->lane].items.push_back(
          {[index = event->index](Launch& launch) { launch.points[index].come(); }, nullptr});
      return cudaSuccess;
    }
  }
  event->point = std::make_shared<Point>();
  stream->give([point = event->point] { point->come(); });
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  {
    std::lock_guard const lock(captures_mutex);
    if (event->capture) return spoil(*event->capture, cudaErrorCapturedEvent);
  }
  if (cudaError_t const code = unsafe_call()) return code;
  if (!event->point) return cudaSuccess;
  std::lock_guard const lock(event->point->mutex);
  return event->point->has_come ? cudaSuccess : cudaErrorNotReady;
}

}  // extern "C"
