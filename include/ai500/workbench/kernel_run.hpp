// SPDX-License-Identifier: Apache-2.0
/// @file One kernel on one step, with values of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include <ai500/devices/mirror.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/workbench/distinct_steps.hpp>
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
template <class Kernel, class Device>
Shapes laid_out(Device& device, typename Kernel::operation const& what, Shapes shapes,
                Types types) {
  if constexpr (ChoosesLayouts<Kernel, Device>) {
    std::vector<StepLayouts> const offered = Kernel::layouts(device, what, shapes, types);
    if (!offered.empty()) shapes.layouts = offered.front();
  }
  return shapes;
}

/// One value of a step in a device's memory, in numbers of the precision that its role says. Behind
/// it stands a margin that nobody may touch.
template <class Precision, DevicePolicy Device>
class StepValue {
 public:
  /// Elements that are not numbers until somebody writes them.
  StepValue(Device& device, Shape const& shape, Layout layout, NumberRole role)
      : shape_(shape),
        layout_(layout),
        role_(role),
        buffer_(device, (shape.elements() + margin) * bytes()),
        mirror_(device, buffer_.view()) {
    in_numbers([&](auto* elements) {
      using T = std::remove_reference_t<decltype(*elements)>;
      std::fill_n(elements, shape_.elements(), T(std::numeric_limits<float>::quiet_NaN()));
      std::fill_n(elements + shape_.elements(), margin, T(untouched));
    });
    mirror_.upload();
  }

  void* place() { return buffer_.data(); }

  /// @param values in plain order
  void write(std::vector<float> const& values) {
    in_numbers([&](auto* elements) {
      using T = std::remove_reference_t<decltype(*elements)>;
      for_each_place(layout_, shape_,
                     [&](std::size_t from, std::size_t to) { elements[to] = T(values[from]); });
    });
    mirror_.upload();
  }

  /// @return in plain order
  std::vector<float> read() {
    mirror_.download();
    std::vector<float> values(static_cast<std::size_t>(shape_.elements()));
    in_numbers([&](auto const* elements) {
      for_each_place(layout_, shape_, [&](std::size_t to, std::size_t from) {
        values[to] = static_cast<float>(elements[from]);
      });
    });
    return values;
  }

  bool keeps_margin() {
    mirror_.download();
    bool kept = true;
    in_numbers([&](auto const* elements) {
      kept = std::all_of(elements + shape_.elements(), elements + shape_.elements() + margin,
                         [](auto element) { return static_cast<float>(element) == untouched; });
    });
    return kept;
  }

 private:
  static constexpr Count margin = 64;
  static constexpr float untouched = -32768;  // -2^15: a number of every type

  Count bytes() const {
    return static_cast<Count>(role_ == NumberRole::compute
                                  ? sizeof(typename Precision::compute)
                                  : sizeof(typename Precision::accumulate));
  }

  /// visit(elements on the host)
  template <class Visit>
  void in_numbers(Visit const& visit) {
    std::byte* const memory = mirror_.host().data();
    if (role_ == NumberRole::compute)
      visit(reinterpret_cast<typename Precision::compute*>(memory));
    else
      visit(reinterpret_cast<typename Precision::accumulate*>(memory));
  }

  Shape shape_;
  Layout layout_;
  NumberRole role_;
  Buffer<std::byte, Device> buffer_;
  Mirror<std::byte, Device> mirror_;
};

}  // namespace detail

/// A kernel prepared for one step in the numbers of a precision, in the layouts that it likes best,
/// with memory of its own.
template <class Kernel, PrecisionPolicy Precision = precision::Fp32,
          DevicePolicy Device = devices::Host>
  requires Measurable<typename Kernel::operation>
class KernelRun {
 public:
  using Operation = typename Kernel::operation;

  /// @param shapes without layouts
  /// @param reads a value for each of shapes.reads, in plain order
  /// @param roles of the values; numbers of `compute` where they say nothing
  /// @throws Error naming the kernel and the step, when it cannot be prepared
  KernelRun(Device& device, Operation const& what, Shapes const& shapes, StepValues const& reads,
            StepRoles const& roles = {})
      : device_(device),
        shapes_(detail::laid_out<Kernel>(device, what, shapes, types)),
        prepared_(prepare_kernel<Kernel>(device, what, shapes_, types)) {
    for (std::size_t i = 0; i < shapes_.reads.size(); ++i) {
      reads_.emplace_back(device, shapes_.reads[i], shapes_.layouts.read(i), roles.read(i));
      reads_.back().write(reads[i]);
      read_places_.push_back(reads_.back().place());
    }
    for (std::size_t i = 0; i < shapes_.writes.size(); ++i) {
      writes_.emplace_back(device, shapes_.writes[i], shapes_.layouts.write(i), roles.write(i));
      write_places_.push_back(writes_.back().place());
    }
    device_.synchronize();
  }

  /// Returns when it is done.
  void run() { run(1); }

  /// So often, one behind the other: a device is not waited for in between.
  void run(int times) {
    for (int i = 0; i < times; ++i) prepared_.run(Arguments(read_places_, write_places_));
    device_.synchronize();
  }

  /// What it has written, in plain order.
  StepValues results() {
    StepValues results;
    for (auto& value : writes_) results.push_back(value.read());
    return results;
  }

  /// Whether it has written nothing behind its values.
  bool keeps_margins() {
    auto const keeps = [](auto& value) { return value.keeps_margin(); };
    return std::ranges::all_of(reads_, keeps) && std::ranges::all_of(writes_, keeps);
  }

 private:
  static constexpr Types types{number_type<typename Precision::compute>,
                               number_type<typename Precision::accumulate>};

  Device& device_;
  Shapes shapes_;
  typename Kernel::Prepared prepared_;
  std::vector<detail::StepValue<Precision, Device>> reads_, writes_;
  std::vector<void*> read_places_, write_places_;
};

}  // namespace ai500::workbench
