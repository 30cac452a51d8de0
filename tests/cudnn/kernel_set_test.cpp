// SPDX-License-Identifier: Apache-2.0
// The whole training step of ResNet-50 v1.5 on kernels::CuDnn, for GPUs that are only described:
// what is fused, and that each step has a kernel that says it computes there.
#include <ai500/kernels/cudnn.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/kernels/choices.hpp>
#include <ai500/kernels/cudnn/context.hpp>
#include <ai500/kernels/cudnn/prepared_plan.hpp>
#include <ai500/kernels/cudnn/step_pattern.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/training/prepared_program.hpp>

#include "devices.hpp"
#include "places.hpp"

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
std::map<PatternKind, int> count_kinds(Program const& program) {
  std::map<PatternKind, int> counts;
  for (Step const& step : program.steps)
    if (auto const pattern = pattern_of(program, step, Arithmetic::fp16)) ++counts[pattern->kind];
  return counts;
}

/// How many convolution steps are the largest pattern that fits their place (places.hpp).
int largest(Program const& fitted) {
  std::map<PatternKind, int> counts = count_kinds(fitted), wanted;
  for (test::Place const& place : test::places(test::resnet50_step(), Arithmetic::fp16))
    ++wanted[place.pattern.kind];
  int sum = 0;
  for (auto const& [kind, count] : wanted) sum += std::min(count, counts[kind]);
  return sum;
}

/// ResNet-8's step of 32 images: few patterns, planned soon.
Program small_step() {
  return test::training_step(
      models::SmallResNet::graph({.channels = 3, .height = 32, .width = 32}, 10), 32);
}

bool contains(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
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
          text(count_kinds(program)));
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
  CHECK(count_kinds(of_same).at(PatternKind::convolution) == 53);
  CHECK(largest(fitted(any)) == 158);
}

TEST_CASE("CuDnn: on a T4, and in other types than FP16, no convolution is fused") {
  DescribedGpu t4("t4"), h200("h200");

  for (auto const& program :
       {fitted_to(test::resnet50_step(), t4.table()),
        fitted_to(test::resnet50_step(), h200.table({})),
        fitted_to(test::resnet50_step(), h200.table({NumberType::bfloat16, NumberType::float32}))})
    for (auto const& kind : count_kinds(program))
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

TEST_CASE(
    "CuDnn: the ways of a convolution are cuDNN's engines, of which each can be planned again") {
  for (std::string const gpu_name : {"t4", "a100", "h200", "b200"}) {
    DescribedGpu gpu(gpu_name), again(gpu_name);
    KernelTable const table = gpu.table();
    Program const program = fitted_to(small_step(), table);
    std::size_t most = 0;
    for (Step const& step : program.steps) {
      auto const pattern = pattern_of(program, step, Arithmetic::fp16);
      if (!pattern) continue;
      INFO(gpu_name, ": ", describe(step.what), " of ", std::string(step.name.view()));
      KernelEntry const* const kernel = table.find(step.what);
      REQUIRE((kernel->ways != nullptr));

      auto const ways = kernel->ways(table.device, step.what, shapes_of(program, step), fp16);

      REQUIRE(!ways.empty());
      most = std::max(most, ways.size());
      bool const is_padded = ways[0].starts_with("padded ");
      CHECK(is_padded == (pattern->x.channels == 3));  // the stem
      Pattern const used = is_padded ? *with_padded_channels(*pattern) : *pattern;
      Context& context = context_of(again.device());  // another search
      CHECK(context.plan(used).name == ways[0].substr(is_padded ? 7 : 0));
      for (std::string const& way : ways) {
        bool const pads = way.starts_with("padded ");
        std::string const name = way.substr(pads ? 7 : 0);
        CHECK(context.plan(pads ? used : *pattern, name).name == name);
      }
    }
    CHECK(most > 1);
  }
}

TEST_CASE("CuDnn: a way that cuDNN has not is an error that lists those that it has") {
  DescribedGpu gpu("h200");
  Pattern const pattern{
      .x = {8, 8, 8, 8}, .weight = {8, 8, 1, 1}, .y = {8, 8, 8, 8}, .window = square(1)};
  Context& context = context_of(gpu.device());
  std::string const first = context.plan(pattern).name;

  CHECK_THROWS_WITH_AS(context.plan(pattern, "engine 999"),
                       doctest::Contains("cuDNN has no 'engine 999' for convolution 8x8x8x8"),
                       Error);
  CHECK_THROWS_WITH_AS(context.plan(pattern, "engine 999"),
                       doctest::Contains(("it has " + first).c_str()), Error);
}

TEST_CASE("CuDnn: plans name each convolution's engine, and where and why a place stays apart") {
  DescribedGpu h200("h200"), b200("b200"), t4("t4");
  auto plan_of = [](DescribedGpu& gpu, Types types = fp16) {
    return describe_fitted("title", small_step(), gpu.table(types), NumberSizes{});
  };

  std::string const of_h200 = plan_of(h200), of_b200 = plan_of(b200),
                    of_bf16 = plan_of(t4, {.compute = NumberType::bfloat16});

  CHECK_MESSAGE(contains(of_h200, "; by engine "), of_h200);
  CHECK_MESSAGE(contains(of_h200, "; by padded engine "), of_h200);
  // The stem's three channels.
  CHECK_MESSAGE(contains(of_h200, "; no convolution forward: its channels are no multiples of 8\n"),
                of_h200);
  CHECK_MESSAGE(contains(of_b200, "; no convolution forward: "), of_b200);
  CHECK_MESSAGE(contains(of_b200, "its bits vary from run to run\n"), of_b200);
  CHECK_MESSAGE(contains(of_bf16, "; by own kernel"), of_bf16);
  CHECK_MESSAGE(contains(of_bf16, "convolution forward: cuDNN's heuristics offer no engine\n"),
                of_bf16);
}

TEST_CASE("CuDnn: convolutions that were chosen apart are single steps, and plans say so") {
  DescribedGpu gpu("h200");
  KernelTable table = gpu.table();
  Program const fused = fitted_to(small_step(), table);
  for (Step const& step : fused.steps)
    if (std::holds_alternative<steps::ConvolutionDataBackward>(step.what))
      table.choices.ways[step_text(step.what, shapes_of(fused, step), fp16)] = way_apart;
  REQUIRE(!table.choices.ways.empty());

  Program const program = fitted_to(small_step(), table);
  std::string const plan = describe_fitted("title", small_step(), table, NumberSizes{});

  CHECK(count_kinds(fused).contains(PatternKind::data_gradient_normalization));
  CHECK(!count_kinds(program).contains(PatternKind::data_gradient_normalization));
  CHECK(count_kinds(program).contains(PatternKind::data_gradient));
  CHECK_MESSAGE(
      contains(plan, "; no convolution data backward + relu + normalization: chosen apart\n"),
      plan);
  // An engine that was chosen is the one that is named.
  Step const* convolution = nullptr;
  for (Step const& step : program.steps)
    if (std::holds_alternative<steps::ConvolutionDataGradient>(step.what)) convolution = &step;
  REQUIRE(convolution != nullptr);
  Shapes const shapes = shapes_of(program, *convolution);
  auto const ways =
      table.find(convolution->what)->ways(table.device, convolution->what, shapes, fp16);
  table.choices.ways[step_text(convolution->what, shapes, fp16)] = ways.back();
  CHECK(contains(describe_fitted("title", small_step(), table, NumberSizes{}),
                 "; by " + ways.back()));
}

TEST_CASE("CuDnn: says what ways are for: the GPU, and which engines may be used") {
  DescribedGpu same("h200"), any("h200", {.repeatability = Repeatability::any}), other("a100");
  auto text = [](DescribedGpu& gpu) { return Traits::ways_are_for(gpu.device()); };

  CHECK(text(same) == "NVIDIA H200 (sm_90), engines with the same bits in every run");
  CHECK(text(any) == "NVIDIA H200 (sm_90), engines whose bits may vary from run to run, too");
  CHECK(contains(text(other), "(sm_80)"));
}

TEST_CASE("PreparedPlan: a wrong number of addresses is refused before cuDNN sees it") {
  DescribedGpu gpu("h200");
  Pattern const pattern{
      .x = {8, 8, 8, 8}, .weight = {8, 8, 1, 1}, .y = {8, 8, 8, 8}, .window = square(1)};
  PreparedPlan plan(nullptr, context_of(gpu.device()).plan(pattern));

  CHECK_THROWS_WITH_AS(plan.run(std::array<void*, 2>{}),
                       doctest::Contains("a plan of 3 tensors was given 2 addresses"), Error);
}
