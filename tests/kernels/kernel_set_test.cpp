// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/kernel_set.hpp>
//
#include <doctest/doctest.h>

#include <ai500/kernels/reference.hpp>
#include <ai500/kernels/supports.hpp>
#include <ai500/models/resnet.hpp>

namespace ai500::testing {

using kernels::Reference;

namespace {

/// A kernel that computes nothing, for any step: only its type is looked at.
template <class Step, int variant = 0>
struct Silent {
  static constexpr std::string_view name = variant == 0 ? "silent" : "other";
  using operation = Step;
  struct Prepared {
    void run(Arguments) {}
  };
  static Prepared prepare(devices::Host&, Step const&, Shapes const&, Types) { return {}; }
};

using NoKernels = KernelSet<kernels::reference::Traits>;
using SilentRelu = Silent<steps::Relu>;
using SilentAdd = Silent<steps::Add>;

/// The set without its kernel for one step.
template <class Without, class Kernels>
struct Removed;
template <class Without, class Traits, class... K>
struct Removed<Without, KernelSet<Traits, K...>> {
  template <class Set, class One>
  struct Appended {
    using type = typename Set::template with<One>;
  };
  template <class Set, class... Rest>
  struct Folded {
    using type = Set;
  };
  template <class Set, class First, class... Rest>
  struct Folded<Set, First, Rest...> {
    using Next = typename std::conditional_t<std::is_same_v<typename First::operation, Without>,
                                             std::type_identity<Set>, Appended<Set, First>>::type;
    using type = typename Folded<Next, Rest...>::type;
  };
  using type = typename Folded<KernelSet<Traits>, K...>::type;
};
template <class Without>
using ReferenceWithout = typename Removed<Without, Reference>::type;

Graph small_model() {
  Graph graph = models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10);
  ValueIndex const logits = static_cast<ValueIndex>(graph.values.size()) - 1;
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return graph;
}

}  // namespace

TEST_CASE("KernelSet: with replaces the kernel of the same step and keeps the others") {
  using Mine = Reference::with<SilentRelu>;

  CHECK(std::is_same_v<Mine::for_operation<steps::Relu>, SilentRelu>);
  CHECK(std::is_same_v<Mine::for_operation<steps::Add>, kernels::reference::Add>);
  CHECK(std::is_same_v<Mine::for_operation<steps::ReluGradient>, kernels::reference::ReluGradient>);
  CHECK(std::is_same_v<Mine::Traits, Reference::Traits>);
}

TEST_CASE("KernelSet: with appends a kernel for a step that had none") {
  using One = NoKernels::with<SilentRelu>;

  CHECK_FALSE(HasKernelFor<NoKernels, steps::Relu>);
  CHECK(HasKernelFor<One, steps::Relu>);
  CHECK_FALSE(HasKernelFor<One, steps::Add>);
  CHECK(std::is_same_v<One, KernelSet<kernels::reference::Traits, SilentRelu>>);
}

TEST_CASE("KernelSet: with takes several kernels, and the last of one step stays") {
  using Two = Reference::with<SilentRelu, SilentAdd>;
  using Last = Reference::with<SilentRelu, Silent<steps::Relu, 1>>;

  CHECK(std::is_same_v<Two::for_operation<steps::Relu>, SilentRelu>);
  CHECK(std::is_same_v<Two::for_operation<steps::Add>, SilentAdd>);
  CHECK(std::is_same_v<Last::for_operation<steps::Relu>, Silent<steps::Relu, 1>>);
  CHECK(std::is_same_v<Reference::with<>, Reference>);
}

TEST_CASE("KernelSet: its name lists the kernels that are another's") {
  CHECK(Reference::name() == "reference");
  CHECK(Reference::with<SilentRelu>::name() == "reference; relu: silent");
  CHECK(Reference::with<SilentAdd, SilentRelu>::name() == "reference; relu: silent; add: silent");
}

TEST_CASE("trains: the reference trains every model") {
  CHECK(trains<Reference>(small_model()));
  CHECK(trains<Reference>(models::resnet50(224)));
  CHECK(trains<Reference::with<SilentRelu>>(small_model()));
}

TEST_CASE("trains: a missing step counts where the model needs it") {
  CHECK_FALSE(trains<NoKernels>(small_model()));
  CHECK_FALSE(trains<ReferenceWithout<steps::ReluGradient>>(small_model()));
  CHECK_FALSE(trains<ReferenceWithout<steps::Softmax>>(small_model()));
  CHECK_FALSE(trains<ReferenceWithout<steps::UpdateRunningStatistics>>(small_model()));
  // Any model may need these two.
  CHECK_FALSE(trains<ReferenceWithout<steps::SumGradients>>(small_model()));
  CHECK_FALSE(trains<ReferenceWithout<steps::Accumulate>>(small_model()));
  // The small model has no max pooling, ResNet-50 has.
  CHECK(trains<ReferenceWithout<steps::MaxPoolingGradient>>(small_model()));
  CHECK_FALSE(trains<ReferenceWithout<steps::MaxPoolingGradient>>(models::resnet50(224)));
}

TEST_CASE("TrainsOperator: every step that the operator becomes must be there") {
  using NoFilterGradient = ReferenceWithout<steps::ConvolutionFilterGradient>;

  CHECK(TrainsOperator<Reference, operators::Convolution>);
  CHECK_FALSE(TrainsOperator<NoFilterGradient, operators::Convolution>);
  CHECK(TrainsOperator<NoFilterGradient, operators::Relu>);
}

}  // namespace ai500::testing
