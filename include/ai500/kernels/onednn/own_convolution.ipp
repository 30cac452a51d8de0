// SPDX-License-Identifier: Apache-2.0
/// @file What runs a pass of a convolution, and our own ways to (kernels/blocked), beside oneDNN's.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/kernels/blocked/bfloat_pairs.ipp>
#include <ai500/kernels/blocked/direct_convolution.ipp>
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

inline bool is_own(std::string_view way) { return way == own_direct || way == own_winograd; }

inline Error no_implementation(std::string const& way) {
  return Error("oneDNN " + version() + " has no implementation '" + way + "'");
}

/// Runs one of our own ways on the arguments of a pass, in blocks of `lanes` channels.
template <class Operation, int lanes, class Products = blocked::FloatProducts>
struct ByDirectFilters : PreparedConvolution<Operation>::State {
  using Number = typename Products::Number;
  blocked::DirectFilterGradient<lanes, Products> sums;

  ByDirectFilters(devices::Host& device, Operation const& what, Shapes const& shapes)
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
  return {device, x, y, window.padding, blocked::forward_order(x, window.kernel), filters};
}
/// The same of dy with turned weights; what a window's padding is not is one of dy.
template <int lanes>
blocked::Winograd<lanes> data_winograd(devices::Host& device, Window const& window, Shape const& dy,
                                       Shape const& dx) {
  Extent const padding{window.kernel.height - 1 - window.padding.height,
                       window.kernel.width - 1 - window.padding.width};
  return {device,
          dy,
          dx,
          padding,
          blocked::gradient_order(dx, window.kernel),
          blocked::Winograd<lanes>::Filters::for_one_run};
}

template <class Convolution>
Convolution forward_direct(devices::Host& device, Window const& window, Shape const& x,
                           Shape const& y) {
  return {device, blocked::forward_plan(window, x, y, Convolution::registers, device.threads()),
          window.kernel, blocked::forward_order(x, window.kernel)};
}
template <class Convolution>
Convolution data_direct(devices::Host& device, Window const& window, Shape const& dy,
                        Shape const& dx) {
  return {device, blocked::gradient_plan(window, dy, dx, Convolution::registers, device.threads()),
          window.kernel, blocked::gradient_order(dx, window.kernel)};
}

/// Runs our own direct convolution forward, or the gradient of its data.
template <class Operation, int lanes, class Products = blocked::FloatProducts>
struct ByDirect : PreparedConvolution<Operation>::State {
  using Number = typename Products::Number;
  using Convolution = blocked::DirectConvolution<lanes, Products>;
  Convolution direct;

  ByDirect(devices::Host& device, Operation const& what, Shapes const& shapes)
      : direct([&] {
          Shape const& in = shapes.reads[0];
          Shape const& out = shapes.writes[0];
          if constexpr (pass_of(Operation{}) == Pass::forward)
            return forward_direct<Convolution>(device, what.window, in, out);
          else
            return data_direct<Convolution>(device, what.window, in, out);
        }()) {}

  void run(Arguments arguments) override {
    direct.take_filters(arguments.read<float>(1));
    direct.run(arguments.read<Number>(0), arguments.write<Number>(0), {});
  }
};

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
/// Whether sums of outer products compute a pass: in float, but of pixels in registers of the
/// blocks' width only; in pairs of bfloat16.
template <class Operation>
bool has_direct_sums(devices::Host const& device, Operation const& what, Shapes const& shapes,
                     Types types) {
  bool const is_filter = pass_of(Operation{}) == Pass::weight_gradient;
  bool const has_avx512 = device.instructions() == devices::InstructionSet::avx512;
  int const lanes = own_lanes(device, what, shapes);
  if (types == Types{}) return lanes == 8 || (lanes == 16 && (is_filter || has_avx512));
  return lanes == 16 && blocked::has_pair_products() &&
         bfloat_support() == BfloatSupport::instructions;
}

/// The numbers in a register of an instruction set.
constexpr int lanes_of(devices::InstructionSet instructions) {
  return instructions == devices::InstructionSet::avx512 ? 16 : 8;
}

/// Where direct sums were measured to be faster than oneDNN's (docs/results.md). Filter gradients
/// in float of windows of one pixel are where planes are large and all of their pixels are met.
inline bool prefers_direct_filters(Window const& window, Shape const& dy, int lanes, Types types) {
  if (types != Types{} || window.kernel != Extent{1, 1}) return true;
  Count const large_plane = lanes == 16 ? 14 * 14 : 56 * 56;
  return window.stride == Extent{1, 1} && dy.height * dy.width >= large_plane;
}
/// The same forward and for gradients of data: with AVX-512, where rows of y are not very short and
/// there are a panel's channels; in bfloat16, with more channels, where what is left out for
/// padding counts most.
inline bool prefers_direct_pixels(Window const& window, Shape const& x, Shape const& y, int lanes,
                                  Types types) {
  if (lanes != 16) return false;
  Count const panels_of_channels =
      std::min(x.channels, y.channels) / (blocked::blocks_a_panel * lanes);
  if (types != Types{})
    return panels_of_channels >= 2 && window.kernel != Extent{1, 1} && y.width >= 7 &&
           y.width <= 14;
  // Of a window of one pixel a plane's rows are taken as one.
  Count const columns = blocked::is_pointwise(window) ? y.height * y.width : y.width;
  return panels_of_channels >= 1 && columns >= 7;
}

/// Whether direct sums are taken before oneDNN's, if there is a panel for each thread.
template <class Operation>
bool prefers_direct_sums(devices::Host const& device, Operation const& what, Shapes const& shapes,
                         Types types) {
  if (!has_direct_sums(device, what, shapes, types)) return false;
  constexpr Pass pass = pass_of(Operation{});
  int const lanes = own_lanes(device, what, shapes);
  Shape const& y = y_of(pass, shapes);
  if (lanes != lanes_of(device.instructions())) return false;
  if (pass != Pass::weight_gradient)
    return prefers_direct_pixels(what.window, x_of(pass, shapes), y, lanes, types);
  return blocked::panels(y.channels / lanes) >= device.threads() &&
         prefers_direct_filters(what.window, y, lanes, types);
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

/// Our own way where it is taken unless another is asked for; empty where one of oneDNN's is.
template <class Operation>
std::string own_first_way(devices::Host const& device, Algorithms algorithms, Operation const& what,
                          Shapes const& shapes, Types types) {
  if (algorithms == Algorithms::winograd_first && has_own_winograd(device, what, shapes, types))
    return std::string(own_winograd);
  return std::string(prefers_direct_sums(device, what, shapes, types) ? own_direct : "");
}

/// The names of oneDNN's ways, and our own: before them the one that is taken first.
template <class Operation>
std::vector<std::string> with_own_ways(std::vector<std::string> names, devices::Host const& device,
                                       Algorithms algorithms, Operation const& what,
                                       Shapes const& shapes, Types types) {
  std::string const first = own_first_way(device, algorithms, what, shapes, types);
  for (std::string const& own : own_ways(device, algorithms, what, shapes, types))
    names.insert(own == first ? names.begin() : names.end(), own);
  return names;
}

/// The way that is asked for, or that is taken first; oneDNN's first one is empty.
/// @throws Error when it is one of our own that is none here
template <class Operation>
std::string way_to_take(devices::Host const& device, Algorithms algorithms, Operation const& what,
                        Shapes const& shapes, Types types) {
  if (shapes.way.empty()) return own_first_way(device, algorithms, what, shapes, types);
  auto const own = own_ways(device, algorithms, what, shapes, types);
  if (is_own(shapes.way) && std::ranges::find(own, shapes.way) == own.end())
    throw no_implementation(shapes.way);
  return shapes.way;
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
  constexpr bool is_filter = pass_of(Operation{}) == Pass::weight_gradient;
  if constexpr (blocked::pair_products_are_compiled)
    if (types != Types{}) {
      using Pairs = blocked::PairProducts;
      using Way = std::conditional_t<is_filter, ByDirectFilters<Operation, 16, Pairs>,
                                     ByDirect<Operation, 16, Pairs>>;
      return made.template operator()<Way>();
    }
  using Eights =
      std::conditional_t<is_filter, ByDirectFilters<Operation, 8>, ByDirect<Operation, 8>>;
  using Sixteens =
      std::conditional_t<is_filter, ByDirectFilters<Operation, 16>, ByDirect<Operation, 16>>;
  if (in_eights) return made.template operator()<Eights>();
  return made.template operator()<Sixteens>();
}

}  // namespace detail

}  // namespace ai500::kernels::onednn
