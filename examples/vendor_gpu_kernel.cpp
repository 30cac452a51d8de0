// SPDX-License-Identifier: Apache-2.0
// A vendor replaces one step on GPUs, the average pooling before the classifier, by a kernel of its
// own. The workbench checks it against the reference and times it beside the kernel set's on its
// shape in ResNet-50, then whole training steps with and without it, in FP16.
//   vendor_gpu_kernel --batch 64
#include "vendor_gpu_kernel.hpp"

#include <ai500/kernels/cudnn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/precision/mixed.hpp>
#include <ai500/workbench/run.hpp>

using namespace ai500;

/// For windows that are the whole plane.
struct VendorPooling {
  static constexpr std::string_view name = "vendor mean";
  using operation = steps::AveragePooling;

  struct Prepared {
    devices::Cuda* device;
    Shape x;

    void run(Arguments arguments) {
      device->for_each(x.items * x.channels,
                       VendorMean<half>{arguments.read<half>(0), arguments.write<half>(0),
                                        x.height * x.width, x.channels});
    }
  };

  static std::vector<StepLayouts> layouts(devices::Cuda&, operation const&, Shapes const&, Types) {
    return {{{Layout::channels_last}, {Layout::channels_last}}};
  }

  /// @throws Error for other windows, and in other numbers than FP16
  static Prepared prepare(devices::Cuda& device, operation const& what, Shapes const& shapes,
                          Types types) {
    Shape const x = shapes.reads[0];
    if (what.window.kernel != Extent{x.height, x.width} || types.compute != NumberType::float16)
      throw Error("vendor mean pools whole planes, in float16");
    return {&device, x};
  }
};
static_assert(KernelPolicy<VendorPooling, devices::Cuda>);

using Mine = kernels::CuDnn::with<VendorPooling>;

int main(int argc, char** argv) {
  return workbench::run<Mine, kernels::CuDnn, models::ResNet50V15, precision::Mixed>(argc, argv);
}
