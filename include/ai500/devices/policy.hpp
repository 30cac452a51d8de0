// SPDX-License-Identifier: Apache-2.0
/// @file The contract of a device: memory, an in-order queue of work, and copies between its memory
/// and the host's.
#pragma once

#include <concepts>
#include <cstddef>

#include <ai500/core/named.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

template <class D>
concept AllocatesMemory = requires(D& device, std::size_t bytes, void* memory) {
  { device.allocate(bytes) } -> std::same_as<void*>;
  { device.deallocate(memory) }
  noexcept;
};
template <class D>
concept WaitsForItsWork = requires(D& device) {
  { device.synchronize() } -> std::same_as<void>;
};
template <class D>
concept SaysWhetherTheHostReachesIt = requires {
  { D::reached_by_host } -> std::convertible_to<bool>;
};

/// The host reads and writes the device's memory as its own.
template <class D>
concept ReachedByHost = SaysWhetherTheHostReachesIt<D> && D::reached_by_host;

template <class D>
concept Uploads = ReachedByHost<D> ||
    requires(D& device, void* to, void const* staging, std::size_t bytes) {
  { device.upload(to, staging, bytes) } -> std::same_as<void>;
};
template <class D>
concept Downloads = ReachedByHost<D> ||
    requires(D& device, void* staging, void const* from, std::size_t bytes) {
  { device.download(staging, from, bytes) } -> std::same_as<void>;
};
template <class D>
concept AllocatesStaging = ReachedByHost<D> ||
    requires(D& device, std::size_t bytes, void* staging) {
  { device.allocate_staging(bytes) } -> std::same_as<void*>;
  { device.deallocate_staging(staging) }
  noexcept;
};

template <class D>
concept UploadsAhead = ReachedByHost<D> ||
    requires(D& device, void* to, void const* staging, std::size_t bytes) {
  { device.upload_ahead(to, staging, bytes) } -> std::same_as<void>;
  { device.join_uploads() } -> std::same_as<void>;
};
template <class D>
concept DownloadsLate = ReachedByHost<D> ||
    requires(D& device, void* staging, void const* from, std::size_t bytes) {
  { device.download_late(staging, from, bytes) } -> std::same_as<void>;
};
template <class D>
concept MarksItsQueue = ReachedByHost<D> || requires(D& device, typename D::Mark& mark) {
  typename D::Mark;
  requires std::constructible_from<typename D::Mark, D&>;
  { device.set(mark) } -> std::same_as<void>;
  { device.has_reached(mark) } -> std::same_as<bool>;
};

/// The device can be given a whole sequence of work as one piece, again and again: what `record`
/// was shown (nothing of it is done then), done by each `replay`. Optional.
template <class D>
concept Records = requires(D& device, typename D::Recording recording, void (&work)()) {
  { device.record(work) } -> std::same_as<typename D::Recording>;
  { device.replay(recording) } -> std::same_as<void>;
};

namespace detail {
template <class D>
struct RecordingOf {
  struct type {};
};
template <Records D>
struct RecordingOf<D> {
  using type = typename D::Recording;
};
}  // namespace detail

/// What a device records; nothing where it does not.
template <class D>
using RecordingOf = typename detail::RecordingOf<D>::type;

/// The device runs this functor: f(0) ... f(n - 1), in any order.
template <class D, class Functor>
concept RunsForEach = requires(D& device, Count n, Functor const& functor) {
  { device.for_each(n, functor) } -> std::same_as<void>;
};

/// The device runs this functor of a block of threads (devices/blocks.hpp), for blocks 0 ...
/// `blocks` - 1, in any order.
template <class D, class Functor>
concept RunsForEachBlock = requires(D& device, Count blocks, Functor const& functor) {
  { device.for_each_block(blocks, functor) } -> std::same_as<void>;
};

/// Where a base model is trained.
///
/// Semantics: all work given to a device (kernels, `for_each`, copies) is done in the order in
/// which it was given, some time; `synchronize` waits for all of it. `allocate` gives zeroed
/// memory, aligned to 64 bytes at least, and throws an Error that names bytes when there is none.
/// Where `reached_by_host` is false, memory is reached by two copies only: `upload(to, staging,
/// bytes)` may return before the copy is done, so `staging` stays as it is until a later
/// `synchronize` or `download` has returned; `download(staging, from, bytes)` returns when the copy
/// is done. Both copy from and to memory of `allocate_staging`, which the host reads and writes.
/// `upload_ahead` is an upload that need not wait for the queue, so that it runs beside it: the
/// caller knows that nobody uses `to`; work given behind `join_uploads()` finds it done.
/// `download_late` is a download that the host does not wait for: `set(mark)` marks the end of the
/// queue as it is, and once `has_reached(mark)` all before it is done.
/// `deallocate_staging` first waits until the device does not use the memory.
///
/// Models: devices::Host, devices::Cuda.
template <class D>
concept DevicePolicy = Named<D> && AllocatesMemory<D> && WaitsForItsWork<D> &&
    SaysWhetherTheHostReachesIt<D> && Uploads<D> && Downloads<D> && AllocatesStaging<D> &&
    UploadsAhead<D> && DownloadsLate<D> && MarksItsQueue<D>;

}  // namespace ai500
