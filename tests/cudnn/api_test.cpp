// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/api.hpp>
//
#include <doctest/doctest.h>

#include <string>

#include <ai500/core/error.hpp>

using namespace ai500;
using namespace ai500::kernels;

namespace {

/// What `work` throws; empty: nothing.
template <class Work>
std::string error_of(Work work) {
  try {
    work();
  } catch (Error const& error) {
    return error.what();
  }
  return "";
}

bool holds(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

cudnn::Descriptor floats(Shape const& shape, std::int64_t id) {
  return cudnn::tensor(shape, CUDNN_DATA_FLOAT, id, cudnn::Storage::memory);
}

}  // namespace

TEST_CASE("check: success says nothing, an error names the call and cuDNN's status") {
  CHECK(error_of([] { cudnn::check(CUDNN_STATUS_SUCCESS, "cudnnAnything"); }).empty());

  std::string const error = error_of([] { cudnn::check(CUDNN_STATUS_BAD_PARAM, "cudnnAnything"); });

  CHECK(holds(error, "cudnnAnything"));
  CHECK(holds(error, "CUDNN_STATUS_BAD_PARAM"));
}

TEST_CASE("Descriptor: an error names the descriptor and its attribute") {
  cudnn::Descriptor tensor(cudnn::kinds::tensor);
  cudnn::Attribute<std::int64_t> const not_a_tensors{CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS,
                                                     "CONVOLUTION_SPATIAL_DIMS"};

  std::string const wrong_attribute = error_of([&] { tensor.set(not_a_tensors, std::int64_t{2}); });
  std::string const incomplete = error_of([&] { tensor.finalize(); });

  CHECK(holds(wrong_attribute, "cudnnBackendSetAttribute(tensor, CONVOLUTION_SPATIAL_DIMS)"));
  CHECK(holds(incomplete, "cudnnBackendFinalize(tensor)"));
}

TEST_CASE("tensor: is NHWC") {
  cudnn::Descriptor const made = floats({2, 3, 5, 7}, 1);

  auto const dimensions =
      made.get(cudnn::Attribute<std::int64_t>{CUDNN_ATTR_TENSOR_DIMENSIONS, "dimensions"});
  auto const strides =
      made.get(cudnn::Attribute<std::int64_t>{CUDNN_ATTR_TENSOR_STRIDES, "strides"});

  CHECK(dimensions == std::vector<std::int64_t>{2, 3, 5, 7});
  CHECK(strides == std::vector<std::int64_t>{3 * 5 * 7, 1, 3 * 7, 3});
}

TEST_CASE("Descriptor: what a graph refers to lives as long as the graph") {
  auto const graph = [] {
    cudnn::Descriptor const x = floats({8, 16, 4, 4}, 1), y = floats({1, 16, 1, 1}, 2);
    return cudnn::operation_graph(std::vector{cudnn::reduction(CUDNN_REDUCE_TENSOR_ADD, x, y)},
                                  nullptr);
  }();

  CHECK(graph.get() != nullptr);
}

TEST_CASE("operation_graph: of nothing is refused by name") {
  std::string const error = error_of([] { cudnn::operation_graph({}, nullptr); });

  CHECK(holds(error, "operation graph"));
}

TEST_CASE("variant_pack: takes ids and addresses, and refuses what does not match") {
  std::vector<std::int64_t> const ids{1, 2};
  float first = 0, second = 0;
  std::vector<void*> const addresses{&first, &second};

  CHECK(cudnn::variant_pack(ids, addresses, nullptr).get() != nullptr);
  CHECK(holds(error_of([&] { cudnn::variant_pack(ids, std::vector<void*>{&first}, nullptr); }),
              "variant pack"));
}
