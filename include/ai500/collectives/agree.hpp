// SPDX-License-Identifier: Apache-2.0
/// @file Errors that all ranks learn of at once: the difference between one clear message and a
/// hang.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include <ai500/collectives/policy.hpp>
#include <ai500/core/error.hpp>

namespace ai500 {

/// An error that every rank of a communicator throws together, because at least one of them met it.
class AgreedError : public Error {
 public:
  AgreedError(std::string const& message, int exit_code) : Error(message), exit_code_(exit_code) {}

  /// 2 for a UsageError, else 1.
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// Runs `work` on every rank. When it throws anywhere, the message of the lowest such rank is
/// thrown everywhere; so no rank waits for one that has given up. Collective; `work` itself must
/// not be.
/// @throws AgreedError
template <Communicator C, class Work>
void agree(C& communicator, Work&& work) {
  std::string message;
  int exit_code = 0;
  try {
    std::forward<Work>(work)();
  } catch (UsageError const& error) {
    exit_code = 2;
    message = error.what();
  } catch (std::exception const& error) {
    exit_code = 1;
    message = error.what();
  }
  int const last = communicator.size();
  int const first_failed =
      last -
      static_cast<int>(communicator.maximum(exit_code != 0 ? last - communicator.rank() : 0));
  if (first_failed == last) return;
  message = communicator.bcast(message, first_failed);
  exit_code = communicator.bcast(std::to_string(exit_code), first_failed) == "2" ? 2 : 1;
  throw AgreedError(message, exit_code);
}

}  // namespace ai500
