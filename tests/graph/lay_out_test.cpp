// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include <ai500/graph/lay_out.hpp>

using namespace ai500;

namespace {

/// input -> a -> b -> c, each a step of its own, 16 channels of 4 x 4 pixels.
Program chain_of_three(Shape shape = {1, 16, 4, 4}) {
  Program program;
  for (char const* name : {"input", "a", "b", "c"}) program.add_value({name, shape});
  program.values[0].residence = Residence::input;
  program.steps = {{steps::Convolution{}, {0}, {1}, "first"},
                   {steps::Relu{}, {1}, {2}, "second"},
                   {steps::Softmax{}, {2}, {3}, "third"}};
  return program;
}

std::vector<StepLayouts> all_alike() {
  std::vector<StepLayouts> options;
  for (Layout layout : all_layouts) options.push_back({{layout}, {layout}});
  return options;
}

}  // namespace

TEST_CASE("fits, same_order: blocks must divide the channels; one pixel is plain in every layout") {
  CHECK(fits(Layout::channels_16, {1, 32, 5, 5}));
  CHECK_FALSE(fits(Layout::channels_16, {1, 24, 5, 5}));
  CHECK(fits(Layout::channels_8, {1, 24, 5, 5}));
  CHECK(same_order(Layout::plain, Layout::channels_16, {4, 32, 1, 1}));
  CHECK_FALSE(same_order(Layout::plain, Layout::channels_16, {4, 32, 1, 2}));
  CHECK_FALSE(same_order(Layout::plain, Layout::channels_16, {4, 24, 1, 1}));
  CHECK(same_order(Layout::plain, Layout::channels_last, {4, 1, 5, 5}));
  CHECK_FALSE(same_order(Layout::plain, Layout::channels_last, {4, 2, 5, 5}));
}

TEST_CASE("element_index: channels of a block stand together, innermost") {
  Shape const x{2, 16, 3, 5};

  CHECK(element_index(Layout::plain, x, 1, 2, 1, 4) == ((1 * 16 + 2) * 3 + 1) * 5 + 4);
  CHECK(element_index(Layout::channels_8, x, 1, 10, 1, 4) ==
        (((1 * 2 + 1) * 3 + 1) * 5 + 4) * 8 + 2);
  CHECK(element_index(Layout::channels_16, x, 1, 10, 1, 4) == ((1 * 3 + 1) * 5 + 4) * 16 + 10);
  CHECK(element_index(Layout::channels_last, x, 1, 10, 1, 4) == ((1 * 3 + 1) * 5 + 4) * 16 + 10);
  Shape const odd{2, 3, 4, 5};
  CHECK(fits(Layout::channels_last, odd));
  CHECK(element_index(Layout::channels_last, odd, 1, 2, 3, 4) == ((1 * 4 + 3) * 5 + 4) * 3 + 2);
}

TEST_CASE("lay_out: without options everything stays plain and nothing is reordered") {
  Program const program = lay_out(
      chain_of_three(), [](auto const&, auto const&) { return std::vector<StepLayouts>{}; });

  CHECK(reorders(program) == 0);
  for (ProgramValue const& value : program.values) CHECK(value.layout == Layout::plain);
}

TEST_CASE("lay_out: a step that takes any layout follows the one before it") {
  Program const program =
      lay_out(chain_of_three(), [](Program const&, Step const& step) -> std::vector<StepLayouts> {
        if (step.name == Name("first")) return {{{Layout::plain}, {Layout::channels_16}}};
        if (step.name == Name("second")) return all_alike();
        return {};
      });

  CHECK(program.value(1).layout == Layout::channels_16);
  CHECK(program.value(2).layout == Layout::channels_16);
  REQUIRE(reorders(program) == 1);  // only the last step wants plain
  CHECK(std::holds_alternative<steps::Reorder>(program.steps[2].what));
  CHECK(program.steps[2].reads == std::vector<ValueIndex>{2});
  CHECK(program.steps[3].reads == program.steps[2].writes);
  CHECK(program.value(program.steps[2].writes[0]).layout == Layout::plain);
}

TEST_CASE("lay_out: a value that two steps want in one other layout is reordered once") {
  Program program = chain_of_three();
  program.steps[1].reads = {0};
  program.steps[2].reads = {0};
  Program const result =
      lay_out(program, [](Program const&, Step const& step) -> std::vector<StepLayouts> {
        if (step.name == Name("first")) return {};
        return {{{Layout::channels_8}, {Layout::channels_8}}};
      });

  CHECK(reorders(result) == 1);
}

TEST_CASE("lay_out: of two options the one that reorders less is taken, of equals the first") {
  auto choice = [](std::vector<StepLayouts> const& options) {
    Program const program = lay_out(chain_of_three(), [&](Program const&, Step const& step) {
      return step.name == Name("first") ? options : std::vector<StepLayouts>{};
    });
    return program.value(1).layout;
  };
  StepLayouts const blocked{{Layout::channels_8}, {Layout::channels_8}};
  StepLayouts const from_plain{{Layout::plain}, {Layout::channels_16}};
  StepLayouts const plain{{Layout::plain}, {Layout::plain}};

  CHECK(choice({blocked, from_plain}) == Layout::channels_16);
  CHECK(choice({from_plain, plain}) == Layout::channels_16);
  CHECK(choice({plain, from_plain}) == Layout::plain);
}

TEST_CASE("lay_out: one pixel an item needs no reorder, and the kernel is told what was chosen") {
  Program const program =
      lay_out(chain_of_three({2, 32, 1, 1}), [](Program const&, Step const& step) {
        return step.name == Name("second")
                   ? std::vector<StepLayouts>{{{Layout::channels_16}, {Layout::channels_16}}}
                   : std::vector<StepLayouts>{};
      });

  CHECK(reorders(program) == 0);
  CHECK(program.steps[1].layouts.read(0) == Layout::channels_16);
}
