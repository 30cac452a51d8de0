// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/self.hpp>
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/every_sample.hpp>
#include <ai500/workloads/image_classification.hpp>
using namespace ai500;

struct MyRelu {
  static constexpr std::string_view name = "my relu";
  using operation = steps::Relu;
  struct Prepared {
    Count elements;
    void run(Arguments arguments) {
      float const* x = arguments.read<float>(0);
      float* y = arguments.write<float>(0);
      for (Count i = 0; i < elements; ++i) y[i] = x[i] > 0 ? x[i] : 0;
    }
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types) {
    return {shapes.writes[0].elements()};
  }
};

using Images = datasets::SyntheticImages<1, 8, 8, 4>;
using Kernels = kernels::Reference::with<MyRelu>;
using Benchmark = Ensemble<workloads::ImageClassification<models::SmallResNet, Images, Kernels>,
                           samplers::EverySample, optimizers::SgdMomentum, precision::Fp32,
                           parallel_modes::Data, collectives::Self>;

int main(int argc, char** argv) { return run<Benchmark>(argc, argv); }
