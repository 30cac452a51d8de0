// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of target.hpp.
#pragma once

#include <dlfcn.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/api.hpp>
#include <ai500/kernels/cudnn/target.hpp>

namespace ai500::kernels::cudnn {

namespace attributes {
inline constexpr Attribute<char> device_json{CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION,
                                             "DEVICEPROP_JSON_REPRESENTATION"};
inline constexpr Attribute<cudnnHandle_t> device_handle{CUDNN_ATTR_DEVICEPROP_HANDLE,
                                                        "DEVICEPROP_HANDLE"};
}  // namespace attributes

namespace detail {

/// Keeps a shared library in memory, if it is there.
class HeldLibrary {
 public:
  explicit HeldLibrary(std::string const& name) : library_(dlopen(name.c_str(), RTLD_LAZY)) {}
  HeldLibrary(HeldLibrary const&) = delete;
  HeldLibrary& operator=(HeldLibrary const&) = delete;
  ~HeldLibrary() {
    if (library_ != nullptr) dlclose(library_);
  }

 private:
  void* library_;
};

}  // namespace detail

/// A handle's target plans with the handle; a description's with the device descriptor.
struct Target::State {
  // Without a driver cuDNN loads and unloads it around each search: nine tenths of the time.
  detail::HeldLibrary nvrtc{"libnvrtc.so." + std::to_string(cudnnGetCudartVersion() / 1000)};
  cudnnHandle_t handle = nullptr;
  Descriptor device{kinds::device};
  std::string description{};
};

namespace detail {

/// The text behind `"key":` in flat JSON up to the comma or brace, without quotation marks; empty
/// when there is none.
inline std::string json_field(std::string const& json, std::string const& key) {
  std::size_t at = json.find('"' + key + '"');
  if (at == std::string::npos) return {};
  at = json.find(':', at);
  if (at == std::string::npos) return {};
  std::size_t first = json.find_first_not_of(" \t\n", at + 1);
  if (first == std::string::npos) return {};
  bool const quoted = json[first] == '"';
  if (quoted) ++first;
  std::size_t const last = json.find_first_of(quoted ? "\"" : ",} \n", first);
  return json.substr(first, last - first);
}

}  // namespace detail

std::string version() {
  std::size_t const v = cudnnGetVersion();
  return "cuDNN " + std::to_string(v / 10000) + "." + std::to_string(v / 100 % 100) + "." +
         std::to_string(v % 100);
}

Target Target::described(std::string_view json) {
  auto state = std::make_shared<State>();
  state->description = json;
  state->device.set(attributes::device_json, std::span<char const>(json.data(), json.size()))
      .finalize();
  return Target(std::move(state));
}

Target Target::described_in(std::filesystem::path const& file) {
  std::ifstream stream(file);
  if (!stream || !std::filesystem::is_regular_file(file))
    throw UsageError("device description " + file.string() +
                     ": there is no such file, or it cannot be read; it must be cuDNN's JSON of a "
                     "device");
  std::string const text{std::istreambuf_iterator<char>(stream), {}};
  return described(text);
}

Target Target::of(cudnnContext* handle) {
  auto state = std::make_shared<State>();
  state->handle = handle;
  state->device.set(attributes::device_handle, handle).finalize();
  std::vector<char> const json = state->device.get(attributes::device_json);
  state->description.assign(json.begin(), json.end());
  return Target(std::move(state));
}

std::string Target::name() const { return detail::json_field(description(), "deviceName"); }

std::string Target::architecture() const {
  std::string const version = detail::json_field(description(), "deviceVer");  // 900: 9.0
  return "sm_" + version.substr(0, version.empty() ? 0 : version.size() - 1);
}

std::string const& Target::description() const { return state_->description; }

}  // namespace ai500::kernels::cudnn
