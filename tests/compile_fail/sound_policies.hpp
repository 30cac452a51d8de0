// SPDX-License-Identifier: Apache-2.0
/// @file A sound policy of each kind, as short as can be. A test derives from one and gets one
/// thing wrong: a name found in the derived type hides the base's.
#pragma once

#include <ai500/aggregation/soft_vote.hpp>
#include <ai500/collectives/policy.hpp>
#include <ai500/datasets/policy.hpp>
#include <ai500/devices/policy.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/optimizers/policy.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/precision/policy.hpp>
#include <ai500/samplers/policy.hpp>
#include <ai500/workloads/policy.hpp>

namespace sound {

using namespace ai500;

struct Sampler {
  static constexpr std::string_view name = "sound";
  constexpr Count elements(Count n) const { return n; }
  constexpr Draw draw(Seed, Job, Count element, Count) const {
    return {static_cast<Sample>(element), 1};
  }
};
static_assert(SamplerPolicy<Sampler>);

struct Precision {
  static constexpr std::string_view name = "sound";
  using compute = float;
  using accumulate = float;
  using message = float;
};
static_assert(PrecisionPolicy<Precision>);

struct Schedule {
  static constexpr std::string_view name = "sound";
  double learning_rate(TrainingProgress) const { return 0.1; }
};
static_assert(SchedulePolicy<Schedule>);

struct Optimizer {
  static constexpr std::string_view name = "sound";
  Schedule schedule{};
  template <class Device, class T>
  struct State {
    State(Optimizer const&, Device&, std::span<ParameterSlot const>) {}
    void update(View<T, Device>, View<T const, Device>, TermsOn<T, Device>) {}
    std::vector<NamedBuffer<T, Device>> buffers() { return {}; }
  };
};
static_assert(OptimizerPolicy<Optimizer, devices::Host, float>);

struct ParallelMode {
  static constexpr std::string_view name = "sound";
  static Program split(Program const& program, ProgramSplit) { return program; }
  static constexpr BatchShare share(Count batch, int, int) { return {0, batch}; }
};
static_assert(ParallelModePolicy<ParallelMode>);

template <class T>
struct Reduction {
  View<T> memory() { return {}; }
  void start(View<T>) {}
  void progress() {}
  Count pending() const { return 0; }
  void finish() {}
  std::string transport() const { return "none"; }
};
static_assert(ReductionOf<Reduction<float>, float>);

/// `Self` is the communicator itself, or the one that derives from this.
template <class Self>
struct CommunicatorOf {
  int rank() const { return 0; }
  int size() const { return 1; }
  Self split(int) { return {}; }
  void barrier() {}
  void allreduce(View<float>) {}
  void allreduce(View<double>) {}
  template <class T>
  Reduction<T> reduction(devices::Host&, Count) {
    return {};
  }
  double maximum(double number) { return number; }
  std::string bcast(std::string const& text, int) { return text; }
  std::vector<std::string> allgather(std::string const& text) { return {text}; }
};

struct Collective {
  static constexpr std::string_view name = "sound";
  static std::string library() { return "none"; }
  static int launched_rank() { return 0; }
  struct Communicator : CommunicatorOf<Communicator> {};
  struct Session {
    Session(int&, char**&, JoinRequest const&) {}
    template <class Rank>
    void run_ranks(Rank&& rank) {
      Communicator world;
      rank(world);
    }
    void abort(int) {}
  };
};
static_assert(CollectivePolicy<Collective>);

/// `Self` is the data set that derives from this.
template <class Self>
struct DatasetOf {
  static constexpr std::string_view name = "sound";
  static constexpr ImageShape image_shape{.channels = 1, .height = 2, .width = 2};
  static constexpr Count classes = 2;
  static constexpr std::string_view default_folder = "";
  static Self load(std::string const&) { return {}; }
  static std::vector<std::string> files(std::string const&) { return {}; }
  Count size(Split) const { return classes; }
  int label(Split, Sample sample) const { return static_cast<int>(sample); }
  template <class T>
  void image(Split, Sample, std::span<T> pixels) const {
    for (T& pixel : pixels) pixel = T(0);
  }
};
struct Dataset : DatasetOf<Dataset> {};
static_assert(DatasetPolicy<Dataset>);

/// A device whose memory the host cannot reach.
struct Device {
  static constexpr std::string_view name = "sound";
  static constexpr bool reached_by_host = false;
  void* allocate(std::size_t) { return nullptr; }
  void deallocate(void*) noexcept {}
  void* allocate_staging(std::size_t) { return nullptr; }
  void deallocate_staging(void*) noexcept {}
  void upload(void*, void const*, std::size_t) {}
  void download(void*, void const*, std::size_t) {}
  void upload_ahead(void*, void const*, std::size_t) {}
  void join_uploads() {}
  void download_late(void*, void const*, std::size_t) {}
  struct Mark {
    explicit Mark(Device&) {}
  };
  void set(Mark&) {}
  bool has_reached(Mark&) { return true; }
  void synchronize() {}
};
static_assert(DevicePolicy<Device>);

struct KernelTraits {
  static constexpr std::string_view name = "sound";
  using Device = devices::Host;
  static constexpr std::string_view layout = "NCHW";
  static constexpr bool threaded = false;
  static constexpr bool computes_in(Types) { return true; }
  static Device make_device(DeviceChoice const&) { return {}; }
};
static_assert(KernelSetTraits<KernelTraits>);

struct Model {
  static constexpr std::string_view name = "sound";
  static constexpr Graph graph(Shape image, Count classes) {
    Graph graph;
    graph.fully_connected(graph.input("image", image), classes);
    return graph;
  }
};

struct Recipe {
  int epochs = 1;
  Count batch = 1;
  double target_top1 = 0.5;
};

template <AggregationPolicy Vote>
struct WorkloadOf {
  static constexpr std::string_view name = "sound";
  using Model = sound::Model;
  using Dataset = sound::Dataset;
  using Kernels = KernelSet<KernelTraits>;
  using Aggregation = Vote;
  template <AggregationPolicy Other>
  using with_aggregation = WorkloadOf<Other>;
  static constexpr std::string_view metric = "quality";
  static constexpr double exponent = 5;
  Recipe recipe{};
  Graph graph() const { return {}; }
  double quality(Predictions const&, std::span<int const>) const { return 0; }
};
using Workload = WorkloadOf<aggregation::SoftVote>;
static_assert(WorkloadPolicy<Workload>);

}  // namespace sound
