// SPDX-License-Identifier: Apache-2.0
/// @file What a benchmark's type says about itself before anything is run; defined in
/// composition.ipp.
#pragma once

#include <string>
#include <string_view>

#include <ai500/configuration/run_settings.hpp>
#include <ai500/core/number_type.hpp>
#include <ai500/core/types.hpp>
#include <ai500/graph/graph.hpp>
#include <ai500/reports/report.hpp>

namespace ai500 {

/// The policies of a benchmark by name, and what quality is asked for. Views are of names that live
/// as long as the program.
struct Composition {
  std::string_view workload = {};
  std::string_view model = {};
  std::string_view dataset = {};
  std::string_view aggregation = {};
  std::string kernels = {};         ///< the set's name, and those of kernels that are not the set's
  std::string kernel_library = {};  ///< "oneDNN 2.6.3"; empty: none
  std::string_view layout = {};
  std::string sampler = {};    ///< with its hyper-parameters
  std::string optimizer = {};  ///< likewise
  std::string_view precision = {};
  NumberType compute = NumberType::float32;
  NumberType accumulate = NumberType::float32;
  NumberType message = NumberType::float32;
  std::string_view parallel_mode = {};
  std::string_view collective = {};
  std::string message_library = {};  ///< "Open MPI v4.1.4"
  std::string_view metric = {};
  double target = not_measured;    ///< of the quality
  double exponent = not_measured;  ///< n of Eq. (8)
};

/// A report that holds what the composition says, the machine and the model's FLOPs (Table 3), and
/// no measurement yet.
/// @param graph the model for one sample, with its loss
Report unmeasured_report(Composition const& composition, Graph const& graph);

/// All that determines a member's bits but its number, in words: equal for the members of an
/// ensemble. M is not in it.
/// @param training_samples N, before the bootstrap
std::string member_settings(Composition const& composition, RunSettings const& settings,
                            Count training_samples);

}  // namespace ai500
