// SPDX-License-Identifier: Apache-2.0
/// @file The sum over ranks of ResNet-50's gradients, in every way that ai500 and MPI have, beside
/// a memcpy of the buffer on every rank, which no sum in shared memory can be much faster than.
///
///   mpirun -n 2 bench_allreduce [elements [rounds]]
///
/// In each round every way is timed once, each from a barrier to the slowest rank's end; what is
/// printed are medians over the rounds, and of the ratios within a round.
#include <ai500/collectives/mpi.hpp>
//
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/host_name.hpp>
#include <ai500/devices/cores.hpp>
#include <ai500/training/measured_reduction.hpp>

using namespace ai500;
using collectives::Mpi;
using collectives::MpiReduction;

namespace {

constexpr Count resnet50_parameters = 25'557'032;
constexpr Count bucket = Count{1} << 20;  // as parallel_modes::Data cuts

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Something to be timed, and how long it took in each round.
struct Way {
  std::string name;
  std::function<void()> run;
  std::vector<double> seconds{};
};

/// `start(part)` for each bucket of a reduction, from the back.
template <class Reduction, class Between>
void start_buckets(Reduction& reduction, View<float> memory, Between between) {
  for (Count end = memory.size(); end > 0;) {
    Count const size = std::min(bucket, end);
    end -= size;
    reduction.start(memory.part(end, size));
    between();
  }
}

void reduce_in_one(MpiReduction<float>& reduction) {
  reduction.start(reduction.memory());
  reduction.finish();
}

void reduce_in_buckets(MpiReduction<float>& reduction) {
  start_buckets(reduction, reduction.memory(), [&] { reduction.progress(); });
  reduction.finish();
}

/// Ends the program when a sum is wrong: a fast wrong one is worth nothing.
void require_sums(Mpi::Communicator& world, View<float> values, std::string const& name,
                  std::function<void()> const& run) {
  for (Count i = 0; i < values.size(); ++i)
    values.data()[i] = static_cast<float>(i % 128 + world.rank());
  run();
  int const ranks = world.size();
  double wrong = 0;
  for (Count i = 0; i < values.size(); ++i)
    wrong += values.data()[i] != static_cast<float>(i % 128 * ranks + ranks * (ranks - 1) / 2);
  if (world.maximum(wrong) > 0) {
    std::fprintf(stderr, "%s: wrong sums\n", name.c_str());
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  for (float& value : values.span()) value = 1e-3f;
}

void time_round(Mpi::Communicator& world, std::vector<Way>& ways) {
  for (Way& way : ways) {
    world.barrier();
    double const start = now();
    way.run();
    way.seconds.push_back(world.maximum(now() - start));
  }
}

enum class Driven { after_each_kernel, never };

/// Sums whose buckets start 3 ms apart, with kernels of 3 ms in between: what is exposed then.
double exposed_seconds(MeasuredReduction<float, MpiReduction<float>>& measured, Driven driven,
                       Mpi::Communicator& world) {
  auto kernel = [] {
    double const end = now() + 0.003;
    double volatile work = 1;
    while (now() < end)
      for (int i = 0; i < 1000; ++i) work = work * 1.0000001;
  };
  world.barrier();
  double const before = measured.exposed_seconds();
  start_buckets(measured, measured.reduction().memory(), [&] {
    kernel();
    if (driven == Driven::after_each_kernel) measured.progress();
  });
  measured.finish();
  return world.maximum(measured.exposed_seconds() - before);
}

}  // namespace

int main(int argc, char** argv) {
  Mpi::Session session(argc, argv, {});
  Mpi::Communicator world(MPI_COMM_WORLD);
  Mpi::Communicator by_messages(MPI_COMM_WORLD, Mpi::OneHost::by_messages);
  Count const elements = argc > 1 ? std::atoll(argv[1]) : resnet50_parameters;
  int const rounds = argc > 2 ? std::atoi(argv[2]) : 21;
  if (elements < 1 || elements > 1'000'000'000 || rounds < 1) {
    if (world.rank() == 0)
      std::fprintf(stderr, "usage: bench_allreduce [elements, 1 to 10^9 [rounds, at least 1]]\n");
    return 2;
  }

  devices::Host host;
  Buffer<float> source(host, elements), target(host, elements), whole(host, elements),
      pieces(host, elements);
  auto in_memory = world.reduction<float>(host, elements);
  auto messages = by_messages.reduction<float>(host, elements);
  std::vector<Way> ways;
  ways.push_back({"memcpy of the buffer on every rank", [&] {
                    std::memcpy(target.data(), source.data(),
                                static_cast<std::size_t>(elements) * sizeof(float));
                  }});
  auto add = [&](std::string name, View<float> values, std::function<void()> run) {
    require_sums(world, values, name, run);
    ways.push_back({std::move(name), std::move(run)});
  };
  add("ai500: one part", in_memory.memory(), [&] { reduce_in_one(in_memory); });
  add("ai500: buckets of 4 MiB", in_memory.memory(), [&] { reduce_in_buckets(in_memory); });
  add("MPI_Allreduce, one call", whole.view(), [&] {
    collectives::mpi::check(MPI_Allreduce(MPI_IN_PLACE, whole.data(), static_cast<int>(elements),
                                          MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD),
                            "MPI_Allreduce");
  });
  add("MPI_Allreduce, 4 MiB pieces", pieces.view(), [&] { world.allreduce(pieces.view()); });
  add("MPI_Iallreduce, 4 MiB buckets", messages.memory(), [&] { reduce_in_buckets(messages); });
  for (int round = 0; round < rounds; ++round) {
    time_round(world, ways);
    if (round % 8 == 7)  // sums of sums grow
      for (View<float> values :
           {in_memory.memory(), messages.memory(), whole.view(), pieces.view()})
        for (float& value : values.span()) value = 1e-3f;
  }
  MeasuredReduction<float, MpiReduction<float>> measured_memory(std::move(in_memory));
  MeasuredReduction<float, MpiReduction<float>> measured_messages(std::move(messages));
  std::vector<double> exposed_memory, exposed_messages, exposed_alone;
  for (int round = 0; round < std::min(rounds, 7); ++round) {
    exposed_memory.push_back(exposed_seconds(measured_memory, Driven::after_each_kernel, world));
    exposed_messages.push_back(
        exposed_seconds(measured_messages, Driven::after_each_kernel, world));
    exposed_alone.push_back(exposed_seconds(measured_messages, Driven::never, world));
  }
  if (world.rank() != 0) return 0;

  std::printf(
      "The sum of %lld floats, %.1f MB, over %d ranks of 1 thread; %d cores; %s; %s\n"
      "ai500's transport: %s\n%d rounds\n\n",
      static_cast<long long>(elements), static_cast<double>(elements) * 4e-6, world.size(),
      available_cores().count, host_name().c_str(), Mpi::library().c_str(),
      measured_memory.reduction().transport().c_str(), rounds);
  std::printf("%-36s %10s %10s %10s\n", "", "median ms", "least ms", "x memcpy");
  for (Way const& way : ways) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < way.seconds.size(); ++i)
      ratios.push_back(way.seconds[i] / ways[0].seconds[i]);
    std::printf("%-36s %10.2f %10.2f %10.2f\n", way.name.c_str(), 1e3 * median(way.seconds),
                1e3 * std::ranges::min(way.seconds), median(ratios));
  }
  std::printf(
      "\nExposed when kernels of 3 ms run between the buckets, median ms of the slowest rank\n");
  std::printf("%-36s %10.2f\n", "ai500, driven after each", 1e3 * median(exposed_memory));
  std::printf("%-36s %10.2f\n", "MPI_Iallreduce, driven after each",
              1e3 * median(exposed_messages));
  std::printf("%-36s %10.2f\n", "MPI_Iallreduce, never driven", 1e3 * median(exposed_alone));
  return 0;
}
