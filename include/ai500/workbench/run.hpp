// SPDX-License-Identifier: Apache-2.0
/// @file A kernel vendor's program: `int main(int argc, char** argv) { return
/// workbench::run<Mine, kernels::OneDnn, models::ResNet50V15>(argc, argv); }`.
#pragma once

#include <concepts>
#include <cstdio>
#include <exception>
#include <string>
#include <type_traits>
#include <variant>

#include <ai500/devices/accelerator.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/models/policy.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/workbench/options.hpp>
#include <ai500/workbench/tables.hpp>
#include <ai500/workloads/image_classification.hpp>

namespace ai500::workbench {

/// The images that a model is trained on; ImageNet's unless said otherwise.
struct Images {
  Shape shape{.channels = 3, .height = 224, .width = 224};
  Count classes = 1000;
};

namespace detail {

inline void print(std::FILE* file, std::string const& text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

/// What computes, in words.
template <class Device>
std::string where(Device const& device, int threads) {
  std::string const description = description_of(device);
  return description.empty() ? std::to_string(threads) + " threads" : description;
}

/// The step's kernel is another one in the second set.
template <class Mine, class Standard, class Operation>
inline constexpr bool differs =
    HasKernelFor<Mine, Operation> &&
    !std::is_same_v<typename Mine::template for_operation<Operation>,
                    typename Standard::template for_operation<Operation>>;

/// Checks and times one step's kernel if it is a new one. @return it is right, as far as is known
template <class Mine, class Standard, class Precision, class Operation>
bool measure_step(typename Mine::Device& device, Program const& program,
                  Measurement const& measurement) {
  if constexpr (!differs<Mine, Standard, Operation>) {
    return true;
  } else if constexpr (!Measurable<Operation> || !HasKernelFor<Standard, Operation>) {
    if (distinct_steps<Operation>(program).empty())
      throw_never_run(Mine::template for_operation<Operation>::name, Operation::name);
    print(stdout, "the step '" + std::string(Operation::name) +
                      "' is neither checked nor timed by itself here\n\n");
    return true;
  } else {
    KernelComparison const table =
        compare_on_program<typename Mine::template for_operation<Operation>,
                           typename Standard::template for_operation<Operation>, Precision>(
            device, program, measurement, [](KernelComparison const& so_far) {
              print(stdout, so_far.rows.empty() ? head(so_far) : line(so_far, so_far.rows.back()));
            });
    print(stdout, sum(table) + "\n");
    return table.right();
  }
}

template <class Mine, class Standard, class Precision, class... Operation>
bool measure_steps(typename Mine::Device& device, Program const& program,
                   Measurement const& measurement, TypeList<Operation...>) {
  static_assert((differs<Mine, Standard, Operation> || ...),
                "the two kernel sets are the same: there is nothing to compare");
  bool right = true;
  ((right =
        measure_step<Mine, Standard, Precision, Operation>(device, program, measurement) && right),
   ...);
  return right;
}

}  // namespace detail

/// Checks every kernel that Mine has and Standard has not, times it beside Standard's on each
/// distinct step of its kind in the model's training, and, if all are right, times whole training
/// steps on both sets. Prints tables to standard output.
/// @return the exit code: 0 when all is right; 1 when a kernel is WRONG or never run, or for
/// another error while running; 2 for wrong usage
template <class Mine, class Standard, ModelPolicy Model,
          PrecisionPolicy Precision = precision::Fp32>
  requires std::same_as<typename Mine::Device, typename Standard::Device>
int run(int argc, char const* const* argv, Images const& images = {}) {
  auto const parsed = parse_options(
      argc, argv,
      Mine::name() + " beside " + Standard::name() + ", on " + std::string(Model::name));
  if (auto const* exit = std::get_if<OptionsExit>(&parsed)) {
    detail::print(exit->code == 0 ? stdout : stderr, exit->text);
    return exit->code;
  }
  Options const& options = std::get<Options>(parsed);
  try {
    auto device = Mine::Traits::make_device({.threads = options.threads});
    Graph const graph =
        workloads::with_cross_entropy(Model::graph(images.shape, images.classes), 0);
    detail::print(stdout, std::string(Model::name) + " on " + item_text(images.shape) + ", " +
                              detail::where(device, options.threads) + ", " +
                              std::string(Precision::name) +
                              (options.quick ? "; a quick run: NOT A RESULT" : "") + "\n\n");
    Count const batch = options.measurement.batch;
    Program const program = fitted_to(lower_training(graph, batch, batch),
                                      kernel_table<Mine>(device, Network<Mine, Precision>::types));
    if (!detail::measure_steps<Mine, Standard, Precision>(device, program, options.measurement,
                                                          KernelSteps{}))
      return 1;
    detail::print(stdout, describe(compare_whole_steps<Mine, Standard, Precision>(
                              device, graph, batch, options.measurement.step_effort)));
    return 0;
  } catch (std::exception const& error) {
    detail::print(stderr, std::string("ai500: ") + error.what() + "\n");
    return 1;
  }
}

}  // namespace ai500::workbench
