// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of fully_connected.hpp. cuBLASLt's matrices stand column by column: a
/// row-major (r, c) is its (c, r).
#pragma once

#include <cublasLt.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/context.hpp>
#include <ai500/kernels/cudnn/fully_connected.hpp>
#include <ai500/kernels/cudnn/step_pattern.hpp>
#include <ai500/kernels/functors/column_sums.hpp>
#include <ai500/kernels/reference/shape_check.hpp>

namespace ai500::kernels::cudnn {

namespace detail {

inline void check_cublas(cublasStatus_t status, std::string_view call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw Error("cuBLASLt: " + std::string(call) + " failed with " + cublasLtGetStatusName(status) +
                ": " + cublasLtGetStatusString(status));
}

/// cuBLASLt's handle of one GPU: lives with the device.
struct CublasHandle {
  cublasLtHandle_t handle = nullptr;

  CublasHandle() { check_cublas(cublasLtCreate(&handle), "cublasLtCreate"); }
  CublasHandle(CublasHandle const&) = delete;
  CublasHandle& operator=(CublasHandle const&) = delete;
  ~CublasHandle() { cublasLtDestroy(handle); }
};

template <class T, auto destroy>
struct Destroy {
  void operator()(T* object) const { destroy(object); }
};
template <class Handle, auto destroy>
using Owned =
    std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<std::remove_pointer_t<Handle>, destroy>>;

/// A column-major matrix (rows, columns), dense.
struct Matrix {
  Count rows = 0;
  Count columns = 0;
  cudaDataType_t type = CUDA_R_32F;
};

inline Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> layout_of(Matrix const& m) {
  cublasLtMatrixLayout_t made = nullptr;
  check_cublas(cublasLtMatrixLayoutCreate(&made, m.type, static_cast<std::uint64_t>(m.rows),
                                          static_cast<std::uint64_t>(m.columns), m.rows),
               "cublasLtMatrixLayoutCreate");
  return Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>(made);
}

/// d = op(a) op(b), with a bias (a value for each row of d) where it `has_bias`.
struct ProductDescription {
  Matrix a, b, d;
  cublasOperation_t a_operation = CUBLAS_OP_N, b_operation = CUBLAS_OP_N;
  bool has_bias = false;
  bool rounds_to_tf32 = false;
};

/// One product with its algorithm, chosen once.
class Product {
 public:
  Product(devices::Cuda& device, ProductDescription const& p)
      : handle_(device.attachments()
                    .get<CublasHandle>([] { return std::make_shared<CublasHandle>(); })
                    .handle),
        stream_(device.stream()),
        a_(layout_of(p.a)),
        b_(layout_of(p.b)),
        d_(layout_of(p.d)) {
    cublasLtMatmulDesc_t made = nullptr;
    check_cublas(cublasLtMatmulDescCreate(
                     &made, p.rounds_to_tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F,
                     CUDA_R_32F),
                 "cublasLtMatmulDescCreate");
    product_.reset(made);
    set(CUBLASLT_MATMUL_DESC_TRANSA, p.a_operation, "TRANSA");
    set(CUBLASLT_MATMUL_DESC_TRANSB, p.b_operation, "TRANSB");
    if (p.has_bias) {
      set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS, "EPILOGUE");
      set(CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, p.d.type, "BIAS_DATA_TYPE");
    }
    choose(p);
    scratch_ = context_of(device).scratch().reserve(device, workspace_);
  }

  /// @param bias null where there is none
  void run(void const* a, void const* b, void* d, void const* bias) {
    float const one = 1, zero = 0;
    if (bias != nullptr) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias, "BIAS_POINTER");
    check_cublas(
        cublasLtMatmul(handle_, product_.get(), &one, a, a_.get(), b, b_.get(), &zero, d, d_.get(),
                       d, d_.get(), &algorithm_, scratch_->data(), workspace_, stream_),
        "cublasLtMatmul");
  }

 private:
  template <class Value>
  void set(cublasLtMatmulDescAttributes_t attribute, Value const& value, char const* name) {
    check_cublas(cublasLtMatmulDescSetAttribute(product_.get(), attribute, &value, sizeof value),
                 std::string("cublasLtMatmulDescSetAttribute(") + name + ")");
  }

  /// The heuristics' first, without sums over parts of the inner extent that are joined later:
  /// those may come in any order. Operands are slices: aligned to their numbers, no more.
  void choose(ProductDescription const& p) {
    cublasLtMatmulPreference_t made = nullptr;
    check_cublas(cublasLtMatmulPreferenceCreate(&made), "cublasLtMatmulPreferenceCreate");
    Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> const preference(made);
    auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, auto const& value,
                      char const* name) {
      check_cublas(
          cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &value, sizeof value),
          std::string("cublasLtMatmulPreferenceSetAttribute(") + name + ")");
    };
    std::uint64_t const most_workspace = 32 << 20;
    std::uint32_t const one_order = CUBLASLT_REDUCTION_SCHEME_NONE;
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, most_workspace, "MAX_WORKSPACE_BYTES");
    prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, one_order, "REDUCTION_SCHEME_MASK");
    auto alignment = [](Matrix const& m) { return std::uint32_t{m.type == CUDA_R_32F ? 4U : 2U}; };
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment(p.a), "MIN_ALIGNMENT_A_BYTES");
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment(p.b), "MIN_ALIGNMENT_B_BYTES");
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment(p.d), "MIN_ALIGNMENT_C_BYTES");
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment(p.d), "MIN_ALIGNMENT_D_BYTES");
    cublasLtMatmulHeuristicResult_t result{};
    int found = 0;
    check_cublas(
        cublasLtMatmulAlgoGetHeuristic(handle_, product_.get(), a_.get(), b_.get(), d_.get(),
                                       d_.get(), preference.get(), 1, &result, &found),
        "cublasLtMatmulAlgoGetHeuristic");
    if (found == 0) throw Error("cuBLASLt has no algorithm for this product");
    algorithm_ = result.algo;
    workspace_ = result.workspaceSize;
  }

  cublasLtHandle_t handle_;
  ai500::cuda::Stream stream_;
  Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> a_, b_, d_;
  Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy> product_;
  cublasLtMatmulAlgo_t algorithm_{};
  std::size_t workspace_ = 0;
  std::shared_ptr<Scratch::Memory> scratch_;
};

inline cudaDataType_t cublas_type(NumberType type) {
  if (type == NumberType::float16) return CUDA_R_16F;
  if (type == NumberType::bfloat16) return CUDA_R_16BF;
  return CUDA_R_32F;
}

/// The extents of a fully connected layer.
struct Layer {
  Count items, inputs, outputs;
  cudaDataType_t type;
  bool rounds_to_tf32;
};

/// @throws GraphError naming the step and the shapes, Error naming the types
inline Layer layer_of(std::string_view step, Shapes const& shapes, Types types, Shape const& x,
                      Shape const& weight, Shape const& y) {
  if (!arithmetic_of(types))
    throw Error("kernels::CuDnn does not compute in " + std::string(name(types.compute)) +
                " with parameters in " + std::string(name(types.accumulate)));
  reference::ShapeCheck const check(step, shapes, shapes.reads.size(), shapes.writes.size());
  check.require(weight.item_elements() == x.item_elements(),
                "the weight must be (outputs, inputs)");
  check.equal("y (or dy)", y, {.items = x.items, .channels = weight.items});
  return {x.items, x.item_elements(), weight.items, cublas_type(types.compute),
          types.math == Math::tensor_float32};
}

inline std::function<void(Arguments)> work_of(devices::Cuda& device, steps::FullyConnected const&,
                                              Shapes const& s, Types types) {
  Layer const l =
      layer_of(steps::FullyConnected::name, s, types, s.reads[0], s.reads[1], s.writes[0]);
  // (f', n) = (f, f')^T (f, n)
  auto product =
      std::make_shared<Product>(device, ProductDescription{.a = {l.inputs, l.outputs, l.type},
                                                           .b = {l.inputs, l.items, l.type},
                                                           .d = {l.outputs, l.items, l.type},
                                                           .a_operation = CUBLAS_OP_T,
                                                           .has_bias = true,
                                                           .rounds_to_tf32 = l.rounds_to_tf32});
  return [product](Arguments arguments) {
    product->run(arguments.read<void>(1), arguments.read<void>(0), arguments.write<void>(0),
                 arguments.read<void>(2));
  };
}

inline std::function<void(Arguments)> work_of(devices::Cuda& device,
                                              steps::FullyConnectedDataGradient const&,
                                              Shapes const& s, Types types) {
  Layer const l = layer_of(steps::FullyConnectedDataGradient::name, s, types, s.writes[0],
                           s.reads[1], s.reads[0]);
  // (f, n) = (f, f') (f', n)
  auto product =
      std::make_shared<Product>(device, ProductDescription{.a = {l.inputs, l.outputs, l.type},
                                                           .b = {l.outputs, l.items, l.type},
                                                           .d = {l.inputs, l.items, l.type},
                                                           .rounds_to_tf32 = l.rounds_to_tf32});
  return [product](Arguments arguments) {
    product->run(arguments.read<void>(1), arguments.read<void>(0), arguments.write<void>(0),
                 nullptr);
  };
}

inline std::function<void(Arguments)> work_of(devices::Cuda& device,
                                              steps::FullyConnectedWeightGradient const&,
                                              Shapes const& s, Types types) {
  Layer const l = layer_of(steps::FullyConnectedWeightGradient::name, s, types, s.reads[0],
                           s.writes[0], s.reads[1]);
  // (f, f') = (f, n) (f', n)^T, in FP32
  auto product =
      std::make_shared<Product>(device, ProductDescription{.a = {l.inputs, l.items, l.type},
                                                           .b = {l.outputs, l.items, l.type},
                                                           .d = {l.inputs, l.outputs, CUDA_R_32F},
                                                           .b_operation = CUBLAS_OP_T,
                                                           .rounds_to_tf32 = l.rounds_to_tf32});
  auto of_type = [&]<class T>(T) -> std::function<void(Arguments)> {
    return [product, l, stream = device.stream()](Arguments arguments) {
      product->run(arguments.read<void>(0), arguments.read<void>(1), arguments.write<void>(0),
                   nullptr);
      ai500::cuda::launch(stream, l.outputs,
                          functors::ColumnSums<T>{arguments.read<T>(1), arguments.write<float>(1),
                                                  l.items, l.outputs});
    };
  };
  if (types.compute == NumberType::float16) return of_type(half{});
  if (types.compute == NumberType::bfloat16) return of_type(bfloat16{});
  return of_type(float{});
}

}  // namespace detail

std::string cublas_version() {
  std::size_t const v = cublasLtGetVersion();
  return "cuBLAS " + std::to_string(v / 10000) + "." + std::to_string(v / 100 % 100) + "." +
         std::to_string(v % 100);
}

template <class Operation>
typename MatrixProduct<Operation>::Prepared MatrixProduct<Operation>::prepare(devices::Cuda& device,
                                                                              Operation const& what,
                                                                              Shapes const& shapes,
                                                                              Types types) {
  return {detail::work_of(device, what, shapes, types)};
}

template struct MatrixProduct<steps::FullyConnected>;
template struct MatrixProduct<steps::FullyConnectedDataGradient>;
template struct MatrixProduct<steps::FullyConnectedWeightGradient>;

}  // namespace ai500::kernels::cudnn
