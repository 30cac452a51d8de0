// SPDX-License-Identifier: Apache-2.0
// The whole training step of ResNet-50 v1.5 on kernels::CuDnn, for GPUs that are only described:
// what is fused, and that each step has a kernel that says it computes there.
#include <ai500/kernels/cudnn.hpp>
//
#include <doctest/doctest.h>

#include <map>
#include <string>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/kernels/cudnn/context.hpp>
#include <ai500/kernels/cudnn/step_pattern.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/training/prepared_program.hpp>

#include "devices.hpp"

using namespace ai500;
using namespace ai500::kernels::cudnn;

namespace {

constexpr Types fp16{NumberType::float16, NumberType::float32};

/// A GPU of tests/data/devices, with cuDNN's view of it.
class DescribedGpu {
 public:
  explicit DescribedGpu(std::string const& name, PlanOptions const& plans = {})
      : device_(devices::Cuda::described({.name = name})) {
    describe_context(device_, test::device(name), {.plans = plans});
  }
  devices::Cuda& device() { return device_; }
  KernelTable table(Types types = fp16) { return kernel_table<kernels::CuDnn>(device_, types); }

 private:
  devices::Cuda device_;
};

/// The pattern of a convolution's step; of other steps nothing.
std::optional<Pattern> pattern_of(Program const& program, Step const& step, Arithmetic arithmetic) {
  return std::visit(
      [&](auto const& what) -> std::optional<Pattern> {
        if constexpr (requires { kernels::cudnn::pattern_of(what, Shapes{}, arithmetic); })
          return kernels::cudnn::pattern_of(what, shapes_of(program, step), arithmetic);
        else
          return std::nullopt;
      },
      step.what);
}

/// How many convolution steps of a program have each pattern.
std::map<PatternKind, int> kinds(Program const& program) {
  std::map<PatternKind, int> counts;
  for (Step const& step : program.steps)
    if (auto const pattern = pattern_of(program, step, Arithmetic::fp16)) ++counts[pattern->kind];
  return counts;
}

/// How many convolution steps are the largest pattern that fits their place (places.hpp).
int largest(Program const& fitted) {
  std::map<PatternKind, int> counts = kinds(fitted), wanted;
  for (Place const& place : places(test::resnet50_step(), Arithmetic::fp16))
    ++wanted[place.pattern.kind];
  int sum = 0;
  for (auto const& [kind, count] : wanted) sum += std::min(count, counts[kind]);
  return sum;
}

std::string text(std::map<PatternKind, int> const& counts) {
  std::string lines;
  for (auto const& [kind, count] : counts)
    lines += std::to_string(count) + " x " + std::string(name(kind)) + "\n";
  return lines;
}

Program fitted(DescribedGpu& gpu) {
  Program const program = fitted_to(test::resnet50_step(), gpu.table());
  MESSAGE(gpu.device().properties().name, ": ", largest(program), " of 158\n",
          text(kinds(program)));
  return program;
}

}  // namespace

TEST_CASE("CuDnn: on an H200 and an A100 all 158 convolutions are what decision 0010 counts") {
  for (std::string const name : {"h200", "a100"}) {
    CAPTURE(name);
    DescribedGpu gpu(name);

    CHECK(largest(fitted(gpu)) == 158);
  }
}

// Convolutions with statistics have only engines whose bits vary there: 53 forward convolutions are
// plain, and what normalization made is written for 32 of them. Their filter gradients need not
// read it, and all 47 data gradients end in normalizations: 1 + 5 + 21 + 32 + 47 = 106.
TEST_CASE("CuDnn: on a B200 106 of 158 are used together, and all where bits may vary") {
  DescribedGpu same("b200");
  DescribedGpu any("b200", {.repeatability = Repeatability::any});

  Program const of_same = fitted(same);

  CHECK(largest(of_same) == 106);
  CHECK(kinds(of_same).at(PatternKind::convolution) == 53);
  CHECK(largest(fitted(any)) == 158);
}

TEST_CASE("CuDnn: on a T4, and in other types than FP16, no convolution is fused") {
  DescribedGpu t4("t4"), h200("h200");

  for (auto const& program :
       {fitted_to(test::resnet50_step(), t4.table()),
        fitted_to(test::resnet50_step(), h200.table({})),
        fitted_to(test::resnet50_step(), h200.table({NumberType::bfloat16, NumberType::float32}))})
    for (auto const& kind : kinds(program))
      CHECK_MESSAGE(is_plain(kind.first), kind.second, " x ", name(kind.first));
}

TEST_CASE("CuDnn: every step of a fitted program has a kernel that computes there") {
  for (std::string const gpu_name : {"t4", "a100", "h200", "b200"})
    for (Types const& types : {fp16, Types{}, Types{.math = Math::tensor_float32},
                               Types{.compute = NumberType::bfloat16}}) {
      DescribedGpu gpu(gpu_name);
      KernelTable const table = gpu.table(types);
      Arithmetic const arithmetic = *arithmetic_of(types);
      Program const program = fitted_to(test::resnet50_step(), table);
      int convolutions = 0, without_engine = 0;
      for (Step const& step : program.steps) {
        KernelEntry const* const kernel = table.find(step.what);
        if (kernel == nullptr) continue;  // the optimizer's, a collective's
        INFO(gpu_name, ", ", name(arithmetic), ": ", describe(step.what), " of ",
             std::string(step.name.view()));
        REQUIRE((kernel->prepare != nullptr));
        CHECK((kernel->applicable == nullptr ||
               kernel->applicable(table.device, step.what, shapes_of(program, step), types)));
        auto const pattern = pattern_of(program, step, arithmetic);
        if (!pattern) continue;
        ++convolutions;
        without_engine += context_of(gpu.device()).planner().find(*pattern) ? 0 : 1;
      }
      CHECK(convolutions == 158);
      // Our own convolutions take the place of BF16's on Turing (docs/limitations.md).
      bool const no_bf16 = gpu_name == "t4" && arithmetic == Arithmetic::bf16;
      CHECK(without_engine == (no_bf16 ? 158 : 0));
    }
}

TEST_CASE("CuDnn: images are reordered once, and nothing else but what is one pixel wide") {
  DescribedGpu gpu("h200");

  Program const program = fitted_to(test::resnet50_step(), gpu.table());

  // The images come NCHW.
  CHECK(reorders(program) == 1);
}

TEST_CASE("CuDnn: a described GPU without cuDNN's description, or asked for memory, says so") {
  devices::Cuda device = devices::Cuda::described({.name = "a GPU of the future"});

  CHECK_THROWS_WITH_AS(context_of(device), doctest::Contains("a GPU of the future"), DeviceError);
  CHECK_THROWS_WITH_AS(device.allocate(8), doctest::Contains("only described"), DeviceError);
}

TEST_CASE("CuDnn: computes in FP32, TF32, FP16 and BF16 with FP32 parameters") {
  using Traits = kernels::CuDnn::Traits;
  using enum NumberType;

  static_assert(Traits::computes_in({float32, float32}));
  static_assert(Traits::computes_in({float32, float32, Math::tensor_float32}));
  static_assert(Traits::computes_in({float16, float32}));
  static_assert(Traits::computes_in({bfloat16, float32}));
  static_assert(!Traits::computes_in({float64, float64}));
  static_assert(!Traits::computes_in({float16, float16}));
  CHECK(Traits::library().find("cuDNN 9.") == 0);
  CHECK(Traits::library().find(", cuBLAS 1") != std::string::npos);
}
