// SPDX-License-Identifier: Apache-2.0
/// @file One kernel on one step, with values of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/workbench/work.hpp>

namespace ai500::workbench {

/// The elements of each value that a step reads or writes, in plain order.
using StepValues = std::vector<std::vector<float>>;

/// Numbers in [-1, 1) for all that a step reads, the same in every run and on every machine.
StepValues random_reads(Shapes const& shapes);

namespace detail {

/// visit(place in plain order, place in the layout) for each element of a value.
template <class Visit>
void for_each_place(Layout layout, Shape const& s, Visit const& visit) {
  Count plain = 0;
  for (Count n = 0; n < s.items; ++n)
    for (Count c = 0; c < s.channels; ++c)
      for (Count h = 0; h < s.height; ++h)
        for (Count w = 0; w < s.width; ++w)
          visit(static_cast<std::size_t>(plain++),
                static_cast<std::size_t>(element_index(layout, s, n, c, h, w)));
}

/// The shapes with the layouts that the kernel likes best for them.
template <class Kernel>
Shapes laid_out(devices::Host& device, typename Kernel::operation const& what, Shapes shapes,
                Types types) {
  if constexpr (ChoosesLayouts<Kernel, devices::Host>) {
    std::vector<StepLayouts> const offered = Kernel::layouts(device, what, shapes, types);
    if (!offered.empty()) shapes.layouts = offered.front();
  }
  return shapes;
}

}  // namespace detail

/// A kernel prepared for one step in numbers T, in the layouts that it likes best, with memory of
/// its own. Behind each value stands a margin that nobody may touch.
template <class Kernel, class T = float>
  requires Measurable<typename Kernel::operation>
class KernelRun {
 public:
  using Operation = typename Kernel::operation;

  /// @param shapes without layouts
  /// @param reads a value for each of shapes.reads, in plain order
  /// @throws Error naming the kernel and the step, when it cannot be prepared
  KernelRun(devices::Host& device, Operation const& what, Shapes const& shapes,
            StepValues const& reads)
      : shapes_(detail::laid_out<Kernel>(device, what, shapes, types)),
        prepared_(prepare_kernel<Kernel>(device, what, shapes_, types)) {
    for (std::size_t i = 0; i < shapes_.reads.size(); ++i) {
      T* const elements = add(device, shapes_.reads[i], reads_, read_places_);
      detail::for_each_place(
          shapes_.layouts.read(i), shapes_.reads[i],
          [&](std::size_t from, std::size_t to) { elements[to] = T(reads[i][from]); });
    }
    for (Shape const& shape : shapes_.writes) add(device, shape, writes_, write_places_);
  }

  void run() { prepared_.run(Arguments(read_places_, write_places_)); }

  /// What it has written, in plain order.
  StepValues results() const {
    StepValues results;
    for (std::size_t i = 0; i < shapes_.writes.size(); ++i) {
      std::vector<float>& result =
          results.emplace_back(static_cast<std::size_t>(shapes_.writes[i].elements()));
      detail::for_each_place(shapes_.layouts.write(i), shapes_.writes[i],
                             [&](std::size_t to, std::size_t from) {
                               result[to] = static_cast<float>(writes_[i].data()[from]);
                             });
    }
    return results;
  }

  /// Whether it has written nothing behind its values.
  bool keeps_margins() const {
    for (auto const* side : {&reads_, &writes_})
      for (Buffer<T> const& buffer : *side)
        if (!std::ranges::all_of(std::span(buffer.data() + buffer.size() - margin, margin),
                                 [](T value) { return value == untouched; }))
          return false;
    return true;
  }

 private:
  static constexpr Types types{number_type<T>, number_type<T>};
  static constexpr Count margin = 64;
  static constexpr T untouched = T(-1073741824);  // -2^30

  /// Elements that are not numbers until somebody writes them, and a margin.
  T* add(devices::Host& device, Shape const& shape, std::vector<Buffer<T>>& buffers,
         std::vector<void*>& places) {
    Count const elements = shape.elements();
    T* const data = buffers.emplace_back(device, elements + margin).data();
    std::fill_n(data, elements, std::numeric_limits<T>::quiet_NaN());
    std::fill_n(data + elements, margin, untouched);
    places.push_back(data);
    return data;
  }

  Shapes shapes_;
  typename Kernel::Prepared prepared_;
  std::vector<Buffer<T>> reads_, writes_;
  std::vector<void*> read_places_, write_places_;
};

}  // namespace ai500::workbench
