// SPDX-License-Identifier: Apache-2.0
/// @file An NVIDIA GPU as a device. Needs no CUDA header: what calls CUDA is in cuda.ipp, compiled
/// once into ai500::cuda.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <ai500/core/types.hpp>
#include <ai500/devices/accelerator.hpp>
#include <ai500/devices/attachments.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/devices/cuda/launch.hpp>
#include <ai500/devices/policy.hpp>

namespace ai500 {

namespace cuda {

/// What a GPU is, as reports name it.
struct Properties {
  std::string name{};               ///< "NVIDIA H100 80GB HBM3"
  int ordinal = 0;                  ///< among the GPUs that this process sees
  std::string bus{};                ///< its place on the host: "0000:18:00.0"
  int major = 0, minor = 0;         ///< compute capability: 9.0
  std::size_t memory_bytes = 0;     ///< all of it
  int multiprocessors = 0;          ///< SMs
  std::string driver{}, runtime{};  ///< versions of CUDA: "13.0"

  bool operator==(Properties const&) const = default;
};

/// "NVIDIA H100 80GB HBM3, compute capability 9.0, 132 multiprocessors, 85.0 GB, CUDA 13.0 (driver
/// 13.0)".
std::string text(Properties const& properties);

/// The GPUs that this process sees; none where there is no driver.
/// @throws DeviceError when there is a driver that does not work
int device_count();

}  // namespace cuda

namespace devices {

/// One GPU, with one in-order stream for all its work, kernels of libraries included: they are
/// given `stream()`. The thread that makes it is the one that uses it.
class Cuda {
 public:
  static constexpr std::string_view name = "cuda";
  static constexpr bool reached_by_host = false;

  /// @param ordinal among the GPUs that this process sees
  /// @throws DeviceError "no CUDA device ..." when there is no such GPU or no driver for it
  explicit Cuda(int ordinal = 0);
  /// The GPU of a rank: the ranks of a host take the GPUs that each sees (CUDA_VISIBLE_DEVICES) in
  /// turn. @throws DeviceError
  explicit Cuda(DeviceChoice const& choice);

  /// A GPU that is not here: programs can be fitted to it, nothing can be run. Asking it for memory
  /// or work is a DeviceError.
  static Cuda described(cuda::Properties properties);

  Cuda(Cuda&& other) noexcept;
  Cuda& operator=(Cuda&&) = delete;
  ~Cuda();

  static int available() { return cuda::device_count(); }
  std::string identity() const { return properties_.name + " at " + properties_.bus; }
  std::string description() const { return cuda::text(properties_); }

  cuda::Properties const& properties() const { return properties_; }
  cuda::Stream stream() const { return stream_; }
  bool is_here() const { return stream_ != nullptr; }  ///< not only described

  /// What libraries keep with this GPU; ended with it.
  Attachments& attachments() { return attachments_; }

  /// Zeroed memory of the GPU. @throws DeviceError naming the bytes asked for and those free
  void* allocate(std::size_t bytes);
  void deallocate(void* memory) noexcept;

  /// Pinned memory of the host, which the GPU reads and writes by itself, zeroed. @throws
  /// DeviceError
  void* allocate_staging(std::size_t bytes);
  void deallocate_staging(void* staging) noexcept;

  /// Given to the stream; `staging` must stay as it is until work that follows is waited for.
  void upload(void* to, void const* staging, std::size_t bytes);
  /// Returns when the copy is done, and with it all work that the stream was given before.
  void download(void* staging, void const* from, std::size_t bytes);

  /// A copy beside the stream, which waits for it behind `join_uploads()`.
  void upload_ahead(void* to, void const* staging, std::size_t bytes);
  void join_uploads();
  /// A copy that the host does not wait for.
  void download_late(void* staging, void const* from, std::size_t bytes);

  /// A place in the stream: a CUDA event. The device must outlive it.
  class Mark {
   public:
    explicit Mark(Cuda&);
    Mark(Mark&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
    Mark& operator=(Mark&&) = delete;
    ~Mark();

   private:
    friend Cuda;
    cuda::Event event_ = nullptr;
  };
  void set(Mark& mark);
  /// @throws DeviceError for an error of the work before it
  bool has_reached(Mark const& mark);

  /// Work as one CUDA graph: thousands of launches for the price of one.
  class Recording {
   public:
    Recording() = default;
    explicit Recording(cuda::GraphToLaunch graph) : graph_(graph) {}
    Recording(Recording&& other) noexcept : graph_(std::exchange(other.graph_, nullptr)) {}
    Recording& operator=(Recording&& other) noexcept {
      std::swap(graph_, other.graph_);
      return *this;
    }
    ~Recording();

   private:
    friend Cuda;
    cuda::GraphToLaunch graph_ = nullptr;
  };

  /// Calls `work`, all of whose work for the stream, and for streams that wait for it and that it
  /// waits for, is recorded. `work` must not wait for the GPU.
  /// @throws DeviceError; what `work` throws
  template <class Work>
  Recording record(Work&& work) {
    begin_recording();
    try {
      std::forward<Work>(work)();
    } catch (...) {
      abandon_recording();
      throw;
    }
    return end_recording();
  }
  void replay(Recording const& recording);

  /// Waits until all work given to the stream is done.
  /// @throws DeviceError also for an error of that work
  void synchronize();

  /// f(0) ... f(n - 1), in any order, one thread of the GPU each. Returns at once.
  template <cuda::CompiledForDevice Functor>
  void for_each(Count n, Functor const& f) {
    cuda::launch(stream_, n, f);
  }

  /// f's work for blocks 0 ... `blocks` - 1, in any order. Returns at once.
  template <cuda::CompiledForDevice Functor>
    requires BlockFunctor<Functor>
  void for_each_block(Count blocks, Functor const& f) { cuda::launch_blocks(stream_, blocks, f); }

 private:
  void begin_recording();
  Recording end_recording();
  void abandon_recording() noexcept;

  struct Described {};
  Cuda(Described, cuda::Properties properties) : properties_(std::move(properties)) {}

  void require_here(char const* what) const;

  cuda::Properties properties_;
  cuda::Stream stream_ = nullptr;
  cuda::Stream uploads_ = nullptr;      // of upload_ahead
  cuda::Event uploads_done_ = nullptr;  // of the last of them
  Attachments attachments_;
};
static_assert(DevicePolicy<Cuda> && Records<Cuda> && Accelerator<Cuda>);

}  // namespace devices

}  // namespace ai500
