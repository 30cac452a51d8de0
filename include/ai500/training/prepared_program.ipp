// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of prepared_program.hpp.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/graph/step_kind.hpp>
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

/// The layouts that the kernel of a step offers, best first; none: plain only.
inline std::vector<StepLayouts> offered_layouts(KernelTable const& kernels, Program const& program,
                                                Step const& step) {
  KernelEntry const* const kernel = kernels.find(step.what);
  if (kernel == nullptr || kernel->prepare == nullptr) return {};
  Shapes const shapes = shapes_of(program, step);
  if (kernel->layouts != nullptr)
    return kernel->layouts(kernels.device, step.what, shapes, kernels.types);
  if (kernel->any_layout) return shared_layouts(shapes);
  return {};
}

/// The way that was chosen for a step; empty: none was.
inline std::string chosen_way(KernelTable const& kernels, Program const& program,
                              Step const& step) {
  if (kernels.choices.ways.empty()) return {};
  auto const found =
      kernels.choices.ways.find(step_text(step.what, shapes_of(program, step), kernels.types));
  return found == kernels.choices.ways.end() ? std::string() : found->second;
}

/// Whether it was chosen not to use a fused step: in any of its kernel's layouts, for a step has
/// none yet.
inline bool is_chosen_apart(KernelTable const& kernels, Program const& program, Step step) {
  if (kernels.choices.ways.empty() || !is_fused_convolution(step.what)) return false;
  std::vector<StepLayouts> options = offered_layouts(kernels, program, step);
  if (options.empty()) options.emplace_back();
  return std::ranges::any_of(options, [&](StepLayouts const& layouts) {
    step.layouts = layouts;
    return chosen_way(kernels, program, step) == way_apart;
  });
}

/// Whether the set has a kernel for the step that is applicable there.
inline bool computes(KernelTable const& kernels, Program const& program, Step const& step) {
  KernelEntry const* const kernel = kernels.find(step.what);
  if (kernel == nullptr || kernel->prepare == nullptr) return false;
  if (has_relu_bits(step.what) && !kernel->keeps_relu_bits) return false;
  return kernel->applicable == nullptr ||
         kernel->applicable(kernels.device, step.what, shapes_of(program, step), kernels.types);
}

/// Why a fused step is not used though the set has a kernel for it; empty where nobody says.
inline std::string why_apart(KernelTable const& kernels, Program const& program, Step const& step) {
  if (is_chosen_apart(kernels, program, step)) return "chosen apart";
  KernelEntry const* const kernel = kernels.find(step.what);
  if (kernel == nullptr || kernel->why_not_applicable == nullptr) return {};
  return kernel->why_not_applicable(kernels.device, step.what, shapes_of(program, step),
                                    kernels.types);
}

/// The program with stored weights, if the kernel set stores them.
inline Program with_stored_weights(Program program, KernelTable const& kernels) {
  Program stored = store_weights(program);
  bool const stores = !stored.steps.empty() &&
                      std::holds_alternative<steps::StoreWeights>(stored.steps.front().what) &&
                      computes(kernels, stored, stored.steps.front());
  return stores ? stored : program;
}

/// The program with the steps that the set fuses; `refused` sees those that it might have had.
template <class Refused>
Program fused_for(Program program, KernelTable const& kernels, Refused const& refused) {
  return fuse(with_stored_weights(std::move(program), kernels), [&](Program const& so_far,
                                                                    Step const& step) {
    bool const is_used = computes(kernels, so_far, step) && !is_chosen_apart(kernels, so_far, step);
    if (!is_used) refused(so_far, step);
    return is_used;
  });
}

/// What people read behind each step of a fitted program: the larger ones that it is no part of.
inline std::vector<std::string> notes(Program const& fitted,
                                      std::vector<StaysApart> const& staying) {
  std::vector<std::string> lines;
  for (Step const& step : fitted.steps) {
    std::set<std::string> found;  // once for all micro-batches
    for (StaysApart const& one : staying)
      if (one.step.name == step.name && kind(one.step.what) == kind(step.what))
        found.insert("; no " + describe(one.step.what) + ": " + one.why);
    std::string& line = lines.emplace_back();
    for (std::string const& note : found) line += note;
  }
  return lines;
}

}  // namespace detail

Program fitted_to(Program program, KernelTable const& kernels) {
  Program fitted =
      lay_out(detail::fused_for(std::move(program), kernels, [](Program const&, Step const&) {}),
              [&](Program const& so_far, Step const& step) {
                return detail::offered_layouts(kernels, so_far, step);
              });
  for (Step& step : fitted.steps) {
    KernelEntry const* const kernel = kernels.find(step.what);
    if (kernel == nullptr) continue;
    if (kernel->in_place != nullptr) step.in_place = kernel->in_place(step.what);
    if (kernel->ways != nullptr) step.way = detail::chosen_way(kernels, fitted, step);
  }
  return fitted;
}

std::vector<StaysApart> staying_apart(Program program, KernelTable const& kernels) {
  std::vector<StaysApart> staying;
  detail::fused_for(std::move(program), kernels, [&](Program const& so_far, Step const& step) {
    // A block's end is tried with either summand as its shortcut.
    auto is_same_place = [&](StaysApart const& one) {
      return one.step.what == step.what && one.step.reads[0] == step.reads[0] &&
             one.step.reads[1] == step.reads[1];
    };
    if (std::ranges::any_of(staying, is_same_place)) return;
    std::string why = detail::why_apart(kernels, so_far, step);
    if (!why.empty()) staying.push_back({step, std::move(why)});
  });
  return staying;
}

std::string describe_fitted(std::string const& title, Program program, KernelTable const& kernels,
                            NumberSizes sizes) {
  std::vector<StaysApart> const staying = staying_apart(program, kernels);
  Program fitted = fitted_to(std::move(program), kernels);
  for (Step& step : fitted.steps)
    if (KernelEntry const* const kernel = kernels.find(step.what);
        step.way.empty() && kernel != nullptr && kernel->ways != nullptr)
      step.way =
          kernel->ways(kernels.device, step.what, shapes_of(fitted, step), kernels.types).front();
  std::string fused = describe_fused(fitted);
  if (fused.empty()) fused = "nothing\n";
  std::map<std::string, int> reasons;
  for (StaysApart const& one : staying) ++reasons[describe(one.step.what) + ": " + one.why];
  std::string left_apart = reasons.empty() ? "" : "apart:\n";
  for (auto const& [reason, count] : reasons)
    left_apart += std::to_string(count) + " x " + reason + "\n";
  return title + "; kernels: " + kernels.name + "\n" +
         describe(fitted, sizes, detail::notes(fitted, staying)) + "fused:\n" + fused + left_apart +
         "reorders: " + std::to_string(reorders(fitted)) + "\n";
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

void PreparedProgram::forget_weights() {
  for (PreparedKernel const& kernel : kernels_) kernel.forget_weights();
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
  if (known != keys_.end() && !kernel->keeps_weights)
    return static_cast<std::size_t>(known - keys_.begin());
  kernels_.push_back(kernel->prepare(table_.device, step.what, shapes, table_.types));
  keys_.push_back({step.what, shapes});
  return kernels_.size() - 1;
}

}  // namespace ai500
