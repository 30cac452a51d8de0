// SPDX-License-Identifier: Apache-2.0
/// @file A host's kernel set on simulated GPUs: a kernel is given to the stream.
#pragma once

#include <memory>
#include <string_view>

#include <ai500/devices/cuda.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>

#include "simulated.hpp"

namespace ai500::testing {

template <class Kernel>
struct OnSimulatedGpu {
  static constexpr std::string_view name = Kernel::name;
  using operation = typename Kernel::operation;

  struct Prepared {
    cuda::Stream stream;
    std::unique_ptr<devices::Host> host;
    std::unique_ptr<typename Kernel::Prepared> prepared;

    void run(Arguments arguments) {
      simulated::enqueue(stream, [kernel = prepared.get(), arguments] { kernel->run(arguments); });
    }
  };

  static Prepared prepare(devices::Cuda& device, operation const& what, Shapes const& shapes,
                          Types types) {
    auto host = std::make_unique<devices::Host>();
    auto prepared =
        std::make_unique<typename Kernel::Prepared>(Kernel::prepare(*host, what, shapes, types));
    return {device.stream(), std::move(host), std::move(prepared)};
  }
};

template <class Set>
struct OnSimulatedGpusSet;
template <class SetTraits, class... Kernel>
struct OnSimulatedGpusSet<KernelSet<SetTraits, Kernel...>> {
  struct Traits {
    static constexpr std::string_view name = "simulated GPUs";
    using Device = devices::Cuda;
    static constexpr std::string_view layout = SetTraits::layout;
    static constexpr bool threaded = false;
    static constexpr bool computes_in(Types types) { return SetTraits::computes_in(types); }
    static Device make_device(DeviceChoice const& choice) { return Device(choice); }
  };
  using type = KernelSet<Traits, OnSimulatedGpu<Kernel>...>;
};

}  // namespace ai500::testing
