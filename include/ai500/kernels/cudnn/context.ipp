// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of context.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include <ai500/kernels/cudnn/context.hpp>
#include <ai500/kernels/cudnn/plan_state.hpp>

namespace ai500::kernels::cudnn {

Options Options::of_environment() {
  auto variable = [](char const* name) {
    char const* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  Options options;
  std::string const bits = variable("AI500_CUDNN_BITS");
  if (!bits.empty() && bits != "same" && bits != "any")
    throw UsageError("AI500_CUDNN_BITS is '" + bits + "': it must be same or any");
  if (bits == "any") options.plans.repeatability = Repeatability::any;
  options.choices_file = variable("AI500_CUDNN_CHOICES");
  if (!options.choices_file.empty()) options.plans.candidates = 8;
  return options;
}

std::string describe(Options const& options) {
  return std::string(options.plans.repeatability == Repeatability::same_bits
                         ? "engines with the same bits in every run"
                         : "engines whose bits may vary from run to run, too") +
         (options.choices_file.empty() ? ", the heuristics' first"
                                       : ", the fastest measured (" + options.choices_file + ")");
}

void Scratch::reserve(devices::Cuda& device, std::size_t bytes) {
  if (memory_.size() >= static_cast<Count>(bytes)) return;
  if (std::exchange(is_used_, false)) used_before_.push_back(std::move(memory_));
  memory_ = {};
  memory_ = Buffer<std::byte, devices::Cuda>(device, static_cast<Count>(bytes));
}

Context::Context(devices::Cuda& device, Options options) : options_(std::move(options)) {
  check(cudnnCreate(&handle_), "cudnnCreate");
  try {
    check(cudnnSetStream(handle_, device.stream()), "cudnnSetStream");
    planner_.emplace(Target::of(handle_), options_.plans);
    if (!options_.choices_file.empty()) choices_.emplace(options_.choices_file);
  } catch (...) {
    cudnnDestroy(handle_);
    throw;
  }
}

Context::Context(Target described, Options options)
    : options_(std::move(options)), planner_(std::in_place, std::move(described), options_.plans) {}

Context::~Context() {
  planner_.reset();  // plans end before their handle
  if (handle_ != nullptr) cudnnDestroy(handle_);
}

Plan const& Context::plan(devices::Cuda& device, Pattern const& pattern) {
  PlanSearch const& search = planner_->find(pattern);
  if (!search)
    throw Error("cuDNN has no plan for " + std::string(name(pattern.kind)) + " " +
                describe(pattern) + ": " + search.reason);
  return search.plans[choices_ ? measured_choice(device, pattern, search) : 0];
}

namespace detail {

/// Zeroed memory for each tensor that a plan reads or writes.
inline std::vector<Buffer<std::byte, devices::Cuda>> tensors_of(devices::Cuda& device,
                                                                Plan const& plan,
                                                                Pattern const& pattern) {
  Count const greatest =
      4 * std::max({pattern.x.elements(), pattern.weight.elements(), pattern.y.elements()});
  std::size_t const count = plan.state->graph.reads.size() + plan.state->graph.writes.size();
  std::vector<Buffer<std::byte, devices::Cuda>> tensors;
  for (std::size_t i = 0; i < count; ++i) tensors.emplace_back(device, greatest);
  return tensors;
}

/// The median of five runs, each of ten executions, behind one that is not counted. Numbers are
/// zeros: which is the fastest does not depend on them, how fast it is may (power).
inline double microseconds(devices::Cuda& device, cudnnContext* handle, Plan const& plan,
                           std::vector<void*> const& reads, std::vector<void*> const& writes,
                           void* workspace) {
  using Clock = std::chrono::steady_clock;
  constexpr int executions = 10;
  std::array<double, 5> runs{};
  execute(handle, plan, reads, writes, workspace);
  for (double& run : runs) {
    device.synchronize();
    auto const start = Clock::now();
    for (int i = 0; i < executions; ++i) execute(handle, plan, reads, writes, workspace);
    device.synchronize();
    run = std::chrono::duration<double, std::micro>(Clock::now() - start).count() / executions;
  }
  std::ranges::sort(runs);
  return runs[runs.size() / 2];
}

}  // namespace detail

std::size_t Context::measured_choice(devices::Cuda& device, Pattern const& pattern,
                                     PlanSearch const& search) {
  std::string const what = std::string(name(pattern.kind)) + " " + describe(pattern) +
                           (options_.plans.repeatability == Repeatability::any ? ", any bits" : "");
  Target const& target = planner_->target();
  auto const known = choices_->find(target.name(), version(), what);
  if (known && known->candidate < search.plans.size() &&
      search.plans[known->candidate].engine == known->engine)
    return known->candidate;
  if (search.plans.size() == 1) return 0;
  auto tensors = detail::tensors_of(device, search.plans[0], pattern);
  std::size_t const first_write = search.plans[0].state->graph.reads.size();
  std::vector<void*> reads, writes;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    (i < first_write ? reads : writes).push_back(tensors[i].data());
  std::vector<double> times;
  for (Plan const& plan : search.plans) {
    Buffer<std::byte, devices::Cuda> workspace(device, plan.workspace);
    try {
      times.push_back(detail::microseconds(device, handle_, plan, reads, writes, workspace.data()));
    } catch (Error const&) {  // this engine cannot; another one may
      times.push_back(std::numeric_limits<double>::infinity());
    }
  }
  std::size_t const best = fastest(times);
  choices_->add({target.name(), version(), what, best, search.plans[best].engine, times[best]});
  return best;
}

Context& context_of(devices::Cuda& device) {
  if (!device.is_here() && device.attachments().find<Context>() == nullptr)
    throw DeviceError("kernels::CuDnn: " + device.properties().name +
                      " is only described, and cuDNN has no description of it");
  return device.attachments().get<Context>(
      [&] { return std::make_shared<Context>(device, Options::of_environment()); });
}

Context& describe_context(devices::Cuda& device, Target target, Options options) {
  return device.attachments().get<Context>(
      [&] { return std::make_shared<Context>(std::move(target), std::move(options)); });
}

}  // namespace ai500::kernels::cudnn
