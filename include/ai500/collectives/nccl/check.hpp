// SPDX-License-Identifier: Apache-2.0
/// @file What calls of NCCL's return. Needs NCCL's header: for nccl.ipp only.
#pragma once

#include <string>

#include <nccl.h>

#include <ai500/core/error.hpp>

namespace ai500::collectives::nccl {

/// The code, in NCCL's words.
inline std::string text(ncclResult_t code, ncclComm_t communicator) {
  std::string result = ncclGetErrorString(code);
  char const* const last = ncclGetLastError(communicator);
  return last == nullptr || *last == '\0' ? result : result + " (" + last + ")";
}

/// What is in progress is no error: it is waited for where it must be done.
/// @throws CollectiveError with the call and NCCL's text
inline void check(ncclResult_t code, char const* function, ncclComm_t communicator = nullptr) {
  if (code != ncclSuccess && code != ncclInProgress)
    throw CollectiveError(std::string(function) + ": " + text(code, communicator));
}

/// What a communicator does now: what `call` began is done, goes on, or has failed.
inline ncclResult_t state_of(ncclComm_t communicator) {
  ncclResult_t state = ncclSuccess;
  ncclResult_t const asked = ncclCommGetAsyncError(communicator, &state);
  return asked == ncclSuccess ? state : asked;
}

}  // namespace ai500::collectives::nccl
