// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of api.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/api.hpp>

namespace ai500::kernels::cudnn {

void check(cudnnStatus_t status, std::string_view call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 2048> words{};
  cudnnGetLastErrorString(words.data(), words.size());
  std::string text =
      "cuDNN: " + std::string(call) + " failed with " + std::string(cudnnGetErrorString(status));
  if (words[0] != '\0') text += ": " + std::string(words.data());
  throw Error(text);
}

// ---- Descriptor

struct Descriptor::State {
  cudnnBackendDescriptor_t descriptor = nullptr;
  std::string_view name;
  std::vector<Descriptor> references;

  explicit State(DescriptorKind kind) : name(kind.name) {
    check(cudnnBackendCreateDescriptor(kind.number, &descriptor),
          "cudnnBackendCreateDescriptor(" + std::string(name) + ")");
  }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() { cudnnBackendDestroyDescriptor(descriptor); }  // can fail only for what was never made
};

Descriptor::Descriptor(DescriptorKind kind) : state_(std::make_shared<State>(kind)) {}

cudnnBackendDescriptor_t Descriptor::get() const { return state_->descriptor; }

std::string Descriptor::call(std::string_view function, std::string_view attribute) const {
  std::string text = std::string(function) + "(" + std::string(state_->name);
  if (!attribute.empty()) text += ", " + std::string(attribute);
  return text + ")";
}

void Descriptor::set(Raw attribute, std::size_t count, void const* values) {
  cudnnStatus_t const status = cudnnBackendSetAttribute(get(), attribute.number, attribute.type,
                                                        static_cast<std::int64_t>(count), values);
  if (status != CUDNN_STATUS_SUCCESS)
    check(status, call("cudnnBackendSetAttribute", attribute.name));
}

Descriptor& Descriptor::set(Attribute<Descriptor> attribute, std::span<Descriptor const> values) {
  std::vector<cudnnBackendDescriptor_t> raw;
  for (Descriptor const& value : values) raw.push_back(value.get());
  set({attribute.number, CUDNN_TYPE_BACKEND_DESCRIPTOR, attribute.name}, raw.size(), raw.data());
  state_->references.insert(state_->references.end(), values.begin(), values.end());
  return *this;
}
Descriptor& Descriptor::set(Attribute<Descriptor> attribute, Descriptor const& value) {
  return set(attribute, std::span<Descriptor const>(&value, 1));
}

Descriptor& Descriptor::finalize() {
  cudnnStatus_t const status = cudnnBackendFinalize(get());
  if (status != CUDNN_STATUS_SUCCESS) check(status, call("cudnnBackendFinalize", ""));
  return *this;
}

std::size_t Descriptor::count(Raw attribute) const {
  std::int64_t found = 0;
  check(cudnnBackendGetAttribute(get(), attribute.number, attribute.type, 0, &found, nullptr),
        call("cudnnBackendGetAttribute", attribute.name));
  return static_cast<std::size_t>(found);
}

std::size_t Descriptor::get(Raw attribute, std::size_t capacity, void* values) const {
  if (capacity == 0) return 0;
  std::int64_t found = 0;
  check(cudnnBackendGetAttribute(get(), attribute.number, attribute.type,
                                 static_cast<std::int64_t>(capacity), &found, values),
        call("cudnnBackendGetAttribute", attribute.name));
  return std::min(capacity, static_cast<std::size_t>(found));
}

std::vector<Descriptor> Descriptor::get(Attribute<Descriptor> attribute,
                                        DescriptorKind kind) const {
  return get(attribute, kind,
             count({attribute.number, CUDNN_TYPE_BACKEND_DESCRIPTOR, attribute.name}));
}

std::vector<Descriptor> Descriptor::get(Attribute<Descriptor> attribute, DescriptorKind kind,
                                        std::size_t most) const {
  Raw const raw{attribute.number, CUDNN_TYPE_BACKEND_DESCRIPTOR, attribute.name};
  std::vector<Descriptor> made;  // cuDNN fills descriptors that the caller has made
  std::vector<cudnnBackendDescriptor_t> filled;
  for (std::size_t i = most; i > 0; --i) {
    made.emplace_back(kind);
    filled.push_back(made.back().get());
  }
  made.resize(get(raw, filled.size(), filled.data()), Descriptor(kind));
  return made;
}

// ---- Attributes

namespace attributes {
inline constexpr Attribute<cudnnDataType_t> tensor_type{CUDNN_ATTR_TENSOR_DATA_TYPE,
                                                        "TENSOR_DATA_TYPE"};
inline constexpr Attribute<std::int64_t> tensor_dimensions{CUDNN_ATTR_TENSOR_DIMENSIONS,
                                                           "TENSOR_DIMENSIONS"};
inline constexpr Attribute<std::int64_t> tensor_strides{CUDNN_ATTR_TENSOR_STRIDES,
                                                        "TENSOR_STRIDES"};
inline constexpr Attribute<std::int64_t> tensor_id{CUDNN_ATTR_TENSOR_UNIQUE_ID, "TENSOR_UNIQUE_ID"};
inline constexpr Attribute<std::int64_t> tensor_alignment{CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT,
                                                          "TENSOR_BYTE_ALIGNMENT"};
inline constexpr Attribute<bool> tensor_is_virtual{CUDNN_ATTR_TENSOR_IS_VIRTUAL,
                                                   "TENSOR_IS_VIRTUAL"};

inline constexpr Attribute<cudnnDataType_t> convolution_type{CUDNN_ATTR_CONVOLUTION_COMP_TYPE,
                                                             "CONVOLUTION_COMP_TYPE"};
inline constexpr Attribute<cudnnConvolutionMode_t> convolution_mode{
    CUDNN_ATTR_CONVOLUTION_CONV_MODE, "CONVOLUTION_CONV_MODE"};
inline constexpr Attribute<std::int64_t> convolution_spatial_dimensions{
    CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, "CONVOLUTION_SPATIAL_DIMS"};
inline constexpr Attribute<std::int64_t> convolution_dilations{CUDNN_ATTR_CONVOLUTION_DILATIONS,
                                                               "CONVOLUTION_DILATIONS"};
inline constexpr Attribute<std::int64_t> convolution_strides{CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES,
                                                             "CONVOLUTION_FILTER_STRIDES"};
inline constexpr Attribute<std::int64_t> padding_before{CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS,
                                                        "CONVOLUTION_PRE_PADDINGS"};
inline constexpr Attribute<std::int64_t> padding_behind{CUDNN_ATTR_CONVOLUTION_POST_PADDINGS,
                                                        "CONVOLUTION_POST_PADDINGS"};

inline constexpr Attribute<Descriptor> forward_convolution{
    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, "OPERATION_CONVOLUTION_FORWARD_CONV_DESC"};
inline constexpr Attribute<Descriptor> forward_x{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                                 "OPERATION_CONVOLUTION_FORWARD_X"};
inline constexpr Attribute<Descriptor> forward_weight{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                                                      "OPERATION_CONVOLUTION_FORWARD_W"};
inline constexpr Attribute<Descriptor> forward_y{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                                                 "OPERATION_CONVOLUTION_FORWARD_Y"};
inline constexpr Attribute<float> forward_alpha{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                                                "OPERATION_CONVOLUTION_FORWARD_ALPHA"};
inline constexpr Attribute<float> forward_beta{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA,
                                               "OPERATION_CONVOLUTION_FORWARD_BETA"};

inline constexpr Attribute<Descriptor> data_convolution{
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
    "OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC"};
inline constexpr Attribute<Descriptor> data_dy{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                                               "OPERATION_CONVOLUTION_BWD_DATA_DY"};
inline constexpr Attribute<Descriptor> data_weight{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                                                   "OPERATION_CONVOLUTION_BWD_DATA_W"};
inline constexpr Attribute<Descriptor> data_dx{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                                               "OPERATION_CONVOLUTION_BWD_DATA_DX"};
inline constexpr Attribute<float> data_alpha{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                                             "OPERATION_CONVOLUTION_BWD_DATA_ALPHA"};
inline constexpr Attribute<float> data_beta{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA,
                                            "OPERATION_CONVOLUTION_BWD_DATA_BETA"};

inline constexpr Attribute<Descriptor> filter_convolution{
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
    "OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC"};
inline constexpr Attribute<Descriptor> filter_x{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                                                "OPERATION_CONVOLUTION_BWD_FILTER_X"};
inline constexpr Attribute<Descriptor> filter_dy{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                                                 "OPERATION_CONVOLUTION_BWD_FILTER_DY"};
inline constexpr Attribute<Descriptor> filter_dweight{
    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, "OPERATION_CONVOLUTION_BWD_FILTER_DW"};
inline constexpr Attribute<float> filter_alpha{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                                               "OPERATION_CONVOLUTION_BWD_FILTER_ALPHA"};
inline constexpr Attribute<float> filter_beta{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
                                              "OPERATION_CONVOLUTION_BWD_FILTER_BETA"};

inline constexpr Attribute<cudnnPointwiseMode_t> pointwise_mode{CUDNN_ATTR_POINTWISE_MODE,
                                                                "POINTWISE_MODE"};
inline constexpr Attribute<cudnnDataType_t> pointwise_type{CUDNN_ATTR_POINTWISE_MATH_PREC,
                                                           "POINTWISE_MATH_PREC"};
inline constexpr Attribute<Descriptor> pointwise_descriptor{
    CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, "OPERATION_POINTWISE_PW_DESCRIPTOR"};
inline constexpr Attribute<Descriptor> pointwise_x{CUDNN_ATTR_OPERATION_POINTWISE_XDESC,
                                                   "OPERATION_POINTWISE_XDESC"};
inline constexpr Attribute<Descriptor> pointwise_b{CUDNN_ATTR_OPERATION_POINTWISE_BDESC,
                                                   "OPERATION_POINTWISE_BDESC"};
inline constexpr Attribute<Descriptor> pointwise_y{CUDNN_ATTR_OPERATION_POINTWISE_YDESC,
                                                   "OPERATION_POINTWISE_YDESC"};
inline constexpr Attribute<Descriptor> pointwise_dx{CUDNN_ATTR_OPERATION_POINTWISE_DXDESC,
                                                    "OPERATION_POINTWISE_DXDESC"};
inline constexpr Attribute<Descriptor> pointwise_dy{CUDNN_ATTR_OPERATION_POINTWISE_DYDESC,
                                                    "OPERATION_POINTWISE_DYDESC"};

inline constexpr Attribute<cudnnReduceTensorOp_t> reduction_operator{CUDNN_ATTR_REDUCTION_OPERATOR,
                                                                     "REDUCTION_OPERATOR"};
inline constexpr Attribute<cudnnDataType_t> reduction_type{CUDNN_ATTR_REDUCTION_COMP_TYPE,
                                                           "REDUCTION_COMP_TYPE"};
inline constexpr Attribute<Descriptor> reduction_descriptor{CUDNN_ATTR_OPERATION_REDUCTION_DESC,
                                                            "OPERATION_REDUCTION_DESC"};
inline constexpr Attribute<Descriptor> reduction_x{CUDNN_ATTR_OPERATION_REDUCTION_XDESC,
                                                   "OPERATION_REDUCTION_XDESC"};
inline constexpr Attribute<Descriptor> reduction_y{CUDNN_ATTR_OPERATION_REDUCTION_YDESC,
                                                   "OPERATION_REDUCTION_YDESC"};

inline constexpr Attribute<cudnnGenStatsMode_t> statistics_mode{CUDNN_ATTR_OPERATION_GENSTATS_MODE,
                                                                "OPERATION_GENSTATS_MODE"};
inline constexpr Attribute<cudnnDataType_t> statistics_type{CUDNN_ATTR_OPERATION_GENSTATS_MATH_PREC,
                                                            "OPERATION_GENSTATS_MATH_PREC"};
inline constexpr Attribute<Descriptor> statistics_x{CUDNN_ATTR_OPERATION_GENSTATS_XDESC,
                                                    "OPERATION_GENSTATS_XDESC"};
inline constexpr Attribute<Descriptor> statistics_sum{CUDNN_ATTR_OPERATION_GENSTATS_SUMDESC,
                                                      "OPERATION_GENSTATS_SUMDESC"};
inline constexpr Attribute<Descriptor> statistics_square_sum{
    CUDNN_ATTR_OPERATION_GENSTATS_SQSUMDESC, "OPERATION_GENSTATS_SQSUMDESC"};

inline constexpr Attribute<cudnnDataType_t> normalization_type{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_MATH_PREC, "OPERATION_BN_BWD_WEIGHTS_MATH_PREC"};
inline constexpr Attribute<Descriptor> normalization_x{CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_X_DESC,
                                                       "OPERATION_BN_BWD_WEIGHTS_X_DESC"};
inline constexpr Attribute<Descriptor> normalization_dy{CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DY_DESC,
                                                        "OPERATION_BN_BWD_WEIGHTS_DY_DESC"};
inline constexpr Attribute<Descriptor> normalization_mean{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_MEAN_DESC, "OPERATION_BN_BWD_WEIGHTS_MEAN_DESC"};
inline constexpr Attribute<Descriptor> normalization_inverse_deviation{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_INVSTD_DESC, "OPERATION_BN_BWD_WEIGHTS_INVSTD_DESC"};
inline constexpr Attribute<Descriptor> normalization_scale{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_BN_SCALE_DESC, "OPERATION_BN_BWD_WEIGHTS_BN_SCALE_DESC"};
inline constexpr Attribute<Descriptor> normalization_dscale{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_SCALE_DESC, "OPERATION_BN_BWD_WEIGHTS_DBN_SCALE_DESC"};
inline constexpr Attribute<Descriptor> normalization_dshift{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_BIAS_DESC, "OPERATION_BN_BWD_WEIGHTS_DBN_BIAS_DESC"};
inline constexpr Attribute<Descriptor> normalization_dy_factor{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_DY_SCALE_DESC,
    "OPERATION_BN_BWD_WEIGHTS_EQ_DY_SCALE_DESC"};
inline constexpr Attribute<Descriptor> normalization_x_factor{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_X_SCALE_DESC,
    "OPERATION_BN_BWD_WEIGHTS_EQ_X_SCALE_DESC"};
inline constexpr Attribute<Descriptor> normalization_constant{
    CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_BIAS, "OPERATION_BN_BWD_WEIGHTS_EQ_BIAS"};

inline constexpr Attribute<Descriptor> graph_operations{CUDNN_ATTR_OPERATIONGRAPH_OPS,
                                                        "OPERATIONGRAPH_OPS"};
inline constexpr Attribute<cudnnHandle_t> graph_handle{CUDNN_ATTR_OPERATIONGRAPH_HANDLE,
                                                       "OPERATIONGRAPH_HANDLE"};

inline constexpr Attribute<Descriptor> configuration_engine{CUDNN_ATTR_ENGINECFG_ENGINE,
                                                            "ENGINECFG_ENGINE"};
inline constexpr Attribute<Descriptor> configuration_knobs{CUDNN_ATTR_ENGINECFG_KNOB_CHOICES,
                                                           "ENGINECFG_KNOB_CHOICES"};
inline constexpr Attribute<cudnnBackendKnobType_t> knob_type{CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE,
                                                             "KNOB_CHOICE_KNOB_TYPE"};
inline constexpr Attribute<std::int64_t> knob_value{CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE,
                                                    "KNOB_CHOICE_KNOB_VALUE"};
inline constexpr Attribute<std::int64_t> engine_number{CUDNN_ATTR_ENGINE_GLOBAL_INDEX,
                                                       "ENGINE_GLOBAL_INDEX"};
inline constexpr Attribute<cudnnBackendNumericalNote_t> engine_numerical_notes{
    CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, "ENGINE_NUMERICAL_NOTE"};
inline constexpr Attribute<cudnnBackendBehaviorNote_t> engine_behavior_notes{
    CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, "ENGINE_BEHAVIOR_NOTE"};

inline constexpr Attribute<std::int64_t> plan_workspace{CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                                        "EXECUTION_PLAN_WORKSPACE_SIZE"};

inline constexpr Attribute<std::int64_t> pack_ids{CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
                                                  "VARIANT_PACK_UNIQUE_IDS"};
inline constexpr Attribute<void*> pack_addresses{CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
                                                 "VARIANT_PACK_DATA_POINTERS"};
inline constexpr Attribute<void*> pack_workspace{CUDNN_ATTR_VARIANT_PACK_WORKSPACE,
                                                 "VARIANT_PACK_WORKSPACE"};
}  // namespace attributes

// ---- Tensors and nodes

Descriptor tensor(Shape const& shape, cudnnDataType_t type, std::int64_t id, Storage storage) {
  auto const& [n, c, h, w] = shape;
  Descriptor made(kinds::tensor);
  made.set(attributes::tensor_type, type)
      .set(attributes::tensor_dimensions, std::vector<std::int64_t>{n, c, h, w})
      .set(attributes::tensor_strides, std::vector<std::int64_t>{h * w * c, 1, w * c, c})
      .set(attributes::tensor_id, id)
      .set(attributes::tensor_alignment, std::int64_t{16})
      .set(attributes::tensor_is_virtual, storage == Storage::nowhere);
  return made.finalize();
}

Descriptor convolution(Window const& window) {
  auto pair = [](Extent e) { return std::vector<std::int64_t>{e.height, e.width}; };
  Descriptor made(kinds::convolution);
  made.set(attributes::convolution_type, CUDNN_DATA_FLOAT)
      .set(attributes::convolution_mode, CUDNN_CROSS_CORRELATION)
      .set(attributes::convolution_spatial_dimensions, std::int64_t{2})
      .set(attributes::convolution_dilations, std::vector<std::int64_t>{1, 1})
      .set(attributes::convolution_strides, pair(window.stride))
      .set(attributes::padding_before, pair(window.padding))
      .set(attributes::padding_behind, pair(window.padding));
  return made.finalize();
}

Descriptor forward(Descriptor const& convolution, Descriptor const& x, Descriptor const& weight,
                   Descriptor const& y) {
  Descriptor made(kinds::forward);
  made.set(attributes::forward_convolution, convolution)
      .set(attributes::forward_x, x)
      .set(attributes::forward_weight, weight)
      .set(attributes::forward_y, y)
      .set(attributes::forward_alpha, 1.0F)
      .set(attributes::forward_beta, 0.0F);
  return made.finalize();
}

Descriptor data_gradient(Descriptor const& convolution, Descriptor const& dy,
                         Descriptor const& weight, Descriptor const& dx) {
  Descriptor made(kinds::data_gradient);
  made.set(attributes::data_convolution, convolution)
      .set(attributes::data_dy, dy)
      .set(attributes::data_weight, weight)
      .set(attributes::data_dx, dx)
      .set(attributes::data_alpha, 1.0F)
      .set(attributes::data_beta, 0.0F);
  return made.finalize();
}

Descriptor filter_gradient(Descriptor const& convolution, Descriptor const& x, Descriptor const& dy,
                           Descriptor const& dweight) {
  Descriptor made(kinds::filter_gradient);
  made.set(attributes::filter_convolution, convolution)
      .set(attributes::filter_x, x)
      .set(attributes::filter_dy, dy)
      .set(attributes::filter_dweight, dweight)
      .set(attributes::filter_alpha, 1.0F)
      .set(attributes::filter_beta, 0.0F);
  return made.finalize();
}

namespace detail {
inline Descriptor pointwise_mode(cudnnPointwiseMode_t mode) {
  Descriptor made(kinds::pointwise_mode);
  made.set(attributes::pointwise_mode, mode).set(attributes::pointwise_type, CUDNN_DATA_FLOAT);
  return made.finalize();
}
}  // namespace detail

Descriptor pointwise(cudnnPointwiseMode_t mode, Descriptor const& x, Descriptor const& y) {
  Descriptor made(kinds::pointwise);
  made.set(attributes::pointwise_descriptor, detail::pointwise_mode(mode))
      .set(attributes::pointwise_x, x)
      .set(attributes::pointwise_y, y);
  return made.finalize();
}

Descriptor pointwise(cudnnPointwiseMode_t mode, Descriptor const& a, Descriptor const& b,
                     Descriptor const& y) {
  Descriptor made(kinds::pointwise);
  made.set(attributes::pointwise_descriptor, detail::pointwise_mode(mode))
      .set(attributes::pointwise_x, a)
      .set(attributes::pointwise_b, b)
      .set(attributes::pointwise_y, y);
  return made.finalize();
}

Descriptor relu_gradient(Descriptor const& dy, Descriptor const& x, Descriptor const& dx) {
  Descriptor made(kinds::pointwise);
  made.set(attributes::pointwise_descriptor, detail::pointwise_mode(CUDNN_POINTWISE_RELU_BWD))
      .set(attributes::pointwise_dy, dy)
      .set(attributes::pointwise_x, x)
      .set(attributes::pointwise_dx, dx);
  return made.finalize();
}

Descriptor reduction(cudnnReduceTensorOp_t how, Descriptor const& x, Descriptor const& y) {
  Descriptor mode(kinds::reduction_mode);
  mode.set(attributes::reduction_operator, how)
      .set(attributes::reduction_type, CUDNN_DATA_FLOAT)
      .finalize();
  Descriptor made(kinds::reduction);
  made.set(attributes::reduction_descriptor, mode)
      .set(attributes::reduction_x, x)
      .set(attributes::reduction_y, y);
  return made.finalize();
}

Descriptor statistics(Descriptor const& x, Descriptor const& sum, Descriptor const& square_sum) {
  Descriptor made(kinds::statistics);
  made.set(attributes::statistics_mode, CUDNN_GENSTATS_SUM_SQSUM)
      .set(attributes::statistics_type, CUDNN_DATA_FLOAT)
      .set(attributes::statistics_x, x)
      .set(attributes::statistics_sum, sum)
      .set(attributes::statistics_square_sum, square_sum);
  return made.finalize();
}

Descriptor normalization_gradient(NormalizationGradient const& tensors) {
  Descriptor made(kinds::normalization_gradient);
  made.set(attributes::normalization_type, CUDNN_DATA_FLOAT)
      .set(attributes::normalization_x, tensors.x)
      .set(attributes::normalization_dy, tensors.dy)
      .set(attributes::normalization_mean, tensors.mean)
      .set(attributes::normalization_inverse_deviation, tensors.inverse_deviation)
      .set(attributes::normalization_scale, tensors.scale)
      .set(attributes::normalization_dscale, tensors.dscale)
      .set(attributes::normalization_dshift, tensors.dshift)
      .set(attributes::normalization_dy_factor, tensors.dy_factor)
      .set(attributes::normalization_x_factor, tensors.x_factor)
      .set(attributes::normalization_constant, tensors.constant);
  return made.finalize();
}

// ---- Graphs, engines, plans

Descriptor operation_graph(std::span<Descriptor const> nodes, cudnnHandle_t handle) {
  Descriptor made(kinds::operation_graph);
  made.set(attributes::graph_operations, nodes);
  if (handle != nullptr) made.set(attributes::graph_handle, handle);
  return made.finalize();
}

bool EngineNotes::has(cudnnBackendNumericalNote_t note) const {
  return std::ranges::find(numerical, note) != numerical.end();
}
bool EngineNotes::has(cudnnBackendBehaviorNote_t note) const {
  return std::ranges::find(behavior, note) != behavior.end();
}

EngineNotes engine_notes(Descriptor const& engine_configuration) {
  Descriptor const engine =
      engine_configuration.get(attributes::configuration_engine, kinds::engine).at(0);
  return {engine.get(attributes::engine_number).at(0),
          engine.get(attributes::engine_numerical_notes),
          engine.get(attributes::engine_behavior_notes)};
}

std::string configuration_name(Descriptor const& engine_configuration) {
  Descriptor const engine =
      engine_configuration.get(attributes::configuration_engine, kinds::engine).at(0);
  constexpr std::size_t most_knobs = CUDNN_KNOB_TYPE_COUNTS;
  std::map<int, std::int64_t> knobs;  // in the order of their numbers
  for (Descriptor const& knob :
       engine_configuration.get(attributes::configuration_knobs, kinds::knob_choice, most_knobs))
    knobs[static_cast<int>(knob.get(attributes::knob_type).at(0))] =
        knob.get(attributes::knob_value).at(0);
  std::string text = "engine " + std::to_string(engine.get(attributes::engine_number).at(0));
  for (auto const& [number, value] : knobs)
    text += " k" + std::to_string(number) + "=" + std::to_string(value);
  return text;
}

std::int64_t workspace_bytes(Descriptor const& plan) {
  return plan.get(attributes::plan_workspace).at(0);
}

Descriptor variant_pack(std::span<std::int64_t const> ids, std::span<void* const> addresses,
                        void* workspace) {
  Descriptor made(kinds::variant_pack);
  made.set(attributes::pack_ids, ids)
      .set(attributes::pack_addresses, addresses)
      .set(attributes::pack_workspace, workspace);
  return made.finalize();
}

void execute(cudnnHandle_t handle, Descriptor const& plan, Descriptor const& variant_pack) {
  check(cudnnBackendExecute(handle, plan.get(), variant_pack.get()), "cudnnBackendExecute");
}

}  // namespace ai500::kernels::cudnn
