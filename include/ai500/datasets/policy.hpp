// SPDX-License-Identifier: Apache-2.0
/// @file What a data set of labelled images has to offer.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/core/named.hpp>
#include <ai500/core/types.hpp>
#include <ai500/datasets/image_shape.hpp>
#include <ai500/datasets/split.hpp>

namespace ai500 {

/// What an image's values can be delivered as: float, double and the 16-bit types, anything made
/// from a float without being an integer (normalised pixels are small, an integer would lose them).
template <class T>
concept Pixel = std::constructible_from<T, float> && !std::integral<T>;

/// States `static constexpr ImageShape image_shape`, at least one value an image.
template <class D>
concept StatesImageShape = requires {
  { D::image_shape } -> std::convertible_to<ImageShape>;
  requires D::image_shape.elements() > 0;
};

/// States `static constexpr Count classes`, at least two.
template <class D>
concept StatesClasses = requires {
  { D::classes } -> std::convertible_to<Count>;
  requires(D::classes >= 2);
};

/// States `static constexpr std::string_view default_folder`, where the data set is usually
/// installed; empty if it needs no files.
template <class D>
concept HasDefaultFolder = requires {
  { D::default_folder } -> std::convertible_to<std::string_view>;
};

/// `D::load(folder)` reads the data set or throws DataError. `folder` is a std::string or something
/// that it converts to: std::filesystem::path does both ways.
template <class D>
concept LoadsFromFolder = requires(const std::string& folder) {
  { D::load(folder) } -> std::same_as<D>;
};

/// `D::files(folder)` is the std::vector<std::string> of the names, relative to the folder, of what
/// `load` reads there; empty if the data set needs no files.
template <class D>
concept ListsItsFiles = requires(const std::string& folder) {
  { D::files(folder) } -> std::same_as<std::vector<std::string>>;
};

/// `dataset.size(split)` is the number of samples of a split.
template <class D>
concept CountsSamples = requires(const D& dataset, Split split) {
  { dataset.size(split) } -> std::same_as<Count>;
};

/// `dataset.label(split, sample)` is the class of a sample, 0 to classes - 1.
template <class D>
concept GivesLabels = requires(const D& dataset, Split split, Sample sample) {
  { dataset.label(split, sample) } -> std::same_as<int>;
};

/// `dataset.image(split, sample, pixels)` writes a sample's normalised image, as floats or as
/// doubles.
template <class D>
concept GivesImages = requires(const D& dataset, Split split, Sample sample,
                               std::span<float> single_precision,
                               std::span<double> double_precision) {
  dataset.image(split, sample, single_precision);
  dataset.image(split, sample, double_precision);
};

/// The data set's pixels are bytes, which are cheaper to move: `dataset.bytes(split, sample)` are a
/// sample's, (channels, height, width), and `D::normalised<T>(channel)` is the table that makes
/// pixels of T of them, bit for bit those of `image`. Optional.
template <class D>
concept GivesBytes = requires(const D& dataset, Split split, Sample sample, Count channel) {
  { dataset.bytes(split, sample) } -> std::same_as<std::span<const std::uint8_t>>;
  { D::template normalised<float>(channel) } -> std::convertible_to<std::array<float, 256>>;
};

/// A data set of labelled images, split in a training and a test set.
///
/// What the compiler cannot check:
/// - `image` fills all of `pixels`, which has `image_shape.elements()` values, (channels, height,
/// width), and scales them
///   to about zero mean and unit variance over the training set; it takes every Pixel type, not
///   only the two tested;
/// - `label` and `image` are const in deed: several threads may read one data set at the same time;
/// - the same (split, sample) is the same image and label in every call, on every rank and for
/// every seed of the run:
///   a rank reads the samples it needs and is told nothing by the others;
/// - the number of a sample is its place in the files, whatever the order that it is trained in;
/// - a folder that holds the files of `files` and nothing else loads as the whole folder does;
/// - `load` and `files` throw DataError with the name of the file when something is missing,
/// damaged or contradicts itself.
///
/// Models: datasets::FashionMnist, datasets::SyntheticImages.
template <class D>
concept DatasetPolicy =
    Named<D> && StatesImageShape<D> && StatesClasses<D> && HasDefaultFolder<D> &&
    LoadsFromFolder<D> && ListsItsFiles<D> && CountsSamples<D> && GivesLabels<D> && GivesImages<D>;

}  // namespace ai500
