// SPDX-License-Identifier: Apache-2.0
/// @file Sums over GPUs by NCCL. Needs no header of NCCL or CUDA: what calls them is in nccl.ipp,
/// compiled once into ai500::nccl.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/agree.hpp>
#include <ai500/collectives/attendance.hpp>
#include <ai500/collectives/functors/cast.hpp>
#include <ai500/collectives/nccl/membership.hpp>
#include <ai500/collectives/nccl/sums.hpp>
#include <ai500/collectives/nccl/waiting.hpp>
#include <ai500/collectives/policy.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/number_type.hpp>
#include <ai500/devices/cuda.hpp>

namespace ai500::collectives {

namespace nccl {

/// What NCCL sums of T may be sent as.
template <class T, class Message>
concept SentAs = std::same_as<T, Message> ||
    (std::same_as<T, float>&& cuda::OneOf<Message, half, bfloat16>);

}  // namespace nccl

/// The sum over GPUs by ncclAllReduce, under whatever the device computes: parts are summed on a
/// stream of their own, `finish` makes the device wait and not the host. Of a narrower `Message`
/// each rank's numbers are rounded, NCCL rounds each addition, and the sum comes back as T.
template <class T, class Message = T>
  requires nccl::SentAs<T, Message>
class NcclReduction {
 public:
  /// @param rounded elements, from the first, that are sent as `Message`; others, and parts that
  /// are not wholly among them, are sent as T
  NcclReduction(devices::Cuda& device, Count elements, Count rounded, nccl::Sums sums)
      : memory_(device, elements), sums_(std::move(sums)) {
    if constexpr (narrows) messages_ = Buffer<Message, devices::Cuda>(device, rounded);
    device.synchronize();  // the buffers are zero before another stream sees them
  }

  View<T, devices::Cuda> memory() { return memory_.view(); }

  void start(View<T, devices::Cuda> part) {
    Count const begin = part.data() - memory_.data();
    if constexpr (narrows) {
      if (begin + part.size() <= messages_.size()) return start_rounded(part, begin);
    }
    sums_.open(begin, part.size(), number_type<T>);
    sums_.sum(part.data());
    sums_.close();
  }

  void progress() { sums_.progress(); }
  Count pending() const { return sums_.pending(); }
  void finish() { sums_.finish(); }

  template <class Work>
  void record(Work&& work) {
    sums_.record(std::ref(work));
  }
  template <class Work>
  void replay(Work&& work) {
    sums_.replay(std::ref(work));
  }

  std::string transport() const {
    std::string text = nccl::version() + " all-reduce on a stream of its own, sent as ";
    text += name(number_type<Message>);
    if (narrows) text += ", statistics and loss as " + std::string(name(number_type<T>));
    return text;
  }
  double hidden_seconds() const { return sums_.hidden_seconds(); }
  double exposed_seconds() const { return sums_.exposed_seconds(); }

 private:
  static constexpr bool narrows = !std::same_as<T, Message>;

  void start_rounded(View<T, devices::Cuda> part, Count begin) {
    using namespace functors;
    Message* const messages = messages_.data() + begin;
    sums_.open(begin, part.size(), number_type<Message>);
    cuda::launch(sums_.stream(), part.size(), Cast<T, Message>{part.data(), messages});
    sums_.sum(messages);
    cuda::launch(sums_.stream(), part.size(), Cast<Message, T>{messages, part.data()});
    sums_.close();
  }

  // The sums go first: they may be under way in the buffers.
  Buffer<T, devices::Cuda> memory_;
  Buffer<Message, devices::Cuda> messages_;
  nccl::Sums sums_;
};
static_assert(ReductionOf<NcclReduction<float>, float, devices::Cuda>);
static_assert(CanBeRecorded<NcclReduction<float>>);
static_assert(ReductionOf<NcclReduction<float, half>, float, devices::Cuda>);

/// GPUs sum by NCCL; what hosts tell each other goes over another collective: Threads for the GPUs
/// of one node, Mpi for those of several. Sums in a host's memory are that collective's.
template <CollectivePolicy Bootstrap>
struct Nccl {
  static constexpr std::string_view name = "nccl (synchronous all-reduce, under backward)";
  static std::string library() { return nccl::version() + "; hosts: " + Bootstrap::library(); }
  static int launched_rank() { return Bootstrap::launched_rank(); }

  class Communicator {
   public:
    Communicator(typename Bootstrap::Communicator bootstrap, double patience_seconds)
        : bootstrap_(std::move(bootstrap)), patience_seconds_(patience_seconds) {}

    int rank() const { return bootstrap_.rank(); }
    int size() const { return bootstrap_.size(); }

    /// Joins the GPUs of all ranks, once, on the world: parts of it are split from it. Collective.
    /// @param device of this rank; this thread uses it
    /// @throws AgreedError on all ranks
    [[gnu::cold]] void attach(devices::Cuda&) {
      std::string id;
      agree(bootstrap_, [&] {
        if (rank() == 0) id = nccl::unique_id();
      });
      id = bootstrap_.bcast(id, 0);
      nccl::Waiting waiting = this->waiting();
      agree(bootstrap_,
            [&] { membership_ = nccl::Membership::join(id, rank(), size(), std::move(waiting)); });
    }

    Communicator split(int color) {
      Communicator part(bootstrap_.split(color), patience_seconds_);
      if (!membership_) return part;
      nccl::Waiting waiting = part.waiting();
      agree(bootstrap_, [&] {
        part.membership_ = membership_->split(color, part.rank(), part.size(), std::move(waiting));
      });
      return part;
    }

    void barrier() { bootstrap_.barrier(); }
    template <class T>
    void allreduce(View<T> values) {
      bootstrap_.allreduce(values);
    }
    double maximum(double number) { return bootstrap_.maximum(number); }
    std::string bcast(std::string const& text, int root) { return bootstrap_.bcast(text, root); }
    std::vector<std::string> allgather(std::string const& text) {
      return bootstrap_.allgather(text);
    }

    template <class T>
    auto reduction(devices::Host& host, Count elements) {
      return bootstrap_.template reduction<T>(host, elements);
    }
    /// Collective. The device outlives it.
    /// @throws CollectiveError where the world was not attached before it was split
    template <class T>
    NcclReduction<T> reduction(devices::Cuda& device, Count elements) {
      return reduction<T, T>(device, elements, elements);
    }
    /// The first `rounded` elements are sent as `Message`.
    template <class T, class Message>
      requires nccl::SentAs<T, Message>
    [[gnu::cold]] NcclReduction<T, Message> reduction(devices::Cuda& device, Count elements,
                                                      Count rounded) {
      if (!membership_)
        throw CollectiveError("Nccl: the world must be attached to its GPUs before it is split");
      NcclReduction<T, Message> reduction(device, elements, rounded,
                                          nccl::Sums(device, membership_, waiting()));
      // NCCL connects GPUs when they first sum: not in the first step.
      reduction.start(reduction.memory().part(0, rounded));
      reduction.finish();
      device.synchronize();
      reduction.progress();
      return reduction;
    }

   private:
    nccl::Waiting waiting() {
      nccl::Waiting waiting{.patience_seconds = patience_seconds_,
                            .attendance = Attendance::of(bootstrap_),
                            .devices = Attendance::of(bootstrap_)};
      if constexpr (requires { bootstrap_.peers(); })
        waiting.who_ended = [peers = bootstrap_.peers()] { return peers.who_ended(); };
      return waiting;
    }

    typename Bootstrap::Communicator bootstrap_;
    double patience_seconds_;
    std::shared_ptr<nccl::Membership> membership_;  // null until attached
  };

  class Session {
   public:
    Session(int& argc, char**& argv, JoinRequest const& request)
        : bootstrap_(argc, argv, request), patience_seconds_(request.patience_seconds) {}

    template <class Rank>
    void run_ranks(Rank&& rank) {
      bootstrap_.run_ranks([&](typename Bootstrap::Communicator& bootstrap) {
        Communicator world(bootstrap, patience_seconds_);
        rank(world);
      });
    }

    void abort(int code) { bootstrap_.abort(code); }

   private:
    typename Bootstrap::Session bootstrap_;
    double patience_seconds_;
  };
};

}  // namespace ai500::collectives
