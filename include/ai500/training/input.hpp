// SPDX-License-Identifier: Apache-2.0
/// @file Images and labels on their way into a network.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <ai500/datasets/policy.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/functors/images.hpp>
#include <ai500/training/feed.hpp>

namespace ai500 {

/// Where a step's images and labels are written: into staging memory, from there copied into memory
/// of the device beside the work that is going on, and brought into the network when that has come
/// so far. There are two of each, so that the host writes the next step's while the device still
/// reads this one's. Pixels that a data set has as bytes travel as bytes and are normalised on the
/// device, where a crop of theirs is cut out, too; to the same bits.
template <class T, DevicePolicy Device>
class Input {
 public:
  /// @param images, labels the network's
  Input(Device& device, View<T, Device> images, View<std::int32_t, Device> labels)
      : device_(device),
        images_(images),
        labels_(labels),
        places_{Place(device, images.size(), labels.size()),
                Place(device, images.size(), labels.size())} {}

  /// The next step's, to be written by the host.
  View<T> images() {
    written_ = Written::numbers;
    return {reinterpret_cast<T*>(now().pixels.view().data()), images_.size()};
  }
  View<std::int32_t> labels() { return now().labels.view(); }

  /// Writes one sample and its label into place `position` of the next step's batch.
  template <DatasetPolicy Dataset>
  void write(Dataset const& dataset, Split split, Sample sample, Count position) {
    if constexpr (GivesBytes<Dataset>) {
      write_bytes(dataset, split, sample, position);
      written_ = Written::bytes;
    } else {
      feed(dataset, split, sample, position, images(), labels());
    }
  }

  /// The same with a crop of the sample; so are all samples of a batch written, or none.
  template <DatasetPolicy Dataset>
  void write(Dataset const& dataset, Split split, Sample sample, Count position,
             kernels::functors::Crop crop) {
    if constexpr (GivesBytes<Dataset>) {
      write_bytes(dataset, split, sample, position);
      now().crops.view().span()[static_cast<std::size_t>(position)] = crop;
      written_ = Written::bytes_of_crops;
    } else {
      crops_.write(dataset, split, sample, position, images(), labels(), crop);
    }
  }

  /// Gives what was written to the device, for the step that it is given next. What is written from
  /// now on is the step's after it: by then the step before must be done.
  void send() {
    Place& place = now();
    Count const bytes_a_pixel =
        written_ == Written::numbers ? static_cast<Count>(sizeof(T)) : Count{1};
    device_.upload_ahead(place.sent_pixels.data(), place.pixels.view().data(),
                         static_cast<std::size_t>(images_.size() * bytes_a_pixel));
    device_.upload_ahead(place.sent_labels.data(), place.labels.view().data(),
                         static_cast<std::size_t>(labels_.size()) * sizeof(std::int32_t));
    if (written_ == Written::bytes_of_crops)
      device_.upload_ahead(
          place.sent_crops.data(), place.crops.view().data(),
          static_cast<std::size_t>(labels_.size()) * sizeof(kernels::functors::Crop));
    device_.join_uploads();
    if (written_ == Written::bytes)
      device_.for_each(images_.size(), kernels::functors::LookedUpPixels<T>{
                                           place.sent_pixels.data(), table_->data(), images_.data(),
                                           extent_.height * extent_.width, channels_});
    else if (written_ == Written::bytes_of_crops)
      device_.for_each(images_.size(),
                       kernels::functors::LookedUpCrops<T>{place.sent_pixels.data(), table_->data(),
                                                           place.sent_crops.data(), images_.data(),
                                                           extent_, channels_});
    else
      device_.for_each(images_.size(),
                       kernels::functors::Copy<T>{
                           reinterpret_cast<T const*>(place.sent_pixels.data()), images_.data()});
    device_.for_each(labels_.size(), kernels::functors::Copy<std::int32_t>{place.sent_labels.data(),
                                                                           labels_.data()});
    next_ = 1 - next_;
  }

 private:
  struct Place {
    Place(Device& device, Count image_elements, Count labels_count)
        : pixels(device, image_elements * static_cast<Count>(sizeof(T))),
          labels(device, labels_count),
          crops(device, labels_count),
          sent_pixels(device, image_elements * static_cast<Count>(sizeof(T))),
          sent_labels(device, labels_count),
          sent_crops(device, labels_count) {}

    Staging<std::uint8_t, Device> pixels;
    Staging<std::int32_t, Device> labels;
    Staging<kernels::functors::Crop, Device> crops;
    Buffer<std::uint8_t, Device> sent_pixels;
    Buffer<std::int32_t, Device> sent_labels;
    Buffer<kernels::functors::Crop, Device> sent_crops;
  };

  /// What the host has put into the place of the pixels.
  enum class Written { numbers, bytes, bytes_of_crops };

  Place& now() { return places_[next_]; }

  template <class Dataset>
  void write_bytes(Dataset const& dataset, Split split, Sample sample, Count position) {
    if (!table_) make_table<Dataset>();
    constexpr Count elements = Dataset::image_shape.elements();
    auto const bytes = dataset.bytes(split, sample);
    std::copy(bytes.begin(), bytes.end(), now().pixels.view().data() + position * elements);
    labels().span()[static_cast<std::size_t>(position)] = dataset.label(split, sample);
  }

  template <class Dataset>
  [[gnu::cold]] void make_table() {
    channels_ = Dataset::image_shape.channels;
    extent_ = {Dataset::image_shape.height, Dataset::image_shape.width};
    table_.emplace(device_, 256 * channels_);
    Mirror table(device_, table_->view());
    for (Count channel = 0; channel < channels_; ++channel) {
      auto const values = Dataset::template normalised<T>(channel);
      std::copy(values.begin(), values.end(), table.host().data() + 256 * channel);
    }
    table.upload();
    device_.synchronize();  // the mirror goes
  }

  Device& device_;
  View<T, Device> images_;
  View<std::int32_t, Device> labels_;
  std::array<Place, 2> places_;
  std::size_t next_ = 0;
  Written written_ = Written::numbers;
  std::optional<Buffer<T, Device>> table_;  // (channels, 256)
  Count channels_ = 1;
  Extent extent_{};
  CroppedFeed<T> crops_;
};

/// On a host they are written straight into the network's memory.
template <class T, DevicePolicy Device>
  requires ReachedByHost<Device>
class Input<T, Device> {
 public:
  Input(Device&, View<T, Device> images, View<std::int32_t, Device> labels)
      : images_(images.data(), images.size()), labels_(labels.data(), labels.size()) {}

  View<T> images() { return images_; }
  View<std::int32_t> labels() { return labels_; }

  template <DatasetPolicy Dataset>
  void write(Dataset const& dataset, Split split, Sample sample, Count position) {
    feed(dataset, split, sample, position, images_, labels_);
  }
  template <DatasetPolicy Dataset>
  void write(Dataset const& dataset, Split split, Sample sample, Count position,
             kernels::functors::Crop crop) {
    crops_.write(dataset, split, sample, position, images_, labels_, crop);
  }

  void send() {}

 private:
  View<T> images_;
  View<std::int32_t> labels_;
  CroppedFeed<T> crops_;
};

}  // namespace ai500
