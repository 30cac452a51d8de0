// SPDX-License-Identifier: Apache-2.0
/// @file The simulation of CUDA's runtime refuses in a recording what CUDA refuses: else tests over
/// it would show nothing about recorded steps.
#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include <cuda_runtime_api.h>

#include "simulated.hpp"

using namespace ai500;

namespace {

/// Two streams and two events, and a place where their work writes what was done.
struct Recorded {
  cudaStream_t one = nullptr, other = nullptr;
  cudaEvent_t fork = nullptr, join = nullptr;
  std::vector<int> done;

  Recorded() {
    cudaStreamCreateWithFlags(&one, cudaStreamNonBlocking);
    cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking);
    cudaEventCreateWithFlags(&fork, cudaEventDisableTiming);
    cudaEventCreateWithFlags(&join, cudaEventDisableTiming);
  }
  Recorded(Recorded const&) = delete;
  Recorded& operator=(Recorded const&) = delete;
  ~Recorded() {
    cudaEventDestroy(fork);
    cudaEventDestroy(join);
    cudaStreamDestroy(one);
    cudaStreamDestroy(other);
  }

  void begin(cudaStreamCaptureMode mode = cudaStreamCaptureModeThreadLocal) {
    REQUIRE(cudaStreamBeginCapture(one, mode) == cudaSuccess);
  }
  void work(cudaStream_t stream, int number) {
    simulated::enqueue(stream, [this, number] { done.push_back(number); });
  }
  cudaError_t follow(cudaEvent_t event, cudaStream_t first, cudaStream_t second) {
    cudaError_t const code = cudaEventRecord(event, first);
    return code == cudaSuccess ? cudaStreamWaitEvent(second, event, 0) : code;
  }
  /// Ends the recording.
  cudaError_t end(cudaGraph_t* graph = nullptr) {
    cudaGraph_t made = nullptr;
    cudaError_t const code = cudaStreamEndCapture(one, &made);
    if (graph != nullptr)
      *graph = made;
    else if (made != nullptr)
      cudaGraphDestroy(made);
    return code;
  }
};

}  // namespace

TEST_CASE("simulated CUDA: a fork that is joined is launched with its order, again and again") {
  Recorded all;
  all.begin();
  all.work(all.one, 1);
  REQUIRE(all.follow(all.fork, all.one, all.other) == cudaSuccess);
  all.work(all.other, 2);
  REQUIRE(all.follow(all.join, all.other, all.one) == cudaSuccess);
  all.work(all.one, 3);
  cudaGraph_t graph = nullptr;
  REQUIRE(all.end(&graph) == cudaSuccess);
  CHECK(all.done.empty());
  cudaGraphExec_t to_launch = nullptr;
  REQUIRE(cudaGraphInstantiateWithFlags(&to_launch, graph, 0) == cudaSuccess);

  for (int launch = 0; launch < 2; ++launch)
    REQUIRE(cudaGraphLaunch(to_launch, all.one) == cudaSuccess);
  REQUIRE(cudaStreamSynchronize(all.one) == cudaSuccess);

  CHECK(all.done == std::vector<int>{1, 2, 3, 1, 2, 3});
  cudaGraphExecDestroy(to_launch);
  cudaGraphDestroy(graph);
}

TEST_CASE("simulated CUDA: work of a fork that is not joined is refused at the end") {
  Recorded all;
  all.begin();
  REQUIRE(all.follow(all.fork, all.one, all.other) == cudaSuccess);
  all.work(all.other, 1);
  SUBCASE("never joined") {}
  SUBCASE("joined before its last work") {
    REQUIRE(all.follow(all.join, all.other, all.one) == cudaSuccess);
    all.work(all.other, 2);
  }

  CHECK(all.end() == cudaErrorStreamCaptureUnjoined);
  CHECK(cudaStreamSynchronize(all.other) == cudaSuccess);  // is not recorded any more
}

TEST_CASE("simulated CUDA: what might wait spoils the recording of its thread") {
  Recorded all;
  Recorded outside;
  REQUIRE(cudaEventRecord(outside.fork, outside.one) == cudaSuccess);
  all.begin();
  void* memory = nullptr;
  SUBCASE("waiting for the stream") {
    CHECK(cudaStreamSynchronize(all.one) == cudaErrorStreamCaptureUnsupported);
  }
  SUBCASE("waiting for another stream") {
    CHECK(cudaStreamSynchronize(outside.one) == cudaErrorStreamCaptureUnsupported);
  }
  SUBCASE("asking for an event of the recording") {
    REQUIRE(cudaEventRecord(all.fork, all.one) == cudaSuccess);
    CHECK(cudaEventQuery(all.fork) == cudaErrorCapturedEvent);
  }
  SUBCASE("asking for another event") {
    CHECK(cudaEventQuery(outside.fork) == cudaErrorStreamCaptureUnsupported);
  }
  SUBCASE("memory") { CHECK(cudaMalloc(&memory, 8) == cudaErrorStreamCaptureUnsupported); }
  SUBCASE("pinned memory") {
    CHECK(cudaHostAlloc(&memory, 8, 0) == cudaErrorStreamCaptureUnsupported);
  }
  SUBCASE("an event from outside") {
    CHECK(cudaStreamWaitEvent(all.one, outside.fork, 0) == cudaErrorStreamCaptureIsolation);
  }

  CHECK(all.end() == cudaErrorStreamCaptureInvalidated);
}

TEST_CASE("simulated CUDA: other threads spoil a recording only where it is everybody's") {
  Recorded all;
  for (auto const mode : {cudaStreamCaptureModeThreadLocal, cudaStreamCaptureModeGlobal}) {
    bool const global = mode == cudaStreamCaptureModeGlobal;
    all.begin(mode);
    std::thread([&] {
      Recorded theirs;
      CHECK((cudaStreamSynchronize(theirs.one) == cudaSuccess) == !global);
    }).join();
    CHECK((all.end() == cudaSuccess) == !global);
  }
  all.begin(cudaStreamCaptureModeGlobal);
  std::thread([&] {
    Recorded theirs;
    auto relaxed = cudaStreamCaptureModeRelaxed;
    cudaThreadExchangeStreamCaptureMode(&relaxed);
    CHECK(cudaStreamSynchronize(theirs.one) == cudaSuccess);
  }).join();
  CHECK(all.end() == cudaSuccess);
}

TEST_CASE("simulated CUDA: an event of a recording means nothing outside of it") {
  Recorded all;
  all.begin();
  REQUIRE(cudaEventRecord(all.fork, all.one) == cudaSuccess);
  REQUIRE(all.end() == cudaSuccess);

  CHECK(cudaEventQuery(all.fork) == cudaErrorCapturedEvent);
  CHECK(cudaStreamWaitEvent(all.other, all.fork, 0) == cudaErrorCapturedEvent);
  REQUIRE(cudaEventRecord(all.fork, all.one) == cudaSuccess);  // and is one outside again
  CHECK(cudaStreamWaitEvent(all.other, all.fork, 0) == cudaSuccess);
}

TEST_CASE("simulated CUDA: a recording ends on the stream and in the thread that began it") {
  Recorded all;
  cudaGraph_t graph = nullptr;
  all.begin();
  REQUIRE(all.follow(all.fork, all.one, all.other) == cudaSuccess);
  SUBCASE("another stream") {
    CHECK(cudaStreamEndCapture(all.other, &graph) == cudaErrorStreamCaptureUnmatched);
  }
  SUBCASE("another thread") {
    std::thread([&] {
      CHECK(cudaStreamEndCapture(all.one, &graph) == cudaErrorStreamCaptureWrongThread);
    }).join();
  }

  CHECK(all.end() == cudaErrorStreamCaptureInvalidated);
}
