// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of tuning.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <ai500/core/error.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/storage/hash.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/training/tuning.hpp>

namespace ai500 {

namespace detail {

/// Memory of the device, with small numbers in it.
class TimedMemory {
 public:
  TimedMemory(TimedDevice const& device, std::size_t bytes, NumberRole role)
      : device_(&device), memory_(device.allocate(device.device, bytes)) {
    // Indices stay zero: others may lead out of what they are indices of.
    if (bytes > 0 && role != NumberRole::index) device.fill(device.device, memory_, bytes);
  }
  TimedMemory(TimedMemory&& other) noexcept
      : device_(other.device_), memory_(std::exchange(other.memory_, nullptr)) {}
  TimedMemory& operator=(TimedMemory&&) = delete;
  ~TimedMemory() {
    if (memory_ != nullptr) device_->deallocate(device_->device, memory_);
  }
  void* data() const { return memory_; }

 private:
  TimedDevice const* device_;
  void* memory_;
};

/// The values that a step reads and writes, in memory of their own.
struct TimedValues {
  std::vector<TimedMemory> memory{};
  std::vector<void*> reads{}, writes{};

  TimedValues(TimedDevice const& device, Program const& program, Step const& step,
              NumberSizes sizes) {
    auto place = [&](std::vector<ValueIndex> const& values, std::vector<void*>& places) {
      for (ValueIndex index : values) {
        ProgramValue const& value = program.value(index);
        memory.emplace_back(
            device, static_cast<std::size_t>(value.shape.elements()) * sizes.of(value.number),
            value.number);
        places.push_back(memory.back().data());
      }
    };
    place(step.reads, reads);
    place(step.writes, writes);
  }
};

/// A kernel that has run once, for the first run is slow.
inline PreparedKernel warm_kernel(TimedDevice const& device, KernelTable const& kernels,
                                  Step const& step, Shapes const& shapes, Arguments arguments) {
  PreparedKernel kernel =
      kernels.find(step.what)->prepare(kernels.device, step.what, shapes, kernels.types);
  kernel.run(arguments);
  device.synchronize(device.device);
  return kernel;
}

/// How many runs a measurement needs.
inline int runs_to_measure(TimedDevice const& device, PreparedKernel const& kernel,
                           Arguments arguments) {
  if (device.shortest_seconds <= 0) return 1;
  constexpr double most = 200;
  Stopwatch const one = device.stopwatch(device.device, kernel, arguments, 1);
  one();  // the first run of a recording is slow, too
  return static_cast<int>(std::clamp(std::ceil(device.shortest_seconds / one()), 1.0, most));
}

inline double median(std::vector<double> numbers) {
  auto const middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::ranges::nth_element(numbers, middle);
  return *middle;
}

/// The median seconds of each way of a step on values of its shapes; infinity for one that its
/// kernel offers but cannot run: an engine of a library. The first way must run.
inline std::vector<double> seconds_of_ways(TimedDevice const& device, KernelTable const& kernels,
                                           Program const& program, Step const& step,
                                           NumberSizes sizes, std::vector<std::string> const& ways,
                                           int rounds) {
  TimedValues const values(device, program, step, sizes);
  Arguments const arguments(values.reads, values.writes);
  Shapes shapes = shapes_of(program, step);
  std::vector<std::optional<PreparedKernel>> prepared;
  for (std::string const& way : ways) {
    shapes.way = way;
    try {
      prepared.emplace_back(warm_kernel(device, kernels, step, shapes, arguments));
    } catch (Error const&) {
      if (prepared.empty()) throw;
      prepared.emplace_back();
    }
  }
  int const runs = runs_to_measure(device, *prepared[0], arguments);
  std::vector<Stopwatch> watches;
  for (auto const& kernel : prepared)
    watches.push_back(kernel ? device.stopwatch(device.device, *kernel, arguments, runs)
                             : [] { return std::numeric_limits<double>::infinity(); });
  if (runs > 1)
    for (Stopwatch const& watch : watches) watch();
  std::vector<std::vector<double>> seconds(ways.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t way = 0; way < ways.size(); ++way)
      seconds[way].push_back(watches[way]() / runs);
  std::vector<double> medians;
  for (auto const& times : seconds) medians.push_back(median(times));
  return medians;
}

/// Chooses ways and remembers how long steps take.
class Tuner {
 public:
  Tuner(TimedDevice const& device, KernelTable kernels, NumberSizes sizes, TuningEffort effort)
      : device_(device), kernels_(std::move(kernels)), sizes_(sizes), effort_(effort) {}

  /// Decides all fused convolutions that the program has or, one apart, would have.
  void weigh(Program const& program) { weigh(program, {}); }

  /// Gives each step of the program a way, if its kernel has ways.
  void choose(Program const& program) {
    Program const fitted = fitted_to(program, kernels_);
    for (Step const& step : fitted.steps) {
      KernelEntry const* const kernel = kernels_.find(step.what);
      if (kernel != nullptr && kernel->ways != nullptr && !is_chosen(key(fitted, step)))
        choose(fitted, step);
    }
  }

  Choices choices() && { return std::move(kernels_.choices); }

 private:
  /// Steps by their text: how many a program has, and one of them.
  struct Counted {
    int count = 0;
    Step const* step = nullptr;
  };
  using Inventory = std::map<std::string, Counted>;

  std::string key(Program const& program, Step const& step) const {
    Shapes shapes = shapes_of(program, step);
    shapes.way.clear();
    return step_text(step.what, shapes, kernels_.types);
  }
  bool is_chosen(std::string const& key) const { return kernels_.choices.ways.contains(key); }

  Inventory inventory(Program const& program) const {
    Inventory found;
    for (Step const& step : program.steps) {
      if (kernels_.find(step.what) == nullptr) continue;  // the optimizer's, a collective's
      Counted& one = found[key(program, step)];
      ++one.count;
      one.step = &step;
    }
    return found;
  }

  /// The same for those that the program has more of than `known`. In the order of the steps:
  /// whether a gradient pays to normalize its input again depends on what the forward pass writes.
  void weigh(Program const& program, Inventory const& known) {
    for (bool is_done = false; !is_done;) {
      is_done = true;
      Program const fitted = fitted_to(program, kernels_);
      Inventory const open = beyond(inventory(fitted), known);
      for (Step const& step : fitted.steps) {
        std::string const what = is_fused_convolution(step.what) ? key(fitted, step) : "";
        if (!open.contains(what) || is_chosen(what)) continue;
        weigh_one(program, fitted, what);
        is_done = false;  // the program may be another one now
        break;
      }
    }
  }

  /// Chooses whether one fused step of a program is used.
  void weigh_one(Program const& program, Program const& fitted, std::string const& what) {
    Inventory const with = inventory(fitted);
    kernels_.choices.ways[what] = way_apart;
    weigh(program, with);  // smaller fusions that take its place
    Program const without_it = fitted_to(program, kernels_);
    Inventory const without = inventory(without_it);
    kernels_.choices.ways.erase(what);
    double const seconds_with = seconds_of(fitted, beyond(with, without));
    double const seconds_without = seconds_of(without_it, beyond(without, with));
    bool const is_apart = fastest(std::array{seconds_with, seconds_without}, effort_.margin) == 1;
    if (is_apart)
      kernels_.choices.ways[what] = way_apart;
    else
      kernels_.choices.ways.emplace(what, way_together);  // where its kernel has no ways
  }

  /// The steps of which a program has more than another one, and how many more.
  static Inventory beyond(Inventory const& steps, Inventory const& others) {
    Inventory more;
    for (auto const& [what, counted] : steps) {
      auto const other = others.find(what);
      int const count = counted.count - (other == others.end() ? 0 : other->second.count);
      if (count > 0) more[what] = {count, counted.step};
    }
    return more;
  }

  double seconds_of(Program const& program, Inventory const& steps) {
    double sum = 0;
    for (auto const& [what, counted] : steps)
      sum += counted.count * seconds_of(program, *counted.step, what);
    return sum;
  }

  /// The seconds of a step in the way that is chosen for it, now if it is not yet.
  double seconds_of(Program const& program, Step const& step, std::string const& what) {
    if (auto const known = seconds_.find(what); known != seconds_.end()) return known->second;
    KernelEntry const* const kernel = kernels_.find(step.what);
    if (kernel->ways != nullptr && !is_chosen(what)) {
      choose(program, step);
      if (auto const found = seconds_.find(what); found != seconds_.end()) return found->second;
    }
    std::string const way =
        kernel->ways == nullptr || !is_chosen(what) ? std::string() : kernels_.choices.ways[what];
    return seconds_[what] =
               seconds_of_ways(device_, kernels_, program, step, sizes_, {way}, effort_.rounds)[0];
  }

  /// Times the ways of a step and takes the fastest.
  void choose(Program const& program, Step const& step) {
    std::string const what = key(program, step);
    std::vector<std::string> const ways = kernels_.find(step.what)->ways(
        kernels_.device, step.what, shapes_of(program, step), kernels_.types);
    std::size_t chosen = 0;
    if (ways.size() > 1) {
      auto const seconds =
          seconds_of_ways(device_, kernels_, program, step, sizes_, ways, effort_.rounds);
      chosen = fastest(seconds, effort_.margin);
      seconds_[what] = seconds[chosen];
    }
    kernels_.choices.ways.emplace(what, ways[chosen]);
  }

  TimedDevice const& device_;
  KernelTable kernels_;
  NumberSizes sizes_;
  TuningEffort effort_;
  std::map<std::string, double> seconds_{};  // of steps, in their chosen ways
};

}  // namespace detail

Choices tuned(TimedDevice const& device, std::vector<Program> const& programs, KernelTable kernels,
              NumberSizes sizes, TuningEffort effort) {
  detail::Tuner tuner(device, std::move(kernels), sizes, effort);
  for (Program const& program : programs) {
    tuner.weigh(program);
    tuner.choose(program);
  }
  return std::move(tuner).choices();
}

Choices choices_in(std::string const& file, std::string const& made_with) {
  constexpr Count largest = 1 << 24;  // bytes
  if (!file_exists(file)) return {made_with, {}};
  Choices choices = parse_choices(read_file(file, largest), file);
  require_made_with(choices, made_with, file);
  return choices;
}

void require_made_with(Choices const& choices, std::string const& made_with,
                       std::string const& file) {
  if (choices.made_with != made_with)
    throw UsageError("--autotune " + file + ": was made with '" + choices.made_with +
                     "', this run has '" + made_with + "'; name another file");
}

std::string describe(Choices const& choices) {
  if (choices.ways.empty()) return {};
  return "; ways of " + std::to_string(choices.ways.size()) + " steps chosen by timing, XXH3-128 " +
         xxh3_128(text(choices));
}

}  // namespace ai500
