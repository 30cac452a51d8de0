// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/collectives/join_request.hpp>
#include <ai500/core/named.hpp>
#include <ai500/devices/buffer.hpp>

namespace ai500 {

template <class R, class T, class Device>
concept HoldsMemory = requires(R& reduction) {
  { reduction.memory() } -> std::same_as<View<T, Device>>;
};
template <class R, class T, class Device>
concept StartsParts = requires(R& reduction, View<T, Device> part) {
  { reduction.start(part) } -> std::same_as<void>;
};
template <class R>
concept Progresses = requires(R& reduction) {
  { reduction.progress() } -> std::same_as<void>;
};
template <class R>
concept CountsPending = requires(R const& reduction) {
  { reduction.pending() } -> std::same_as<Count>;
};
template <class R>
concept Finishes = requires(R& reduction) {
  { reduction.finish() } -> std::same_as<void>;
};
template <class R>
concept NamesItsTransport = requires(R const& reduction) {
  { reduction.transport() } -> std::same_as<std::string>;
};

/// The sum is made beside the host, by a device that measures it.
template <class R>
concept TimesItself = requires(R const& reduction) {
  { reduction.hidden_seconds() } -> std::same_as<double>;
  { reduction.exposed_seconds() } -> std::same_as<double>;
};

/// A device's step with the sum's parts in it can be recorded.
template <class R>
concept CanBeRecorded = requires(R& reduction, void (&work)()) {
  { reduction.record(work) } -> std::same_as<void>;
  { reduction.replay(work) } -> std::same_as<void>;
};

/// A sum over ranks that goes on while they compute something else. Every rank starts equal parts
/// in equal order; all calls are made by one thread.
///
/// Semantics: the elements live in `memory()`, zero at first. `start(part)` gives a part of them
/// away: nobody may touch it until `finish()` has returned, behind which it holds the same bits on
/// all ranks, the sum. `progress()` does what can be done without waiting; a sum may need to be
/// driven by it. `pending()` are parts that are started and not known to be sums. `transport()`
/// says in words how sums are made. Nothing allocates after as many parts as were started before.
/// The destructor does not wait for other ranks. On another device than the host all this is in the
/// order of the device's work: the host learns from `pending()` what is a sum, and from the next
/// call what has failed. Optionally such a reduction measures itself (TimesItself), and takes part
/// in recorded steps (CanBeRecorded): `record(work)` calls `work`, which records them;
/// `replay(work)` calls `work`, which gives the last recording to the device once more.
template <class R, class T, class Device = devices::Host>
concept ReductionOf = HoldsMemory<R, T, Device> && StartsParts<R, T, Device> && Progresses<R> &&
    CountsPending<R> && Finishes<R> && NamesItsTransport<R>;

template <class C>
concept KnowsItsRank = requires(C const& communicator) {
  { communicator.rank() } -> std::same_as<int>;
  { communicator.size() } -> std::same_as<int>;
};
template <class C>
concept Splits = requires(C& communicator, int color) {
  { communicator.split(color) } -> std::same_as<C>;
};
template <class C>
concept Synchronizes = requires(C& communicator) {
  { communicator.barrier() } -> std::same_as<void>;
};
template <class C>
concept ReducesSums = requires(C& communicator, View<float> floats, View<double> doubles) {
  { communicator.allreduce(floats) } -> std::same_as<void>;
  { communicator.allreduce(doubles) } -> std::same_as<void>;
};
template <class C>
concept ReducesInParts = requires(C& communicator, devices::Host& host, Count elements) {
  { communicator.template reduction<float>(host, elements) } -> ReductionOf<float>;
  { communicator.template reduction<double>(host, elements) } -> ReductionOf<double>;
};
template <class C>
concept FindsMaximum = requires(C& communicator, double number) {
  { communicator.maximum(number) } -> std::same_as<double>;
};
template <class C>
concept SharesText = requires(C& communicator, std::string const& text, int root) {
  { communicator.bcast(text, root) } -> std::same_as<std::string>;
  { communicator.allgather(text) } -> std::same_as<std::vector<std::string>>;
};

/// The communicator makes sums of T in the device's memory, whose parts are sent as `Message`: a
/// narrower type rounds what is sent, and the sums.
template <class C, class Device, class T, class Message>
concept ReducesOn = requires(C& communicator, Device& device, Count elements) {
  { communicator.template reduction<T>(device, elements) } -> ReductionOf<T, Device>;
  requires std::same_as<T, Message> || requires {
    {
      communicator.template reduction<T, Message>(device, elements, elements)
      } -> ReductionOf<T, Device>;
  };
};
/// The communicator must know the device of each rank before it is split.
template <class C, class Device>
concept AttachesTo = requires(C& communicator, Device& device) {
  { communicator.attach(device) } -> std::same_as<void>;
};

/// What ranks say to each other. All members but rank(), size() are collective: every rank calls
/// them in the same order.
///
/// Semantics: `split(color)` keeps the order of the ranks; `allreduce` sums in place and leaves the
/// same bits on all ranks; `reduction<T>(host, elements)` is for sums that are made again and again
/// beside other work: gradients. The host outlives it. Optionally `reduction<T>(device, elements)`
/// is there for other devices, `reduction<T, Message>(device, elements, rounded)` sends the first
/// `rounded` elements as the narrower type `Message` (ReducesOn), and `attach(device)` is called
/// once on the world, before it is split (AttachesTo).
template <class C>
concept Communicator = KnowsItsRank<C> && Splits<C> && Synchronizes<C> && ReducesSums<C> &&
    ReducesInParts<C> && FindsMaximum<C> && SharesText<C>;

template <class C>
concept HasCommunicator = Communicator<typename C::Communicator>;
template <class C>
concept OpensSession = requires(int& argc, char**& argv, JoinRequest const& request) {
  typename C::Session;
  requires std::constructible_from<typename C::Session, int&, char**&, JoinRequest const&>;
};
template <class C>
concept SessionRunsRanks = requires(typename C::Session& session,
                                    void (*rank)(typename C::Communicator&)) {
  { session.run_ranks(rank) } -> std::same_as<void>;
};
template <class C>
concept SessionAborts = requires(typename C::Session& session, int code) {
  session.abort(code);
};

template <class C>
concept NamesItsLibrary = requires {
  { C::library() } -> std::same_as<std::string>;
};
template <class C>
concept KnowsLaunchedRank = requires {
  { C::launched_rank() } -> std::same_as<int>;
};

/// How ranks are joined. A `Session` lives as long as the process uses it. `run_ranks(rank)` calls
/// rank(world) for each rank of this process, on a thread of its own where it has several, `world`
/// being all ranks of the run; it returns when they have ended and throws what one of them threw.
/// `abort(code)` ends all ranks at once, for errors that only one of them has seen;
/// `launched_rank()` is this process's rank, or the first of them, known before there is a session,
/// so that only one rank prints a help text; `library()` names what carries the messages.
///
/// Models: collectives::Self, collectives::Threads, collectives::Mpi, collectives::MpiMessages,
/// collectives::Nccl.
template <class C>
concept CollectivePolicy = Named<C> && HasCommunicator<C> && OpensSession<C> &&
    SessionRunsRanks<C> && SessionAborts<C> && NamesItsLibrary<C> && KnowsLaunchedRank<C>;

}  // namespace ai500
