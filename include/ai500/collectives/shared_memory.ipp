// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of shared_memory.hpp.
#pragma once

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ai500/collectives/shared_memory.hpp>

namespace ai500::collectives {

namespace detail {

[[noreturn]] inline void throw_memory_error(std::string const& call) {
  throw CollectiveError(call + ": " + std::strerror(errno));
}

/// Differs between hosts and between two boots of one.
inline std::string boot_identity() {
  std::string identity;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> identity;
  return identity.empty() ? "unknown" : identity;
}

/// How one process tells another where its memory is: the file and what proves that it is this one.
struct MemoryAddress {
  std::string boot;
  long process = 0;
  int descriptor = -1;
  unsigned long long device = 0;
  unsigned long long file = 0;
  std::size_t bytes = 0;

  static MemoryAddress of(std::string const& text) {
    MemoryAddress address;
    std::istringstream(text) >> address.boot >> address.process >> address.descriptor >>
        address.device >> address.file >> address.bytes;
    return address;
  }
  std::string text() const {
    std::ostringstream text;
    text << boot << ' ' << process << ' ' << descriptor << ' ' << device << ' ' << file << ' '
         << bytes;
    return text.str();
  }
  std::string path() const {
    return "/proc/" + std::to_string(process) + "/fd/" + std::to_string(descriptor);
  }
};

}  // namespace detail

SharedMemory::SharedMemory(int descriptor, std::size_t bytes) : descriptor_(descriptor) {
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {
    int const error = errno;
    close(descriptor);
    errno = error;
    detail::throw_memory_error("mmap of " + std::to_string(bytes) + " bytes");
  }
  data_ = static_cast<std::byte*>(memory);
  size_ = bytes;
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) munmap(data_, size_);
  seal();
}

SharedMemory SharedMemory::create(std::size_t bytes) {
  int const descriptor = memfd_create("ai500", MFD_CLOEXEC);
  if (descriptor < 0) detail::throw_memory_error("memfd_create");
  if (ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) {
    int const error = errno;
    close(descriptor);
    errno = error;
    detail::throw_memory_error("ftruncate to " + std::to_string(bytes) + " bytes");
  }
  return SharedMemory(descriptor, bytes);
}

SharedMemory SharedMemory::open(std::string const& address) {
  auto const place = detail::MemoryAddress::of(address);
  if (place.boot == "unknown" || place.boot != detail::boot_identity())
    throw CollectiveError("is on another host than the process that made the memory");
  int const descriptor = ::open(place.path().c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) detail::throw_memory_error("open " + place.path());
  struct stat found {};
  bool const is_same =
      fstat(descriptor, &found) == 0 && found.st_dev == place.device && found.st_ino == place.file;
  if (!is_same) {
    close(descriptor);
    throw CollectiveError("sees other processes than the one that made the memory");
  }
  return SharedMemory(descriptor, place.bytes);
}

std::string SharedMemory::address() const {
  struct stat mine {};
  if (fstat(descriptor_, &mine) != 0) detail::throw_memory_error("fstat");
  return detail::MemoryAddress{.boot = detail::boot_identity(),
                               .process = getpid(),
                               .descriptor = descriptor_,
                               .device = mine.st_dev,
                               .file = mine.st_ino,
                               .bytes = size_}
      .text();
}

void SharedMemory::seal() {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
}

void SharedMemory::take(std::size_t offset, std::size_t bytes) {
  int const error =
      posix_fallocate(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  if (error != 0) {
    errno = error;
    detail::throw_memory_error("posix_fallocate of " + std::to_string(bytes) + " bytes");
  }
  std::memset(data_ + offset, 0, bytes);  // so that the first step meets no page fault
}

}  // namespace ai500::collectives
