// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of widened.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <ai500/core/half.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/widened.hpp>

namespace ai500::kernels::onednn {

bool are_widened(Types types) {
  return types.compute == NumberType::bfloat16 && bfloat_support() == BfloatSupport::none;
}

namespace detail {

/// How many items are a piece: a divisor of all of them.
/// @param floats of an item's activations
/// @param others numbers that are read anew with each piece, such as weights
inline Count items_a_piece(Count items, Count floats, Count others) {
  constexpr Count cached = 1 << 20;  // 4 MB
  Count const most = std::max(cached, others) / floats;
  for (Count pieces = 1; pieces < items; ++pieces)
    if (items % pieces == 0 && items / pieces <= most) return items / pieces;
  return 1;
}

/// y = x, rounded to bfloat16.
struct RoundToBfloat {
  float const* x;
  float* y;

  void operator()(Count i) const { y[i] = static_cast<float>(bfloat16(x[i])); }
};

}  // namespace detail

WideArguments::WideArguments(devices::Host& device, NarrowArguments const& narrow,
                             Shapes const& shapes, std::vector<InPlace> const& in_place)
    : device_(&device),
      shapes_(shapes),
      wide_reads_(shapes.reads.size()),
      wide_writes_(shapes.writes.size()) {
  if (narrow.each_item_by_itself) cut(narrow);
  Count floats = 0;
  auto place = [&](std::size_t argument, Shape const& shape) {
    constexpr Count line = devices::Host::alignment / sizeof(float);
    Wide const wide{argument, shape.elements(), floats};
    floats += (shape.elements() + line - 1) / line * line;
    return wide;
  };
  for (std::size_t i : narrow.rounded) rounded_.push_back(place(i, shapes_.reads[i]));
  for (std::size_t i : present(narrow.reads)) reads_.push_back(place(i, shapes_.reads[i]));
  for (std::size_t i : narrow.writes) {
    auto const over = std::ranges::find_if(reads_, [&](Wide const& read) {
      return std::ranges::find(in_place, InPlace{i, read.argument}) != in_place.end();
    });
    writes_.push_back(over == reads_.end() ? place(i, shapes_.writes[i])
                                           : Wide{i, over->elements, over->place});
  }
  device.reserve_scratch(static_cast<std::size_t>(floats) * sizeof(float), scratch_level);
}

/// Those that the step has: one without an addend does not read it.
std::vector<std::size_t> WideArguments::present(std::vector<std::size_t> reads) const {
  std::erase_if(reads, [&](std::size_t i) { return i >= shapes_.reads.size(); });
  return reads;
}

/// Makes a piece of the shapes.
void WideArguments::cut(NarrowArguments const& narrow) {
  Count const items = shapes_.reads[0].items;
  Count floats = 0, others = 0;
  for (Shape const& shape : shapes_.reads) others += shape.elements();
  for (std::size_t i : present(narrow.reads)) {
    floats += shapes_.reads[i].item_elements();
    others -= shapes_.reads[i].elements();
  }
  for (std::size_t i : narrow.writes) floats += shapes_.writes[i].item_elements();
  Count const piece = detail::items_a_piece(items, floats, others);
  pieces_ = items / piece;
  for (std::size_t i : present(narrow.reads)) shapes_.reads[i].items = piece;
  for (std::size_t i : narrow.writes) shapes_.writes[i].items = piece;
}

float* WideArguments::scratch() const {
  return static_cast<float*>(device_->scratch(scratch_level));
}

Arguments WideArguments::widen(Arguments narrow, Count piece) {
  float* const scratch = this->scratch();
  for (std::size_t i = 0; i < wide_reads_.size(); ++i)
    wide_reads_[i] = const_cast<void*>(narrow.read<void>(i));
  for (std::size_t i = 0; i < wide_writes_.size(); ++i) wide_writes_[i] = narrow.write<void>(i);
  for (auto const& [argument, elements, place] : rounded_) {
    wide_reads_[argument] = scratch + place;
    if (piece > 0) continue;
    float const* const from = narrow.read<float>(argument);
    device_->for_each(elements, detail::RoundToBfloat{from, scratch + place});
  }
  for (auto const& [argument, elements, place] : reads_) {
    wide_reads_[argument] = scratch + place;
    bfloat16 const* const from = narrow.read<bfloat16>(argument) + piece * elements;
    device_->for_each(elements, functors::Cast<bfloat16, float>{from, scratch + place});
  }
  for (Wide const& write : writes_) wide_writes_[write.argument] = scratch + write.place;
  return {wide_reads_, wide_writes_};
}

void WideArguments::round(Arguments narrow, Count piece) const {
  for (auto const& [argument, elements, place] : writes_) {
    bfloat16* const to = narrow.write<bfloat16>(argument) + piece * elements;
    device_->for_each(elements, functors::Cast<float, bfloat16>{scratch() + place, to});
  }
}

}  // namespace ai500::kernels::onednn
