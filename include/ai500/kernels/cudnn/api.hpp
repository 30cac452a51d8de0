// SPDX-License-Identifier: Apache-2.0
/// @file The little of cuDNN's graph ("backend") API that the kernels use: descriptors that own
/// themselves, attributes that know their type and name, one function a node of an operation graph.
/// Only .ipp files include this header. Tensors are NHWC in memory; extents are n, c, h, w.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/graph/shape.hpp>

namespace ai500::kernels::cudnn {

/// @param call the function and what it was called with, as the message names it
/// @throws Error with cuDNN's name for the status and its own words, if the call failed
void check(cudnnStatus_t status, std::string_view call);

/// What a descriptor describes, and its name in messages.
struct DescriptorKind {
  cudnnBackendDescriptorType_t number;
  std::string_view name;
};

/// One attribute of a descriptor; T is the C++ type of its elements.
template <class T>
struct Attribute {
  cudnnBackendAttributeName_t number;
  std::string_view name;
};

class Descriptor;

namespace detail {
template <class T>
struct AttributeType;
template <cudnnBackendAttributeType_t number>
struct AttributeTypeIs {
  static constexpr cudnnBackendAttributeType_t value = number;
};
template <>
struct AttributeType<std::int64_t> : AttributeTypeIs<CUDNN_TYPE_INT64> {};
template <>
struct AttributeType<bool> : AttributeTypeIs<CUDNN_TYPE_BOOLEAN> {};
template <>
struct AttributeType<float> : AttributeTypeIs<CUDNN_TYPE_FLOAT> {};
template <>
struct AttributeType<char> : AttributeTypeIs<CUDNN_TYPE_CHAR> {};
template <>
struct AttributeType<void*> : AttributeTypeIs<CUDNN_TYPE_VOID_PTR> {};
template <>
struct AttributeType<cudnnHandle_t> : AttributeTypeIs<CUDNN_TYPE_HANDLE> {};
template <>
struct AttributeType<cudnnDataType_t> : AttributeTypeIs<CUDNN_TYPE_DATA_TYPE> {};
template <>
struct AttributeType<cudnnConvolutionMode_t> : AttributeTypeIs<CUDNN_TYPE_CONVOLUTION_MODE> {};
template <>
struct AttributeType<cudnnPointwiseMode_t> : AttributeTypeIs<CUDNN_TYPE_POINTWISE_MODE> {};
template <>
struct AttributeType<cudnnReduceTensorOp_t> : AttributeTypeIs<CUDNN_TYPE_REDUCTION_OPERATOR_TYPE> {
};
template <>
struct AttributeType<cudnnGenStatsMode_t> : AttributeTypeIs<CUDNN_TYPE_GENSTATS_MODE> {};
template <>
struct AttributeType<cudnnBackendHeurMode_t> : AttributeTypeIs<CUDNN_TYPE_HEUR_MODE> {};
template <>
struct AttributeType<cudnnBackendKnobType_t> : AttributeTypeIs<CUDNN_TYPE_KNOB_TYPE> {};
template <>
struct AttributeType<cudnnBackendNumericalNote_t> : AttributeTypeIs<CUDNN_TYPE_NUMERICAL_NOTE> {};
template <>
struct AttributeType<cudnnBackendBehaviorNote_t> : AttributeTypeIs<CUDNN_TYPE_BEHAVIOR_NOTE> {};
}  // namespace detail

/// A descriptor of the backend API: shared by its copies, destroyed with the last of them. It keeps
/// alive the descriptors that its attributes refer to.
class Descriptor {
 public:
  /// @throws Error naming the kind of descriptor
  explicit Descriptor(DescriptorKind kind);

  /// Each `set` throws Error naming descriptor and attribute when cuDNN refuses it.
  template <class T>
  Descriptor& set(Attribute<T> attribute, std::span<T const> values) {
    set({attribute.number, detail::AttributeType<T>::value, attribute.name}, values.size(),
        values.data());
    return *this;
  }
  template <class T>
  Descriptor& set(Attribute<T> attribute, std::vector<T> const& values) {
    return set(attribute, std::span<T const>(values));
  }
  template <class T>
  Descriptor& set(Attribute<T> attribute, T const& value) {
    return set(attribute, std::span<T const>(&value, 1));
  }
  Descriptor& set(Attribute<Descriptor> attribute, std::span<Descriptor const> values);
  Descriptor& set(Attribute<Descriptor> attribute, Descriptor const& value);

  /// Has cuDNN check the descriptor; it cannot be changed any more.
  /// @throws Error naming it
  Descriptor& finalize();

  /// @throws Error naming descriptor and attribute
  template <class T>
  std::vector<T> get(Attribute<T> attribute) const {
    Raw const raw{attribute.number, detail::AttributeType<T>::value, attribute.name};
    std::vector<T> values(count(raw));
    values.resize(get(raw, values.size(), values.data()));
    return values;
  }
  /// The descriptors that an attribute holds, of one kind.
  std::vector<Descriptor> get(Attribute<Descriptor> attribute, DescriptorKind kind) const;
  /// The same for an attribute that tells how many it holds only to who has room for them.
  std::vector<Descriptor> get(Attribute<Descriptor> attribute, DescriptorKind kind,
                              std::size_t most) const;

  cudnnBackendDescriptor_t get() const;

 private:
  struct Raw {
    cudnnBackendAttributeName_t number;
    cudnnBackendAttributeType_t type;
    std::string_view name;
  };
  void set(Raw attribute, std::size_t count, void const* values);
  std::size_t count(Raw attribute) const;
  /// Fills at most `capacity` values; returns how many there were.
  std::size_t get(Raw attribute, std::size_t capacity, void* values) const;
  std::string call(std::string_view function, std::string_view attribute) const;

  struct State;
  std::shared_ptr<State> state_;
};

namespace kinds {
inline constexpr DescriptorKind tensor{CUDNN_BACKEND_TENSOR_DESCRIPTOR, "tensor"};
inline constexpr DescriptorKind convolution{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, "convolution"};
inline constexpr DescriptorKind forward{CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                                        "convolution forward"};
inline constexpr DescriptorKind data_gradient{
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR, "convolution backward data"};
inline constexpr DescriptorKind filter_gradient{
    CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR, "convolution backward filter"};
inline constexpr DescriptorKind pointwise_mode{CUDNN_BACKEND_POINTWISE_DESCRIPTOR,
                                               "pointwise mode"};
inline constexpr DescriptorKind pointwise{CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR,
                                          "pointwise operation"};
inline constexpr DescriptorKind reduction_mode{CUDNN_BACKEND_REDUCTION_DESCRIPTOR,
                                               "reduction mode"};
inline constexpr DescriptorKind reduction{CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR,
                                          "reduction"};
inline constexpr DescriptorKind statistics{CUDNN_BACKEND_OPERATION_GEN_STATS_DESCRIPTOR,
                                           "statistics"};
inline constexpr DescriptorKind normalization_gradient{
    CUDNN_BACKEND_OPERATION_BN_BWD_WEIGHTS_DESCRIPTOR, "normalization gradient"};
inline constexpr DescriptorKind operation_graph{CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR,
                                                "operation graph"};
inline constexpr DescriptorKind heuristics{CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR,
                                           "engine heuristics"};
inline constexpr DescriptorKind engine{CUDNN_BACKEND_ENGINE_DESCRIPTOR, "engine"};
inline constexpr DescriptorKind engine_configuration{CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
                                                     "engine configuration"};
inline constexpr DescriptorKind knob_choice{CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, "knob choice"};
inline constexpr DescriptorKind plan{CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, "execution plan"};
inline constexpr DescriptorKind variant_pack{CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, "variant pack"};
inline constexpr DescriptorKind device{CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, "device description"};
}  // namespace kinds

// ---- Tensors

/// Where a tensor of a graph is.
enum class Storage {
  memory,   ///< read or written by the plan; its address comes with the variant pack
  nowhere,  ///< only between the nodes of a graph ("virtual")
};

/// A tensor (n, c, h, w), NHWC, aligned to 16 bytes.
/// @param id the number by which a variant pack names it; different for each tensor of a graph
Descriptor tensor(Shape const& shape, cudnnDataType_t type, std::int64_t id, Storage storage);

// ---- Nodes. Each computes in FP32, whatever its tensors hold, and throws Error when cuDNN
// refuses.

/// A window as a convolution's geometry.
Descriptor convolution(Window const& window);

/// y = x * weight
Descriptor forward(Descriptor const& convolution, Descriptor const& x, Descriptor const& weight,
                   Descriptor const& y);
/// dx = dy * weight, turned by 180 degrees
Descriptor data_gradient(Descriptor const& convolution, Descriptor const& dy,
                         Descriptor const& weight, Descriptor const& dx);
/// dweight = sum over items and positions of x dy
Descriptor filter_gradient(Descriptor const& convolution, Descriptor const& x, Descriptor const& dy,
                           Descriptor const& dweight);

/// y = mode(x)
Descriptor pointwise(cudnnPointwiseMode_t mode, Descriptor const& x, Descriptor const& y);
/// y = mode(a, b); b may be one value a channel (1, c, 1, 1)
Descriptor pointwise(cudnnPointwiseMode_t mode, Descriptor const& a, Descriptor const& b,
                     Descriptor const& y);
/// dx = dy where x > 0, else 0
Descriptor relu_gradient(Descriptor const& dy, Descriptor const& x, Descriptor const& dx);

/// y = x reduced by the operator over each extent that is 1 in y
Descriptor reduction(cudnnReduceTensorOp_t how, Descriptor const& x, Descriptor const& y);

/// sum, square_sum (1, c, 1, 1) = each channel's sums of x and x^2
Descriptor statistics(Descriptor const& x, Descriptor const& sum, Descriptor const& square_sum);

/// The tensors of a normalization's gradient; all but x and dy are FP32 (1, c, 1, 1).
struct NormalizationGradient {
  Descriptor x, dy;
  Descriptor mean, inverse_deviation, scale;
  Descriptor dscale, dshift;  ///< sum dy x^, sum dy with x^ = (x - mean) inverse_deviation
  Descriptor dy_factor, x_factor, constant;  ///< dx = dy_factor dy + x_factor x + constant
};
Descriptor normalization_gradient(NormalizationGradient const& tensors);

// ---- Graphs, engines, plans

/// A graph of nodes, and the ids of the tensors that it reads and writes.
struct OperationGraph {
  Descriptor graph;
  std::vector<std::int64_t> reads;
  std::vector<std::int64_t> writes;
};

/// The graph of some nodes, in any order.
/// @param handle null when it is planned for a device description
Descriptor operation_graph(std::span<Descriptor const> nodes, cudnnHandle_t handle);

/// What cuDNN says about an engine.
struct EngineNotes {
  std::int64_t number = 0;
  std::vector<cudnnBackendNumericalNote_t> numerical;
  std::vector<cudnnBackendBehaviorNote_t> behavior;

  bool has(cudnnBackendNumericalNote_t note) const;
  bool has(cudnnBackendBehaviorNote_t note) const;
};
EngineNotes engine_notes(Descriptor const& engine_configuration);

/// "engine 62 k2=5 k13=1": an engine's number, and the values of its knobs by their numbers
/// (cudnnBackendKnobType_t). With one version of cuDNN it names the same kernel on all GPUs of a
/// kind.
std::string configuration_name(Descriptor const& engine_configuration);

/// Bytes of device memory that a plan needs beside its tensors.
std::int64_t workspace_bytes(Descriptor const& plan);

/// Where the tensors of a graph and the workspace are for one execution of a plan; ids and
/// addresses in the same order.
Descriptor variant_pack(std::span<std::int64_t const> ids, std::span<void* const> addresses,
                        void* workspace);

/// Puts a plan into the handle's stream.
void execute(cudnnHandle_t handle, Descriptor const& plan, Descriptor const& variant_pack);

}  // namespace ai500::kernels::cudnn
