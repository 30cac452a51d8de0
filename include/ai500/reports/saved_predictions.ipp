// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/aggregation/predictions.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/number_type.hpp>
#include <ai500/reports/saved_predictions.hpp>
#include <ai500/storage/safetensors.hpp>
#include <ai500/version.hpp>

namespace ai500 {

std::string to_safetensors(Predictions const& predictions) {
  static_assert(sizeof(float) == 4);
  std::string_view const bytes(reinterpret_cast<char const*>(predictions.probabilities.data()),
                               predictions.probabilities.size() * sizeof(float));
  return to_safetensors(
      Safetensors{.metadata = {{"producer", "ai500 " + std::string(version)}},
                  .tensors = {{.name = "probabilities",
                               .type = NumberType::float32,
                               .shape = {predictions.samples, predictions.classes},
                               .bytes = bytes}}});
}

Predictions predictions_from_safetensors(std::string_view bytes, std::string_view file) {
  auto const fail = [&](std::string const& what) {
    throw OutputError(std::string(file) +
                      ": is not the safetensors file of a member's predictions: " + what);
  };
  Safetensors const contents = parse_safetensors(bytes, file);
  for (Tensor const& tensor : contents.tensors)
    if (tensor.name != "probabilities") fail("it has a tensor \"" + tensor.name + '"');
  if (contents.tensors.empty()) fail("the tensor \"probabilities\" is missing");
  Tensor const& tensor = contents.tensors.front();
  if (tensor.type != NumberType::float32 || tensor.shape.size() != 2)
    fail("its numbers are " + std::string(name(tensor.type)) + " of shape " +
         shape_text(tensor.shape) + ", not float32 of shape (samples, classes)");
  Predictions predictions{.samples = tensor.shape[0],
                          .classes = tensor.shape[1],
                          .probabilities = std::vector<float>(tensor.bytes.size() / sizeof(float))};
  if (!tensor.bytes.empty())
    std::memcpy(predictions.probabilities.data(), tensor.bytes.data(), tensor.bytes.size());
  return predictions;
}

}  // namespace ai500
