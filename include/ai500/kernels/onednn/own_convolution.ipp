// SPDX-License-Identifier: Apache-2.0
/// @file Our own ways to compute a pass of a convolution (kernels/blocked), beside oneDNN's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/kernels/blocked/direct_filter_gradient.ipp>
#include <ai500/kernels/blocked/winograd.ipp>
#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/pass.hpp>

namespace ai500::kernels::onednn::detail {

inline constexpr std::string_view own_direct = "ai500:outer_products";
inline constexpr std::string_view own_winograd = "ai500:winograd_4x4";

/// Runs one of our own ways on the arguments of a pass, in blocks of `lanes` channels.
template <class Operation, int lanes>
struct ByDirectSums : PreparedConvolution<Operation>::State {
  blocked::DirectFilterGradient<lanes> sums;

  ByDirectSums(devices::Host& device, Operation const& what, Shapes const& shapes)
      : sums(device, what.window, shapes.reads[0], shapes.reads[1]) {}

  void run(Arguments arguments) override {
    sums.run(arguments.read<float>(0), arguments.read<float>(1), arguments.write<float>(0));
  }
};

template <class Operation, int lanes>
struct ByWinograd : PreparedConvolution<Operation>::State {
  static constexpr Pass pass = pass_of(Operation{});
  using Winograd =
      std::conditional_t<pass == Pass::weight_gradient, blocked::WinogradFilterGradient<lanes>,
                         blocked::Winograd<lanes>>;
  Winograd winograd;

  ByWinograd(devices::Host& device, Operation const& what, Shapes const& shapes)
      : winograd(make(device, what.window, shapes)) {}

  void run(Arguments arguments) override {
    winograd.run(arguments.read<float>(0), arguments.read<float>(1), arguments.write<float>(0));
  }

 private:
  static Winograd make(devices::Host& device, Window const& window, Shapes const& shapes) {
    Shape const& read = shapes.reads[0];
    if constexpr (pass == Pass::weight_gradient) {
      return {device, read, shapes.reads[1], window.padding};
    } else {
      Count const taps = window.kernel.height * window.kernel.width;
      Count const row = shapes.reads[1].channels * taps;  // of the weight (c', c, u, v)
      if constexpr (pass == Pass::forward)
        return {device, read, shapes.writes[0], window.padding, {row, taps, false}};
      else  // turned, what a window's padding is not is one of dy
        return {device,
                read,
                shapes.writes[0],
                {window.kernel.height - 1 - window.padding.height,
                 window.kernel.width - 1 - window.padding.width},
                {taps, row, true}};
    }
  }
};

/// Channels that stand together in both x and y where our own ways compute; else 0.
template <class Operation>
int own_lanes(devices::Host const& device, Operation const& what, Shapes const& shapes,
              Types types) {
  if (device.instructions() == devices::InstructionSet::generic) return 0;
  constexpr Pass pass = pass_of(Operation{});
  Layout const layout = x_layout(pass, shapes.layouts);
  bool const is_blocked = layout == Layout::channels_8 || layout == Layout::channels_16;
  if (!is_blocked || layout != y_layout(pass, shapes.layouts) || what.groups != 1 ||
      types != Types{})
    return 0;
  return layout == Layout::channels_8 ? 8 : 16;
}

template <class Operation>
bool has_direct_sums(devices::Host const& device, Operation const& what, Shapes const& shapes,
                     Types types) {
  return pass_of(Operation{}) == Pass::weight_gradient &&
         own_lanes(device, what, shapes, types) != 0;
}
template <class Operation>
bool has_own_winograd(devices::Host const& device, Operation const& what, Shapes const& shapes,
                      Types types) {
  return own_lanes(device, what, shapes, types) != 0 && blocked::is_for_winograd(what.window);
}

/// For these instructions oneDNN's code for filter gradients is slower than direct sums.
inline constexpr devices::InstructionSet direct_sums_are_for = devices::InstructionSet::avx2;

/// Whether direct sums are faster than all of oneDNN's: where windows have several taps and there
/// is a panel for each thread.
template <class Operation>
bool prefers_direct_sums(devices::Host const& device, Operation const& what, Shapes const& shapes,
                         Types types) {
  int const lanes = own_lanes(device, what, shapes, types);
  return has_direct_sums(device, what, shapes, types) && lanes == 8 &&
         device.instructions() == direct_sums_are_for && what.window != square(1) &&
         blocked::panels(shapes.reads[1].channels / lanes) >= device.threads();
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

/// @param Way of (Operation, lanes)
template <template <class, int> class Way, class Operation>
std::shared_ptr<typename PreparedConvolution<Operation>::State> make_own(devices::Host& device,
                                                                         Operation const& what,
                                                                         Shapes const& shapes,
                                                                         Types types) {
  if (own_lanes(device, what, shapes, types) == 8)
    return std::make_shared<Way<Operation, 8>>(device, what, shapes);
  return std::make_shared<Way<Operation, 16>>(device, what, shapes);
}

/// One of own_ways.
template <class Operation>
std::shared_ptr<typename PreparedConvolution<Operation>::State> make_own(std::string_view way,
                                                                         devices::Host& device,
                                                                         Operation const& what,
                                                                         Shapes const& shapes,
                                                                         Types types) {
  if (way == own_winograd) return make_own<ByWinograd>(device, what, shapes, types);
  if constexpr (pass_of(Operation{}) == Pass::weight_gradient)
    return make_own<ByDirectSums>(device, what, shapes, types);
  return nullptr;
}

}  // namespace ai500::kernels::onednn::detail
