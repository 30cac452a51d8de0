// SPDX-License-Identifier: Apache-2.0
/// @file What is thrown when something is wrong: each message names the thing and says what would
/// be right.
#pragma once

#include <stdexcept>
#include <string>

namespace ai500 {

/// The base of every exception that ai500 throws. A benchmark binary that ends with one exits with
/// code 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller asked for something that cannot be: an unknown option, an M x P_degree that does not
/// fit, a batch that does not divide. A benchmark binary that ends with one exits with code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A data set's files are missing, truncated or contradict themselves.
class DataError : public Error {
 public:
  using Error::Error;
};

/// A file or folder of the run's output cannot be written or read back.
class OutputError : public Error {
 public:
  using Error::Error;
};

/// A graph or program that makes no sense: shapes that do not fit, a value that nobody wrote.
class GraphError : public Error {
 public:
  using Error::Error;
};

/// A call into the message passing layer failed, or another rank did.
class CollectiveError : public Error {
 public:
  using Error::Error;
};

/// A device is not there, has not enough memory, or did not do its work.
class DeviceError : public Error {
 public:
  using Error::Error;
};

}  // namespace ai500
