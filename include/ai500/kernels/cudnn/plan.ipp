// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of plan.hpp.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/api.hpp>
#include <ai500/kernels/cudnn/patterns.ipp>
#include <ai500/kernels/cudnn/plan_state.hpp>
#include <ai500/kernels/cudnn/target.ipp>

namespace ai500::kernels::cudnn {

namespace attributes {
inline constexpr Attribute<cudnnBackendHeurMode_t> heuristics_mode{CUDNN_ATTR_ENGINEHEUR_MODE,
                                                                   "ENGINEHEUR_MODE"};
inline constexpr Attribute<Descriptor> heuristics_graph{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH,
                                                        "ENGINEHEUR_OPERATION_GRAPH"};
inline constexpr Attribute<Descriptor> heuristics_device{CUDNN_ATTR_ENGINEHEUR_DEVICEPROP,
                                                         "ENGINEHEUR_DEVICEPROP"};
inline constexpr Attribute<Descriptor> heuristics_results{CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                                          "ENGINEHEUR_RESULTS"};
inline constexpr Attribute<Descriptor> plan_configuration{CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG,
                                                          "EXECUTION_PLAN_ENGINE_CONFIG"};
inline constexpr Attribute<Descriptor> plan_device{CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP,
                                                   "EXECUTION_PLAN_DEVICEPROP"};
inline constexpr Attribute<cudnnHandle_t> plan_handle{CUDNN_ATTR_EXECUTION_PLAN_HANDLE,
                                                      "EXECUTION_PLAN_HANDLE"};
}  // namespace attributes

std::string describe(Plan const& plan) {
  std::string text = "engine " + std::to_string(plan.engine);
  text += plan.proposal == Proposal::mode_a   ? " (mode A"
          : plan.proposal == Proposal::mode_b ? " (mode B"
                                              : " (fallback list";
  if (plan.tensor_cores) text += "; tensor cores";
  if (plan.compiled_at_run_time) text += "; compiled at run time";
  if (!plan.same_bits) text += "; bits vary";
  if (plan.intermediate == Intermediate::as_stored) text += "; intermediates as stored";
  return text + ")";
}

namespace detail {

/// One search: collects plans, and why engines were not taken.
class PlanFinder {
 public:
  PlanFinder(Target const& target, Pattern const& pattern, PlanOptions options)
      : target_(target), pattern_(pattern), options_(options) {}

  PlanSearch run() && {
    search(Intermediate::fp32);
    bool const types_differ =
        pattern_.arithmetic == Arithmetic::fp16 || pattern_.arithmetic == Arithmetic::bf16;
    if (found_.plans.empty() && types_differ && !is_plain(pattern_.kind))
      search(Intermediate::as_stored);
    if (found_.plans.empty()) found_.reason = reason();
    return std::move(found_);
  }

 private:
  void search(Intermediate intermediate) {
    std::optional<OperationGraph> graph;
    try {
      graph = operation_graph(target_, pattern_, intermediate);
    } catch (GraphError const&) {
      throw;  // the caller's mistake, not cuDNN's limit
    } catch (Error const& error) {
      ++reasons_[error.what()];
      return;
    }
    search(*graph, intermediate, Proposal::mode_a);
    if (found_.plans.empty()) search(*graph, intermediate, Proposal::mode_b);
    if (!enough()) search(*graph, intermediate, Proposal::fallback);
  }

  /// The list for when speed does not matter may repeat what the heuristics have offered.
  bool is_found(std::string const& name) const {
    return std::ranges::find(found_.plans, name, &Plan::name) != found_.plans.end();
  }
  bool enough() const { return found_.plans.size() >= options_.candidates; }

  void search(OperationGraph const& graph, Intermediate intermediate, Proposal proposal) {
    for (Descriptor const& configuration : proposals(graph.graph, proposal)) {
      if (enough()) return;
      ++offered_;
      try {
        EngineNotes const notes = engine_notes(configuration);
        std::string_view const refused = refusal(notes);
        if (!refused.empty()) {
          ++reasons_[std::string(refused)];
          continue;
        }
        std::string name = configuration_name(configuration);
        if (is_found(name)) continue;
        Descriptor const plan = finalized(configuration);
        found_.plans.push_back(
            {.name = std::move(name),
             .engine = notes.number,
             .proposal = proposal,
             .intermediate = intermediate,
             .workspace = workspace_bytes(plan),
             .tensor_cores = notes.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE),
             .compiled_at_run_time = notes.has(CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION),
             .same_bits = !notes.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC),
             .state = std::make_shared<Plan::State const>(Plan::State{graph, plan})});
      } catch (Error const& error) {  // this engine cannot; the next one may
        ++reasons_[error.what()];
      }
    }
  }

  std::vector<Descriptor> proposals(Descriptor const& graph, Proposal proposal) {
    try {
      Descriptor heuristics(kinds::heuristics);
      heuristics.set(attributes::heuristics_graph, graph)
          .set(attributes::heuristics_mode, proposal == Proposal::mode_a ? CUDNN_HEUR_MODE_A
                                            : proposal == Proposal::mode_b
                                                ? CUDNN_HEUR_MODE_B
                                                : CUDNN_HEUR_MODE_FALLBACK);
      if (target_.state().handle == nullptr)
        heuristics.set(attributes::heuristics_device, target_.state().device);
      return heuristics.finalize().get(attributes::heuristics_results, kinds::engine_configuration);
    } catch (Error const& error) {
      ++reasons_[error.what()];
      return {};
    }
  }

  Descriptor finalized(Descriptor const& configuration) const {
    Descriptor plan(kinds::plan);
    plan.set(attributes::plan_configuration, configuration);
    if (target_.state().handle != nullptr)
      plan.set(attributes::plan_handle, target_.state().handle);
    else
      plan.set(attributes::plan_device, target_.state().device);
    return plan.finalize();
  }

  /// Why an engine must not be used, from what cuDNN notes about it; empty: it may.
  std::string_view refusal(EngineNotes const& notes) const {
    if (notes.has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION))
      return "accumulates in 16 bits";
    if (notes.has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS))
      return "rounds its operands to 16 bits";
    if (pattern_.arithmetic == Arithmetic::fp32 && notes.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE))
      return "rounds its operands to TF32";
    if (options_.repeatability == Repeatability::same_bits &&
        notes.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC))
      return "its bits vary from run to run";
    return "";
  }

  std::string reason() const {
    std::string text = offered_ == 0 ? "cuDNN's heuristics offer no engine"
                                     : std::to_string(offered_) + " engines offered, none usable";
    std::string_view separator = ": ";
    for (auto const& [why, count] : reasons_) {
      text += std::string(separator) + std::to_string(count) + " x " + why;
      separator = "; ";
    }
    return text;
  }

  Target const& target_;
  Pattern const& pattern_;
  PlanOptions options_;
  PlanSearch found_{};
  int offered_ = 0;
  std::map<std::string, int> reasons_{};
};

}  // namespace detail

PlanSearch find_plan(Target const& target, Pattern const& pattern, PlanOptions options) {
  return detail::PlanFinder(target, pattern, options).run();
}

}  // namespace ai500::kernels::cudnn
