// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of prepared_program.hpp.
#pragma once

#include <algorithm>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/graph/store_weights.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/training/prepared_program.hpp>

namespace ai500 {

namespace detail {

/// One option a layout that fits all values of a step.
inline std::vector<StepLayouts> shared_layouts(Shapes const& shapes) {
  std::vector<StepLayouts> options;
  for (Layout layout : all_layouts) {
    auto takes = [&](Shape const& shape) { return fits(layout, shape); };
    if (std::ranges::all_of(shapes.reads, takes) && std::ranges::all_of(shapes.writes, takes))
      options.push_back(
          {std::vector(shapes.reads.size(), layout), std::vector(shapes.writes.size(), layout)});
  }
  return options;
}

/// Whether a step writes or reads the bits of a relu.
inline bool has_relu_bits(StepOperation const& what) {
  return std::visit(
      [](auto const& one) {
        if constexpr (requires { one.mask; }) return one.mask == steps::ReluMask::bits;
        return false;
      },
      what);
}

/// Whether the set has a kernel for the step that is applicable there.
inline bool computes(KernelTable const& kernels, Program const& program, Step const& step) {
  KernelEntry const* const kernel = kernels.find(step.what);
  if (kernel == nullptr || kernel->prepare == nullptr) return false;
  if (has_relu_bits(step.what) && !kernel->keeps_relu_bits) return false;
  return kernel->applicable == nullptr ||
         kernel->applicable(kernels.device, step.what, shapes_of(program, step), kernels.types);
}

/// The program with stored weights, if the kernel set stores them.
inline Program with_stored_weights(Program program, KernelTable const& kernels) {
  Program stored = store_weights(program);
  bool const stores = !stored.steps.empty() &&
                      std::holds_alternative<steps::StoreWeights>(stored.steps.front().what) &&
                      computes(kernels, stored, stored.steps.front());
  return stores ? stored : program;
}

/// The way that was chosen for a step; empty: none was.
inline std::string chosen_way(KernelTable const& kernels, Program const& program,
                              Step const& step) {
  if (kernels.choices.ways.empty()) return {};
  auto const found =
      kernels.choices.ways.find(step_text(step.what, shapes_of(program, step), kernels.types));
  return found == kernels.choices.ways.end() ? std::string() : found->second;
}

}  // namespace detail

Program fitted_to(Program program, KernelTable const& kernels) {
  Program fused = fuse(detail::with_stored_weights(std::move(program), kernels),
                       [&](Program const& so_far, Step const& step) {
                         return detail::computes(kernels, so_far, step);
                       });
  Program fitted = lay_out(
      std::move(fused), [&](Program const& so_far, Step const& step) -> std::vector<StepLayouts> {
        KernelEntry const* const kernel = kernels.find(step.what);
        if (kernel == nullptr || kernel->prepare == nullptr) return {};
        Shapes const shapes = shapes_of(so_far, step);
        if (kernel->layouts != nullptr)
          return kernel->layouts(kernels.device, step.what, shapes, kernels.types);
        if (kernel->any_layout) return detail::shared_layouts(shapes);
        return {};
      });
  for (Step& step : fitted.steps) {
    KernelEntry const* const kernel = kernels.find(step.what);
    if (kernel == nullptr) continue;
    if (kernel->in_place != nullptr) step.in_place = kernel->in_place(step.what);
    if (kernel->ways != nullptr) step.way = detail::chosen_way(kernels, fitted, step);
  }
  return fitted;
}

std::string describe_fitted(std::string const& title, Program program, KernelTable const& kernels,
                            NumberSizes sizes) {
  Program fitted = fitted_to(std::move(program), kernels);
  for (Step& step : fitted.steps)
    if (KernelEntry const* const kernel = kernels.find(step.what);
        step.way.empty() && kernel != nullptr && kernel->ways != nullptr)
      step.way =
          kernel->ways(kernels.device, step.what, shapes_of(fitted, step), kernels.types).front();
  std::string fused = describe_fused(fitted);
  if (fused.empty()) fused = "nothing\n";
  return title + "; kernels: " + kernels.name + "\n" + describe(fitted, sizes) + "fused:\n" +
         fused + "reorders: " + std::to_string(reorders(fitted)) + "\n";
}

PreparedProgram::PreparedProgram(Program program, KernelTable kernels, NumberSizes sizes)
    : table_(std::move(kernels)),
      sizes_(sizes),
      program_(fitted_to(std::move(program), table_)),
      plan_(plan_memory(program_, sizes)) {}

void PreparedProgram::prepare(Memory const& memory) {
  places_.resize(program_.values.size());
  for (std::size_t i = 0; i < places_.size(); ++i)
    places_[i] = locate(static_cast<ValueIndex>(i), memory);
  steps_.reserve(program_.steps.size());
  for (std::size_t i = 0; i < program_.steps.size(); ++i)
    steps_.push_back({.index = i, .kernel = kernel_for(program_.steps[i])});
  point_steps();
  is_placed_ = elements_to_place() == 0;
}

Count PreparedProgram::elements_to_place() const {
  if (program_.reduction == no_value) return 0;
  ProgramValue const& reduction = program_.value(program_.reduction);
  return reduction.residence == Residence::bound ? reduction.shape.elements() : 0;
}

void PreparedProgram::place_reduction(std::byte* memory) {
  if (elements_to_place() == 0) return;
  std::size_t const element = sizes_.of(program_.value(program_.reduction).number);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    auto const [whole, offset] = program_.place(static_cast<ValueIndex>(i));
    if (whole == program_.reduction)
      places_[i] = memory + static_cast<std::size_t>(offset) * element;
  }
  point_steps();
  is_placed_ = true;
}

/// Gives each step the places of what it reads and writes.
void PreparedProgram::point_steps() {
  auto places = [&](std::vector<ValueIndex> const& values) {
    std::vector<void*> found;
    for (ValueIndex value : values) found.push_back(place(value));
    return found;
  };
  for (PreparedStep& step : steps_) {
    step.reads = places(program_.steps[step.index].reads);
    step.writes = places(program_.steps[step.index].writes);
  }
}

std::byte* PreparedProgram::locate(ValueIndex value, Memory const& memory) const {
  auto const [whole, offset] = program_.place(value);
  if (whole == program_.reduction && elements_to_place() > 0) return nullptr;
  std::byte* base = memory.arena + plan_.offsets[static_cast<std::size_t>(whole)];
  if (whole == program_.parameters) base = memory.parameters;
  if (whole == program_.running_statistics) base = memory.running_statistics;
  if (whole == program_.loss_scale) base = memory.loss_scale;
  return base + static_cast<std::size_t>(offset) * sizes_.of(program_.value(whole).number);
}

/// The kernel prepared for an equal step, or a new one; none for a step that is no kernel's.
std::size_t PreparedProgram::kernel_for(Step const& step) {
  KernelEntry const* const kernel = table_.find(step.what);
  if (kernel == nullptr) return no_kernel;
  if (kernel->prepare == nullptr)
    throw Error("kernels " + table_.name + ": no kernel for the step '" +
                std::string(name(step.what)) + "' of " + std::string(step.name.view()));
  Shapes const shapes = shapes_of(program_, step);
  auto const known = std::ranges::find_if(
      keys_, [&](PreparedFor const& key) { return key.what == step.what && key.shapes == shapes; });
  std::size_t const index = static_cast<std::size_t>(known - keys_.begin());
  if (known == keys_.end()) {
    kernels_.push_back(kernel->prepare(table_.device, step.what, shapes, table_.types));
    keys_.push_back({step.what, shapes});
  }
  return index;
}

}  // namespace ai500
