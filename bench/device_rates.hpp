// SPDX-License-Identifier: Apache-2.0
/// @file What a device can do at best, measured: what a step is a fraction of.
#pragma once

#include <chrono>
#include <cstddef>

#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/training/network.hpp>
#include <ai500/workbench/kernel_run.hpp>

namespace bench {

/// The mean seconds of work that a device is given `times` times, one behind the other.
template <class Device, class Work>
double mean_seconds(Device& device, int times, Work const& work) {
  work();
  device.synchronize();
  auto const begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  device.synchronize();
  std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
  return seconds.count() / times;
}

/// Bytes a second, read and written, of a copy within the device's memory.
template <class Device>
double copy_rate(Device& device) {
  ai500::Count const n = ai500::Count{1} << 28;  // 1 GiB: larger than any cache
  ai500::Buffer<float, Device> from(device, n), to(device, n);
  double const seconds = mean_seconds(device, 20, [&] {
    device.for_each(n, ai500::kernels::functors::Copy<float>{from.data(), to.data()});
  });
  return 2.0 * static_cast<double>(n) * sizeof(float) / seconds;
}

/// FLOPs a second, two a multiply-add, of the kernel set's product of two 8192 x 8192 matrices of
/// random numbers.
template <class Kernels, class Precision, class Device>
double matrix_rate(Device& device) {
  using Kernel = typename Kernels::template for_operation<ai500::steps::FullyConnected>;
  ai500::Count const n = 8192;
  ai500::Shapes const shapes{{{n, n, 1, 1}, {n, n, 1, 1}, {.items = n}}, {{n, n, 1, 1}}};
  ai500::workbench::KernelRun<Kernel, Precision, Device> product(
      device, {}, shapes, ai500::workbench::random_reads(shapes));
  constexpr int times = 20;
  double const seconds = mean_seconds(device, 1, [&] { product.run(times); }) / times;
  double const side = static_cast<double>(n);
  return 2 * side * side * side / seconds;
}

/// The bytes that the steps of a network read and write, each value once a step.
template <class Network>
double step_bytes(Network const& network) {
  ai500::Program const& program = network.program();
  double bytes = 0;
  auto const add = [&](ai500::ValueIndex value) {
    ai500::ProgramValue const& of = program.value(value);
    bytes += static_cast<double>(of.shape.elements()) *
             static_cast<double>(Network::sizes.of(of.number));
  };
  for (ai500::Step const& step : program.steps) {
    for (ai500::ValueIndex value : step.reads) add(value);
    for (ai500::ValueIndex value : step.writes) add(value);
  }
  return bytes;
}

}  // namespace bench
