// SPDX-License-Identifier: Apache-2.0
// A vendor replaces one step, the forward convolution, by a kernel of its own: one product of
// matrices an image. The workbench checks it against the reference and times it beside oneDNN's on
// every convolution of ResNet-50, then a whole training step with and without it.
//   vendor_kernel --batch 8
#include <oneapi/dnnl/dnnl.h>

#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/run.hpp>

using namespace ai500;

/// y[n] (c', h' w') = weight (c', c kh kw) times the columns of x[n] (c kh kw, h' w'): the column
/// of a position is what the window sees there.
struct VendorConvolution {
  static constexpr std::string_view name = "vendor gemm";
  using operation = steps::Convolution;

  /// Made once a distinct step; `run` allocates nothing and decides nothing.
  struct Prepared {
    devices::Host* device;
    Window window;
    Shape x, y;
    Buffer<float> columns;  // of one image; none where the image is its own columns

    void run(Arguments arguments) {
      float const* weight = arguments.read<float>(1);
      Count const depth = x.channels * window.kernel.height * window.kernel.width;
      Count const positions = y.height * y.width;
      for (Count n = 0; n < x.items; ++n) {
        float const* image = arguments.read<float>(0) + n * x.item_elements();
        if (columns.size() > 0)
          device->parallel(depth, [&](Count row) { write_row(image, row, columns.data()); });
        dnnl_sgemm('N', 'N', y.channels, positions, depth, 1, weight, depth,
                   columns.size() > 0 ? columns.data() : image, positions, 0,
                   arguments.write<float>(0) + n * y.item_elements(), positions);
      }
    }

    /// Row (c, kh, kw) of the columns: the pixel that each position's window has there, 0 in the
    /// padding.
    void write_row(float const* image, Count row, float* all) const {
      Count const kw = row % window.kernel.width;
      Count const kh = row / window.kernel.width % window.kernel.height;
      float const* channel =
          image + row / (window.kernel.width * window.kernel.height) * x.height * x.width;
      float* to = all + row * y.height * y.width;
      for (Count i = 0; i < y.height; ++i)
        for (Count j = 0; j < y.width; ++j) {
          Count const h = i * window.stride.height + kh - window.padding.height;
          Count const w = j * window.stride.width + kw - window.padding.width;
          bool const inside = h >= 0 && h < x.height && w >= 0 && w < x.width;
          *to++ = inside ? channel[h * x.width + w] : 0;
        }
    }
  };

  /// @throws Error for convolutions in groups
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types) {
    if (what.groups != 1) throw Error("vendor gemm computes convolutions of one group");
    Shape const x = shapes.reads[0], y = shapes.writes[0];
    Count const depth = x.channels * what.window.kernel.height * what.window.kernel.width;
    bool const is_its_columns = what.window == Window{};
    return {&device, what.window, x, y,
            Buffer<float>(device, is_its_columns ? 0 : depth * y.height * y.width)};
  }
};
static_assert(KernelPolicy<VendorConvolution, devices::Host>);

using Mine = kernels::OneDnn::with<VendorConvolution>;

int main(int argc, char** argv) {
  return workbench::run<Mine, kernels::OneDnn, models::ResNet50V15>(argc, argv);
}
