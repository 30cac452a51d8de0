// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of context.hpp.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/api.hpp>
#include <ai500/kernels/cudnn/context.hpp>

namespace ai500::kernels::cudnn {

Options Options::of_environment() {
  char const* const value = std::getenv("AI500_CUDNN_BITS");
  std::string const bits(value == nullptr ? "" : value);
  Options options;
  if (!bits.empty() && bits != "same" && bits != "any")
    throw UsageError("AI500_CUDNN_BITS is '" + bits + "': it must be same or any");
  if (bits == "any") options.plans.repeatability = Repeatability::any;
  return options;
}

std::string describe(Options const& options) {
  return options.plans.repeatability == Repeatability::same_bits
             ? "engines with the same bits in every run"
             : "engines whose bits may vary from run to run, too";
}

std::shared_ptr<Scratch::Memory> Scratch::reserve(devices::Cuda& device, std::size_t bytes) {
  std::shared_ptr<Memory> memory = memory_.lock();
  if (!memory) memory_ = memory = std::make_shared<Memory>();
  if (memory->now_.size() >= static_cast<Count>(bytes)) return memory;
  if (std::exchange(memory->is_used_, false))
    memory->used_before_.push_back(std::move(memory->now_));
  memory->now_ = {};
  memory->now_ = Buffer<std::byte, devices::Cuda>(device, static_cast<Count>(bytes));
  return memory;
}

Context::Context(devices::Cuda& device, Options options) : options_(std::move(options)) {
  check(cudnnCreate(&handle_), "cudnnCreate");
  try {
    check(cudnnSetStream(handle_, device.stream()), "cudnnSetStream");
    planner_.emplace(Target::of(handle_), options_.plans);
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

Plan const& Context::plan(Pattern const& pattern, std::string_view plan_name) {
  PlanSearch const& search =
      plan_name.empty() ? planner_->find(pattern) : planner_->candidates(pattern);
  auto what = [&] { return std::string(name(pattern.kind)) + " " + describe(pattern); };
  if (!search) throw Error("cuDNN has no plan for " + what() + ": " + search.reason);
  if (plan_name.empty()) return search.plans[0];
  auto const found = std::ranges::find(search.plans, plan_name, &Plan::name);
  if (found != search.plans.end()) return *found;
  std::string all;
  for (Plan const& plan : search.plans) all += (all.empty() ? "" : ", ") + plan.name;
  throw Error("cuDNN has no '" + std::string(plan_name) + "' for " + what() + "; it has " + all);
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
