// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/core/named.hpp>
#include <ai500/devices/buffer.hpp>

namespace ai500 {

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
concept FindsMaximum = requires(C& communicator, double number) {
  { communicator.maximum(number) } -> std::same_as<double>;
};
template <class C>
concept SharesText = requires(C& communicator, std::string const& text, int root) {
  { communicator.bcast(text, root) } -> std::same_as<std::string>;
  { communicator.allgather(text) } -> std::same_as<std::vector<std::string>>;
};

/// What ranks say to each other. All members but rank(), size() are collective: every rank calls
/// them in the same order.
///
/// Semantics: `split(color)` keeps the order of the ranks; `allreduce` sums in place and leaves the
/// same bits on all ranks.
template <class C>
concept Communicator = KnowsItsRank<C> && Splits<C> && Synchronizes<C> && ReducesSums<C> &&
    FindsMaximum<C> && SharesText<C>;

template <class C>
concept HasCommunicator = Communicator<typename C::Communicator>;
template <class C>
concept OpensSession = requires(int& argc, char**& argv) {
  typename C::Session;
  requires std::constructible_from<typename C::Session, int&, char**&>;
};
template <class C>
concept SessionHasWorld = requires(typename C::Session& session) {
  { session.world() } -> std::same_as<typename C::Communicator>;
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

/// How ranks are joined. A `Session` lives as long as the process uses it; its `world()` are all
/// the ranks; `abort(code)` ends all of them at once, for errors that only one rank has seen;
/// `launched_rank()` is this process's rank, known before there is a session, so that only one rank
/// prints a help text; `library()` names what carries the messages.
///
/// Models: collectives::Self, collectives::Mpi.
template <class C>
concept CollectivePolicy = Named<C> && HasCommunicator<C> && OpensSession<C> &&
    SessionHasWorld<C> && SessionAborts<C> && NamesItsLibrary<C> && KnowsLaunchedRank<C>;

}  // namespace ai500
