// SPDX-License-Identifier: Apache-2.0
/// @file What the fused convolution steps mean, in reference kernels: each as the single steps that
/// graph/steps.hpp defines it by, run on the host. So the rules of `fuse` are tested in numbers
/// where no GPU is.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/reference.hpp>

namespace ai500::testing {

/// Single steps over numbered values: what the fused step reads, then what it writes, then values
/// of their own.
class Decomposition {
 public:
  struct Part {
    StepOperation what;
    std::vector<std::size_t> reads;
    std::vector<std::size_t> writes;
  };

  explicit Decomposition(Shapes const& shapes) : shapes_(shapes.reads), own_(0) {
    shapes_.insert(shapes_.end(), shapes.writes.begin(), shapes.writes.end());
    own_ = shapes_.size();
    first_write_ = shapes.reads.size();
  }

  std::size_t write(std::size_t i) const { return first_write_ + i; }
  std::size_t own(Shape const& shape) {
    shapes_.push_back(shape);
    return shapes_.size() - 1;
  }
  void add(StepOperation what, std::vector<std::size_t> reads, std::vector<std::size_t> writes) {
    parts_.push_back({what, std::move(reads), std::move(writes)});
  }

  Shape const& shape(std::size_t value) const { return shapes_[value]; }
  std::size_t first_own() const { return own_; }
  std::size_t values() const { return shapes_.size(); }
  std::vector<Part> const& parts() const { return parts_; }

 private:
  std::vector<Shape> shapes_;
  std::size_t own_;
  std::size_t first_write_ = 0;
  std::vector<Part> parts_;
};

/// max(x^ scale + shift, 0) of the values x, statistics, scale, shift, in a value of its own.
inline std::size_t normalized_relu(Decomposition& d, double epsilon, std::size_t x,
                                   std::size_t statistics, std::size_t scale, std::size_t shift) {
  std::size_t const z = d.own(d.shape(x)), a = d.own(d.shape(x));
  d.add(steps::NormalizationApply{epsilon}, {x, statistics, scale, shift}, {z});
  d.add(steps::Relu{}, {z}, {a});
  return a;
}

inline Decomposition decomposition(steps::ConvolutionForward const& what, Shapes const& shapes) {
  Decomposition d(shapes);
  std::size_t const a = what.normalizes_input ? normalized_relu(d, what.epsilon, 0, 2, 3, 4) : 0;
  d.add(steps::Convolution{what.window, what.groups}, {a, 1}, {d.write(0)});
  d.add(steps::NormalizationStatistics{}, {d.write(0)}, {d.write(1)});
  return d;
}

inline Decomposition decomposition(steps::ConvolutionFilterBackward const& what,
                                   Shapes const& shapes) {
  Decomposition d(shapes);
  std::size_t const a = normalized_relu(d, what.epsilon, 0, 1, 2, 3);
  d.add(steps::ConvolutionFilterGradient{what.window, what.groups}, {a, 4}, {d.write(0)});
  return d;
}

inline Decomposition decomposition(steps::ConvolutionDataBackward const& what,
                                   Shapes const& shapes) {
  using enum steps::InputOrigin;
  constexpr std::size_t dy = 0, weight = 1, x = 2, statistics = 3, scale = 4, shift = 5, other = 6,
                        shortcut = 7, p = 7, p_statistics = 8, p_scale = 9, p_shift = 10;
  Decomposition d(shapes);
  Shape const input = d.shape(x);
  steps::NormalizationApply const apply{what.epsilon};

  std::size_t gradient = d.own(input);
  d.add(steps::ConvolutionDataGradient{what.window, what.groups}, {dy, weight}, {gradient});
  if (what.origin != relu) {
    std::size_t const sum = d.own(input);
    d.add(steps::SumGradients{}, {gradient, other}, {sum});
    gradient = sum;
  }
  std::size_t z = d.own(input);
  d.add(apply, {x, statistics, scale, shift}, {z});
  if (what.origin != relu) {
    std::size_t added = shortcut;
    if (what.origin == projection_block) {
      added = d.own(input);
      d.add(apply, {p, p_statistics, p_scale, p_shift}, {added});
    }
    std::size_t const sum = d.own(input);
    d.add(steps::Add{}, {z, added}, {sum});
    z = sum;
  }
  std::size_t const dz = what.origin == identity_block ? d.write(3) : d.own(input);
  d.add(steps::ReluGradient{}, {gradient, z}, {dz});
  auto normalization = [&](std::size_t of, std::size_t its_statistics, std::size_t its_scale,
                           std::size_t first_write) {
    std::size_t const dscale = d.write(first_write), dshift = d.write(first_write + 1);
    d.add(steps::NormalizationParameterGradient{what.epsilon}, {dz, of, its_statistics},
          {dscale, dshift});
    d.add(steps::NormalizationDataGradient{what.epsilon},
          {dz, of, its_statistics, its_scale, dscale, dshift}, {d.write(first_write + 2)});
  };
  normalization(x, statistics, scale, 0);
  if (what.origin == projection_block) normalization(p, p_statistics, p_scale, 3);
  return d;
}

/// A fused step by reference kernels, where channels are multiples of 8, as a GPU's are fused.
template <class Operation>
struct Decomposed {
  static constexpr std::string_view name = "decomposed";
  using operation = Operation;

  struct Prepared {
    Decomposition parts;
    std::vector<PreparedKernel> kernels;
    std::vector<Buffer<std::byte>> own;

    void run(Arguments arguments) {
      std::vector<void*> values;
      std::size_t const writes = parts.first_own() - reads;
      for (std::size_t i = 0; i < reads; ++i)
        values.push_back(const_cast<std::byte*>(arguments.read<std::byte>(i)));
      for (std::size_t i = 0; i < writes; ++i) values.push_back(arguments.write<std::byte>(i));
      for (auto& one : own) values.push_back(one.data());
      for (std::size_t i = 0; i < kernels.size(); ++i) {
        std::vector<void*> from, to;
        for (std::size_t value : parts.parts()[i].reads) from.push_back(values[value]);
        for (std::size_t value : parts.parts()[i].writes) to.push_back(values[value]);
        kernels[i].run(Arguments(from, to));
      }
    }

    std::size_t reads = 0;
  };

  static bool applicable(devices::Host&, Operation const&, Shapes const& shapes, Types) {
    bool const writes_weight = std::is_same_v<Operation, steps::ConvolutionFilterBackward>;
    Shape const& weight = writes_weight ? shapes.writes[0] : shapes.reads[1];
    return weight.items % 8 == 0 && weight.channels % 8 == 0;
  }

  static Prepared prepare(devices::Host& device, Operation const& what, Shapes const& shapes,
                          Types types) {
    Prepared prepared{decomposition(what, shapes), {}, {}, shapes.reads.size()};
    KernelTable const table = kernel_table<kernels::Reference>(device, types);
    Decomposition const& parts = prepared.parts;
    for (std::size_t value = parts.first_own(); value < parts.values(); ++value)
      prepared.own.emplace_back(
          device, parts.shape(value).elements() * static_cast<Count>(size_in_bytes(types.compute)));
    for (auto const& part : parts.parts()) {
      Shapes of;
      for (std::size_t value : part.reads) of.reads.push_back(parts.shape(value));
      for (std::size_t value : part.writes) of.writes.push_back(parts.shape(value));
      prepared.kernels.push_back(
          table.find(part.what)->prepare(table.device, part.what, of, types));
    }
    return prepared;
  }
};

/// The reference with what GPUs fuse around convolutions.
using Decomposing = kernels::Reference::with<Decomposed<steps::ConvolutionForward>,
                                             Decomposed<steps::ConvolutionFilterBackward>,
                                             Decomposed<steps::ConvolutionDataBackward>>;

}  // namespace ai500::testing
