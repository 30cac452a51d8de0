// SPDX-License-Identifier: Apache-2.0
/// @file How fast a kernel set is on each layer of a model: time, rate and bytes of every distinct
/// step that multiplies matrices.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <ai500/graph/program.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/workbench/distinct_steps.hpp>
#include <ai500/workbench/kernel_run.hpp>
#include <ai500/workbench/pairs.hpp>
#include <ai500/workbench/work.hpp>

namespace ai500::workbench {

/// A kernel alone on one distinct step of a program.
struct LayerTime {
  std::string step{};    ///< "convolution data gradient"
  std::string kernel{};  ///< its name
  std::string way{};     ///< in which it computes; empty where it has no ways
  bool is_first = true;  ///< the way that it takes by itself
  std::string shape{};
  Count times = 0;     ///< a run of the program runs it
  double flops = 0;    ///< 2 a multiply-add
  double bytes = 0;    ///< compulsory: every value read or written once
  double seconds = 0;  ///< the median

  double rate() const { return flops / seconds; }       ///< FLOP/s
  double intensity() const { return flops / bytes; }    ///< FLOPs a byte
  double bandwidth() const { return bytes / seconds; }  ///< of the compulsory bytes, bytes/s
};

/// Which of a kernel's ways to compute are timed.
enum class TimedWays { first, every };

namespace detail {

/// The names of the ways to time; an empty one where the kernel has none.
template <class Kernel, class Precision, class Device, class Operation>
std::vector<std::string> ways_to_time(Device& device, Operation const& what, Shapes const& shapes,
                                      TimedWays timed) {
  std::vector<std::string> ways{""};
  if constexpr (OffersWays<Kernel, Device>)
    ways = Kernel::ways(device, what, laid_out<Kernel>(device, what, shapes, types_of<Precision>),
                        types_of<Precision>);
  if (timed == TimedWays::first) ways.resize(1);
  return ways;
}

template <class Kernels, class Precision, class Operation>
void time_layers_of(typename Kernels::Device& device, Program const& program, Effort effort,
                    TimedWays timed, std::function<bool(LayerTime const&)> const& watch) {
  if constexpr (MultipliesMatrices<Operation>) {
    using Kernel = typename Kernels::template for_operation<Operation>;
    constexpr NumberSizes sizes{
        {sizeof(typename Precision::compute), sizeof(typename Precision::accumulate)}};
    for (DistinctStep<Operation> const& step : distinct_steps<Operation>(program)) {
      auto const& [what, shapes, times, roles] = step;
      auto const ways = ways_to_time<Kernel, Precision>(device, what, shapes, timed);
      for (std::string const& way : ways) {
        Shapes in_this_way = shapes;
        in_this_way.way = way;
        KernelRun<Kernel, Precision, typename Kernels::Device> run(device, what, in_this_way,
                                                                   random_reads(shapes), roles);
        LayerTime const time{.step = std::string(Operation::name),
                             .kernel = std::string(Kernel::name),
                             .way = way,
                             .is_first = &way == &ways.front(),
                             .shape = shape_text(what, shapes),
                             .times = times,
                             .flops = work(what, shapes).amount,
                             .bytes = compulsory_bytes(step, sizes),
                             .seconds = time_alone([&] { run.run(); }, effort)};
        if (!watch(time)) return;
      }
    }
  }
}

}  // namespace detail

/// Times the set's kernel on every distinct convolution and fully connected layer of a program,
/// forward and gradients, kind by kind. Each kernel has its values in the layouts it likes best and
/// runs again and again on the same ones: what fits into a cache stays there.
/// @param timed the way that a kernel takes by itself, or every way, that one first
/// @param watch called with each as soon as it is timed; false: no more of this kind
/// @throws Error naming the kernel and the step that cannot be prepared
template <class Kernels, PrecisionPolicy Precision = precision::Fp32>
void time_layers(typename Kernels::Device& device, Program const& program, Effort effort,
                 TimedWays timed, std::function<bool(LayerTime const&)> const& watch) {
  [&]<class... Operation>(TypeList<Operation...>) {
    (detail::time_layers_of<Kernels, Precision, Operation>(device, program, effort, timed, watch),
     ...);
  }(KernelSteps{});
}

}  // namespace ai500::workbench
