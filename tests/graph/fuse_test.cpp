// SPDX-License-Identifier: Apache-2.0
#include <ai500/graph/fuse.hpp>
//
#include <doctest/doctest.h>

#include <map>
#include <string>

#include <ai500/graph/lower.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/parallel_modes/micro_batches.hpp>

using namespace ai500;

namespace {

Graph with_loss(Graph graph) {
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return graph;
}

std::map<std::string, int> steps_by_name(Program const& program) {
  std::map<std::string, int> counts;
  for (Step const& step : program.steps) ++counts[std::string(name(step.what))];
  return counts;
}

/// Everything but bits of relus, which have a test of their own.
bool always(Program const&, Step const& step) {
  return std::visit(
      [](auto const& what) {
        if constexpr (requires { what.mask; }) return what.mask == steps::ReluMask::result;
        return true;
      },
      step.what);
}
/// As on a host, which fuses nothing with convolutions.
bool around_normalizations(Program const& program, Step const& step) {
  return always(program, step) && !std::holds_alternative<steps::ConvolutionForward>(step.what) &&
         !std::holds_alternative<steps::ConvolutionFilterBackward>(step.what) &&
         !std::holds_alternative<steps::ConvolutionDataBackward>(step.what);
}
bool never(Program const&, Step const&) { return false; }

/// Every value is written before it is read, apart from those that the program is given.
bool in_order(Program const& program) {
  std::map<ValueIndex, bool> written;
  for (Step const& step : program.steps) {
    for (ValueIndex value : step.reads) {
      ProgramValue const& whole = program.value(program.place(value).whole);
      bool const given = whole.residence == Residence::bound || whole.residence == Residence::input;
      if (!given && !written[value] && value != program.gradients) return false;
    }
    for (ValueIndex value : step.writes) written[value] = true;
  }
  return true;
}

}  // namespace

TEST_CASE("fuse: ResNet-50's normalizations become the fused steps that one counts by hand") {
  Program const program = lower_training(with_loss(models::resnet50_v15(224)), 2, 2);

  Program const fused = fuse(program, around_normalizations);

  auto const steps = steps_by_name(fused);
  CHECK(steps.at("normalization forward") == 53);
  CHECK(steps.at("normalization backward") == 53);
  CHECK(!steps.contains("normalization statistics"));
  CHECK(!steps.contains("normalization apply"));
  CHECK(!steps.contains("relu"));
  CHECK(!steps.contains("relu gradient"));
  CHECK(!steps.contains("add"));
  // 16 blocks: two relus inside, one behind the addition, 4 projections; the stem's. The last
  // block's output is used once (pooling), the others' twice; the first block's input is the max
  // pooling's result, whose gradients are summed apart.
  std::string const text = describe_fused(fused);
  for (char const* line :
       {"15 x normalization backward + add + relu + sum\n",
        "1 x normalization backward + add + relu\n", "33 x normalization backward + relu\n",
        "4 x normalization backward\n", "16 x normalization forward + add + relu\n",
        "33 x normalization forward + relu\n", "4 x normalization forward\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line, " is not in\n", text);
  CHECK(steps.at("sum gradients") == 1);
  CHECK(in_order(fused));
}

TEST_CASE("fuse: in an evaluation each convolution of ResNet-50 takes in its normalization") {
  Program const fused = fuse(lower_evaluation(with_loss(models::resnet50_v15(224)), 2), always);

  auto const steps = steps_by_name(fused);
  CHECK(steps.at("convolution evaluation") == 53);
  for (char const* step :
       {"convolution", "normalization apply", "normalization evaluation", "add", "relu"})
    CHECK(!steps.contains(step));
  // 53 + max pooling, average pooling, fully connected, softmax.
  CHECK(fused.steps.size() == 57);
  // Where a block has a projection, that takes the addition, for it comes later.
  std::string const text = describe_fused(fused);
  for (char const* line : {"16 x convolution evaluation + add + relu\n",
                           "33 x convolution evaluation + relu\n", "4 x convolution evaluation\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line, " is not in\n", text);
  CHECK(in_order(fused));
}

TEST_CASE(
    "fuse: without kernels for folded convolutions an evaluation applies the running "
    "statistics and the ending in one step") {
  auto can = [](Program const&, Step const& step) {
    return !std::holds_alternative<steps::ConvolutionEvaluation>(step.what);
  };

  Program const fused = fuse(lower_evaluation(with_loss(models::resnet50_v15(224)), 2), can);

  auto const steps = steps_by_name(fused);
  CHECK(steps.at("convolution") == 53);
  CHECK(steps.at("normalization evaluation") == 49);
  CHECK(steps.at("normalization apply") == 4);  // the projections': nothing follows them
  CHECK(!steps.contains("relu"));
  CHECK(in_order(fused));
}

TEST_CASE("fuse: a convolution that is also used without its normalization keeps it apart") {
  Graph graph;
  ValueIndex const image = graph.input("image", {.channels = 8, .height = 2, .width = 2});
  ValueIndex const x = graph.convolution(image, 8, square(1));
  graph.fully_connected(graph.add(x, graph.relu(graph.normalization(x))), 2);

  Program const fused = fuse(lower_evaluation(with_loss(graph), 2), always);

  CHECK(describe_fused(fused) == "1 x normalization evaluation + relu\n");
  CHECK(in_order(fused));
}

TEST_CASE("fuse: where no kernel can, the program stays as it was") {
  Program const program = lower_training(with_loss(models::resnet50_v15(224)), 2, 2);

  Program const fused = fuse(program, never);

  CHECK(fused.steps.size() == program.steps.size());
  CHECK(steps_by_name(fused) == steps_by_name(program));
  CHECK(describe_fused(fused).empty());
}

TEST_CASE("fuse: asks for each place, and a place that is refused keeps its steps") {
  Program const program = lower_training(with_loss(models::resnet50_v15(224)), 2, 2);
  auto no_addition = [](Program const&, Step const& step) {
    auto const* forward = std::get_if<steps::NormalizationForward>(&step.what);
    return forward != nullptr && forward->ending != steps::NormalizationEnding::add_relu;
  };

  Program const fused = fuse(program, no_addition);

  auto const steps = steps_by_name(fused);
  CHECK(steps.at("normalization forward") == 53);  // 20 of them end in nothing
  CHECK(steps.at("add") == 16);
  CHECK(steps.at("relu") == 16);
  CHECK(steps.at("normalization data gradient") == 53);
  CHECK(in_order(fused));
}

TEST_CASE("fuse: a result that somebody else needs stays") {
  Graph graph;
  ValueIndex x = graph.input("image", {.channels = 8, .height = 2, .width = 2});
  x = graph.normalization(graph.convolution(x, 8, square(1)));
  ValueIndex const y = graph.relu(x);
  graph.fully_connected(graph.add(x, y), 2);  // x, before the relu, is used twice

  Program const fused = fuse(lower_training(with_loss(graph), 2, 2), around_normalizations);

  auto const steps = steps_by_name(fused);
  CHECK(steps.at("normalization forward") == 1);
  CHECK(describe_fused(fused).find("relu") == std::string::npos);
  CHECK(steps.at("relu") == 1);
  CHECK(steps.at("relu gradient") == 1);
  CHECK(in_order(fused));
}

TEST_CASE("fuse: each micro-batch is fused, and what is accumulated still is") {
  Program const one = lower_training(with_loss(models::resnet50_v15(224)), 2, 6);
  Program const three = parallel_modes::micro_batches(one, 3);

  Program const fused = fuse(three, around_normalizations);

  auto steps = steps_by_name(fused);
  CHECK(steps["normalization forward"] == 3 * 53);
  CHECK(steps["normalization backward"] == 3 * 53);
  CHECK(steps["accumulate"] == steps_by_name(three)["accumulate"]);
  CHECK(in_order(fused));
}

// 16 blocks of three convolutions, the last two of which have the block's own normalization and
// relu before them (32); 4 projections; the stem, whose relu goes into max pooling. Data gradients
// end in the block's own relu (32), or in that of the block before: 15, 4 of which have a
// projection.
TEST_CASE("fuse: ResNet-50's convolutions become the fused steps that one counts by hand") {
  Program const program = lower_training(with_loss(models::resnet50_v15(224)), 2, 2);

  Program const fused = fuse(program, always);

  auto const steps = steps_by_name(fused);
  CHECK(steps.at("convolution forward") == 53);
  CHECK(!steps.contains("convolution"));
  CHECK(steps.at("convolution filter backward") == 32);
  CHECK(steps.at("convolution filter gradient") == 21);
  CHECK(steps.at("convolution data backward") == 47);
  CHECK(steps.at("convolution data gradient") == 5);
  CHECK(!steps.contains("relu"));
  CHECK(!steps.contains("relu gradient"));
  std::string const text = describe_fused(fused);
  for (char const* line :
       {"32 x convolution forward of normalization + relu\n", "21 x convolution forward\n",
        "32 x convolution data backward + relu + normalization\n",
        "11 x convolution data backward + sum + relu + normalization\n",
        "4 x convolution data backward + sum + relu + two normalizations\n",
        // The statistics are taken by convolutions; what is left of the forward normalizations:
        "16 x normalization evaluation + add + relu\n", "1 x normalization evaluation + relu\n",
        // The last block's, whose result goes into pooling, and the stem's.
        "1 x normalization backward + add + relu\n", "1 x normalization backward + relu\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line, " is not in\n", text);
  CHECK(steps.at("normalization apply") == 4);  // the projections'
  CHECK(in_order(fused));
}

TEST_CASE("fuse: a convolution normalizes its input only where nobody else reads it") {
  Program const program = lower_training(with_loss(models::resnet50_v15(224)), 2, 2);
  auto no_filter = [](Program const&, Step const& step) {
    return !std::holds_alternative<steps::ConvolutionFilterBackward>(step.what);
  };

  Program const fused = fuse(program, no_filter);

  // The filter gradients read what normalization and relu made: it must be in memory.
  CHECK(describe_fused(fused).find("of normalization + relu") == std::string::npos);
  CHECK(steps_by_name(fused).at("convolution forward") == 53);
  CHECK(in_order(fused));
}

TEST_CASE("fuse: without an engine for two normalizations a block's end is that of an identity") {
  Program const program = lower_training(with_loss(models::resnet50_v15(224)), 2, 2);
  auto no_projection = [](Program const&, Step const& step) {
    auto const* data = std::get_if<steps::ConvolutionDataBackward>(&step.what);
    return data == nullptr || data->origin != steps::InputOrigin::projection_block;
  };

  Program const fused = fuse(program, no_projection);

  std::string const text = describe_fused(fused);
  CHECK(text.find("15 x convolution data backward + sum + relu + normalization\n") !=
        std::string::npos);
  CHECK(text.find("4 x normalization backward\n") != std::string::npos);
  CHECK(in_order(fused));
}

namespace {

/// A residual block on 8 channels of 4 x 4 pixels, and then another convolution.
Program residual_block() {
  Graph graph;
  ValueIndex const x = graph.convolution(graph.input("image", {1, 8, 4, 4}), 8, square(1));
  ValueIndex const y = graph.normalization(graph.convolution(x, 8, square(3, 1, 1)));
  ValueIndex const sum = graph.relu(graph.add(y, x));
  ValueIndex const logits = graph.fully_connected(sum, 2);
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return lower_training(graph, 3, 3);
}

/// Bits, too; but nothing with convolutions.
bool with_bits(Program const&, Step const& step) {
  return !std::holds_alternative<steps::ConvolutionForward>(step.what) &&
         !std::holds_alternative<steps::ConvolutionFilterBackward>(step.what) &&
         !std::holds_alternative<steps::ConvolutionDataBackward>(step.what);
}

/// What a fused step of the program writes, or reads, of the relu behind the addition.
struct Masks {
  steps::ReluMask kept, asked;
  ProgramValue written, read;
};
Masks masks_of(Program const& program) {
  Masks masks{};
  for (Step const& step : program.steps) {
    if (auto const* forward = std::get_if<steps::NormalizationForward>(&step.what))
      masks.kept = forward->mask, masks.written = program.value(step.writes.back());
    if (auto const* backward = std::get_if<steps::NormalizationBackward>(&step.what))
      masks.asked = backward->mask, masks.read = program.value(step.reads.back());
  }
  return masks;
}

}  // namespace

TEST_CASE("fuse: a relu behind an addition is kept as bits where the kernels can") {
  Program const fused = fuse(residual_block(), with_bits);

  Masks const masks = masks_of(fused);
  CHECK(masks.kept == steps::ReluMask::bits);
  CHECK(masks.asked == steps::ReluMask::bits);
  CHECK(masks.written.name == masks.read.name);
  CHECK(masks.written.shape == Shape{.items = 3 * 8 * 4 * 4 / 32});
  CHECK(masks.written.number == NumberRole::index);
  CHECK(masks.written.residence == Residence::planned);
  CHECK(in_order(fused));
  CHECK(describe_fused(fused).find("normalization backward + add + relu (bits)") !=
        std::string::npos);
}

TEST_CASE("fuse: where kernels keep no bits the gradient reads the result, and no value is left") {
  Program const before = residual_block();

  Program const fused = fuse(before, around_normalizations);

  Masks const masks = masks_of(fused);
  CHECK(masks.kept == steps::ReluMask::result);
  CHECK(masks.asked == steps::ReluMask::result);
  CHECK(masks.read.shape == Shape{3, 8, 4, 4});
  CHECK(fused.values.size() == before.values.size());
}

TEST_CASE("fuse: bits that the gradient's kernel does not read are kept for nobody") {
  auto only_forward = [](Program const& program, Step const& step) {
    auto const* backward = std::get_if<steps::NormalizationBackward>(&step.what);
    return with_bits(program, step) &&
           (backward == nullptr || backward->mask == steps::ReluMask::result);
  };

  Masks const masks = masks_of(fuse(residual_block(), only_forward));

  CHECK(masks.kept == steps::ReluMask::bits);
  CHECK(masks.asked == steps::ReluMask::result);
  CHECK(masks.read.shape == Shape{3, 8, 4, 4});
}
