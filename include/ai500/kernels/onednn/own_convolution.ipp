// SPDX-License-Identifier: Apache-2.0
/// @file What runs a pass of a convolution, and our own ways to (kernels/blocked), beside oneDNN's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/kernels/blocked/bfloat_pairs.ipp>
#include <ai500/kernels/blocked/direct_filter_gradient.ipp>
#include <ai500/kernels/blocked/winograd.ipp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/pass.hpp>

namespace ai500::kernels::onednn {

/// What runs a pass of a convolution.
template <class Operation>
struct PreparedConvolution<Operation>::State {
  virtual ~State() = default;
  virtual void run(Arguments arguments) = 0;
};

namespace detail {

inline constexpr std::string_view own_direct = "ai500:outer_products";
inline constexpr std::string_view own_winograd = "ai500:winograd_4x4";

/// Runs one of our own ways on the arguments of a pass, in blocks of `lanes` channels.
template <class Operation, int lanes, class Products = blocked::FloatProducts>
struct ByDirectSums : PreparedConvolution<Operation>::State {
  using Number = typename Products::Number;
  blocked::DirectFilterGradient<lanes, Products> sums;

  ByDirectSums(devices::Host& device, Operation const& what, Shapes const& shapes)
      : sums(device, what.window, shapes.reads[0], shapes.reads[1]) {}

  void run(Arguments arguments) override {
    sums.run(arguments.read<Number>(0), arguments.read<Number>(1), arguments.write<float>(0));
  }
};

/// Winograd's correlation of x with weights (c', c, 3, 3).
template <int lanes>
blocked::Winograd<lanes> forward_winograd(devices::Host& device, Window const& window,
                                          Shape const& x, Shape const& y,
                                          typename blocked::Winograd<lanes>::Filters filters) {
  Count const taps = window.kernel.height * window.kernel.width;
  return {device, x, y, window.padding, {x.channels * taps, taps, false}, filters};
}
/// The same of dy with turned weights; what a window's padding is not is one of dy.
template <int lanes>
blocked::Winograd<lanes> data_winograd(devices::Host& device, Window const& window, Shape const& dy,
                                       Shape const& dx) {
  Count const taps = window.kernel.height * window.kernel.width;
  Extent const padding{window.kernel.height - 1 - window.padding.height,
                       window.kernel.width - 1 - window.padding.width};
  return {device,
          dy,
          dx,
          padding,
          {taps, dx.channels * taps, true},
          blocked::Winograd<lanes>::Filters::for_one_run};
}

template <class Operation, int lanes>
struct ByWinograd : PreparedConvolution<Operation>::State {
  blocked::Winograd<lanes> winograd;

  ByWinograd(devices::Host& device, Operation const& what, Shapes const& shapes)
      : winograd([&] {
          if constexpr (pass_of(Operation{}) == Pass::forward)
            return forward_winograd<lanes>(device, what.window, shapes.reads[0], shapes.writes[0],
                                           blocked::Winograd<lanes>::Filters::for_one_run);
          else
            return data_winograd<lanes>(device, what.window, shapes.reads[0], shapes.writes[0]);
        }()) {}

  void run(Arguments arguments) override {
    winograd.take_filters(arguments.read<float>(1));
    winograd.run(arguments.read<float>(0), arguments.write<float>(0), {});
  }
};
template <int lanes>
struct ByWinograd<steps::ConvolutionFilterGradient, lanes>
    : PreparedConvolution<steps::ConvolutionFilterGradient>::State {
  blocked::WinogradFilterGradient<lanes> winograd;

  ByWinograd(devices::Host& device, steps::ConvolutionFilterGradient const& what,
             Shapes const& shapes)
      : winograd(device, shapes.reads[0], shapes.reads[1], what.window.padding) {}

  void run(Arguments arguments) override {
    winograd.run(arguments.read<float>(0), arguments.read<float>(1), arguments.write<float>(0));
  }
};

/// Channels that stand together in both x and y where our own ways compute; else 0.
inline int own_lanes(devices::Host const& device, Count groups, Layout x, Layout y) {
  bool const is_blocked = x == Layout::channels_8 || x == Layout::channels_16;
  if (device.instructions() == devices::InstructionSet::generic || !is_blocked || x != y ||
      groups != 1)
    return 0;
  return x == Layout::channels_8 ? 8 : 16;
}
template <class Operation>
int own_lanes(devices::Host const& device, Operation const& what, Shapes const& shapes) {
  constexpr Pass pass = pass_of(Operation{});
  return own_lanes(device, what.groups, x_layout(pass, shapes.layouts),
                   y_layout(pass, shapes.layouts));
}

template <class Operation>
bool has_own_winograd(devices::Host const& device, Operation const& what, Shapes const& shapes,
                      Types types) {
  return types == Types{} && own_lanes(device, what, shapes) != 0 &&
         blocked::is_for_winograd(what.window);
}
/// In float, or in pairs of bfloat16.
template <class Operation>
bool has_direct_sums(devices::Host const& device, Operation const& what, Shapes const& shapes,
                     Types types) {
  if (pass_of(Operation{}) != Pass::weight_gradient) return false;
  int const lanes = own_lanes(device, what, shapes);
  if (types == Types{}) return lanes != 0;
  return lanes == 16 && blocked::has_pair_products() &&
         bfloat_support() == BfloatSupport::instructions;
}

/// The numbers in a register of an instruction set.
constexpr int lanes_of(devices::InstructionSet instructions) {
  return instructions == devices::InstructionSet::avx512 ? 16 : 8;
}

/// Whether direct sums are taken before oneDNN's: where they were measured to be faster
/// (docs/results.md), if there is a panel for each thread. In float, windows of one pixel are for
/// it where planes are large and all of their pixels are met.
template <class Operation>
bool prefers_direct_sums(devices::Host const& device, Operation const& what, Shapes const& shapes,
                         Types types) {
  if (!has_direct_sums(device, what, shapes, types)) return false;
  int const lanes = own_lanes(device, what, shapes);
  Shape const& dy = shapes.reads[1];
  if (lanes != lanes_of(device.instructions()) ||
      blocked::panels(dy.channels / lanes) < device.threads())
    return false;
  if (types != Types{} || what.window.kernel != Extent{1, 1}) return true;
  Count const large_plane = lanes == 16 ? 14 * 14 : 56 * 56;
  return what.window.stride == Extent{1, 1} && dy.height * dy.width >= large_plane;
}

/// The names of our own ways.
template <class Operation>
std::vector<std::string> own_ways(devices::Host const& device, Algorithms algorithms,
                                  Operation const& what, Shapes const& shapes, Types types) {
  std::vector<std::string> names;
  if (algorithms == Algorithms::winograd_first && has_own_winograd(device, what, shapes, types))
    names.emplace_back(own_winograd);
  if (has_direct_sums(device, what, shapes, types)) names.emplace_back(own_direct);
  return names;
}

/// One of own_ways.
template <class Operation>
std::shared_ptr<typename PreparedConvolution<Operation>::State> make_own(std::string_view way,
                                                                         devices::Host& device,
                                                                         Operation const& what,
                                                                         Shapes const& shapes,
                                                                         Types types) {
  auto made = [&]<class Way>() { return std::make_shared<Way>(device, what, shapes); };
  bool const in_eights = own_lanes(device, what, shapes) == 8;
  if (way == own_winograd) {
    if (in_eights) return made.template operator()<ByWinograd<Operation, 8>>();
    return made.template operator()<ByWinograd<Operation, 16>>();
  }
  if constexpr (pass_of(Operation{}) == Pass::weight_gradient) {
    if constexpr (blocked::pair_products_are_compiled)
      if (types != Types{})
        return made.template operator()<ByDirectSums<Operation, 16, blocked::PairProducts>>();
    if (in_eights) return made.template operator()<ByDirectSums<Operation, 8>>();
    return made.template operator()<ByDirectSums<Operation, 16>>();
  }
  return nullptr;
}

}  // namespace detail

}  // namespace ai500::kernels::onednn
