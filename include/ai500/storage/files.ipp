// SPDX-License-Identifier: Apache-2.0
/// @file POSIX calls instead of streams: a stream says neither which call failed nor why, and
/// cannot fsync.
#pragma once

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <ai500/collectives/host_name.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/storage/files.hpp>

namespace ai500::storage {

/// Throws for the call that just failed; errno says why.
[[noreturn]] inline void throw_system_error(std::string const& path, char const* call) {
  int const reason = errno;
  throw OutputError(path + ": " + call + ": " + std::generic_category().message(reason));
}

/// Repeats a call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// An open file or folder. Messages name `path`, which for a temporary is the name it will get.
class OpenFile {
 public:
  /// @throws OutputError
  OpenFile(std::string const& name, int flags, std::string path)
      : path_(std::move(path)),
        descriptor_(uninterrupted([&] { return ::open(name.c_str(), flags | O_CLOEXEC, 0666); })) {
    if (descriptor_ < 0) throw_system_error(path_, "open");
  }
  OpenFile(OpenFile const&) = delete;
  OpenFile& operator=(OpenFile const&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  int descriptor() const { return descriptor_; }

  /// @throws OutputError
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      // A full disk may take a part first: the rest of the bytes then gets the error.
      ssize_t const written =
          uninterrupted([&] { return ::write(descriptor_, bytes.data(), bytes.size()); });
      if (written < 0) throw_system_error(path_, "write");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  /// The next bytes, as many as there are but no more than `buffer` has room for; none at the end.
  /// @throws OutputError
  std::string_view read_some(std::span<char> buffer) {
    ssize_t const got =
        uninterrupted([&] { return ::read(descriptor_, buffer.data(), buffer.size()); });
    if (got < 0) throw_system_error(path_, "read");
    return {buffer.data(), static_cast<std::size_t>(got)};
  }

  /// All bytes from here to the end.
  /// @throws OutputError, also if they are more than `at_most`
  std::string read(Count at_most) {
    std::string bytes;
    std::size_t const limit = static_cast<std::size_t>(at_most);
    std::size_t const known_size = static_cast<std::size_t>(std::max(Count{0}, size()));
    std::size_t chunk = std::min(known_size, limit) + 1;  // one more, to meet the end at once
    while (true) {
      std::size_t const filled = bytes.size();
      bytes.resize(filled + chunk);
      std::size_t const got = read_some({bytes.data() + filled, chunk}).size();
      bytes.resize(filled + got);
      if (got == 0) return bytes;
      if (bytes.size() > limit)
        throw OutputError(path_ + ": holds more than the " + std::to_string(at_most) +
                          " bytes expected at most");
      chunk = std::size_t{1} << 16;
    }
  }

  /// @throws OutputError
  Count size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) throw_system_error(path_, "fstat");
    return Count{status.st_size};
  }

  /// @throws OutputError
  void sync() {
    if (uninterrupted([&] { return ::fsync(descriptor_); }) != 0)
      throw_system_error(path_, "fsync");
  }

  /// Waits until no other process has this file locked; the lock goes with the file. A file system
  /// without locks is no reason to fail: whoever locks must be right without, if less tidy.
  /// @throws OutputError
  void lock() {
    if (uninterrupted([&] { return ::flock(descriptor_, LOCK_EX); }) == 0) return;
    bool const is_unsupported = errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS;
    if (!is_unsupported) throw_system_error(path_, "flock");
  }

  /// Closes where an error still counts: a network file system may report a full disk only here.
  /// @throws OutputError
  void close() {
    int const descriptor = std::exchange(descriptor_, -1);
    // Linux closes the descriptor even if a signal interrupts: never repeat it.
    if (::close(descriptor) != 0 && errno != EINTR) throw_system_error(path_, "close");
  }

 private:
  std::string path_;
  int descriptor_;
};

/// "a/b" of "a/b/c"; "." of "c".
inline std::string folder_of(std::string const& path) {
  std::size_t const slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// "c" of "a/b/c".
inline std::string name_of(std::string const& path) { return path.substr(path.rfind('/') + 1); }

inline constexpr std::string_view temporary_prefix = ".tmp-";

/// The name under which this thread writes `path`: no other one alive, on any host, uses it.
inline std::string temporary_name(std::string const& path) {
  return folder_of(path) + '/' + std::string(temporary_prefix) + name_of(path) + '-' +
         std::to_string(::gettid()) + '@' + host_name();
}

/// Makes what was created, renamed or removed in a folder last.
/// @throws OutputError
inline void sync_folder(std::string const& folder) {
  OpenFile file(folder, O_RDONLY | O_DIRECTORY, folder);
  // Some file systems cannot sync a folder and say EINVAL: then there is nothing more to be done.
  if (uninterrupted([&] { return ::fsync(file.descriptor()); }) != 0 && errno != EINVAL)
    throw_system_error(folder, "fsync");
}

/// Writes a temporary completely, or removes it.
/// @param path names it in messages
/// @throws OutputError
inline void write_temporary(std::string const& temporary, std::string const& path,
                            std::span<std::string_view const> pieces) {
  OpenFile file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, path);
  try {
    for (std::string_view const piece : pieces) file.write(piece);
    file.sync();
    file.close();
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

/// Gives a temporary that is complete its name, or removes it.
/// @throws OutputError
inline void rename_temporary(std::string const& temporary, std::string const& path) {
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    int const reason = errno;
    ::unlink(temporary.c_str());
    errno = reason;
    throw_system_error(path, "rename");
  }
  sync_folder(folder_of(path));
}

inline bool is_folder(std::string const& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// True if nobody will finish this temporary: see remove_stale_temporaries.
inline bool is_stale_temporary(std::string const& folder, std::string_view name) {
  constexpr std::time_t longest_write_seconds = 3600;
  std::size_t const at = name.rfind('@');
  if (!name.starts_with(temporary_prefix) || at == std::string_view::npos) return false;
  std::size_t const dash = name.rfind('-', at);
  if (dash == std::string_view::npos) return false;
  pid_t thread = 0;
  auto const [end, error] = std::from_chars(name.data() + dash + 1, name.data() + at, thread);
  if (error != std::errc() || end != name.data() + at || thread <= 0) return false;
  if (name.substr(at + 1) == host_name()) return ::kill(thread, 0) != 0 && errno == ESRCH;
  struct stat status {};
  return ::lstat((folder + '/' + std::string(name)).c_str(), &status) == 0 &&
         std::time(nullptr) - status.st_mtime > longest_write_seconds;
}

}  // namespace ai500::storage

namespace ai500 {

void write_atomically(std::string const& path, std::span<std::string_view const> pieces) {
  std::string const temporary = storage::temporary_name(path);
  storage::write_temporary(temporary, path, pieces);
  storage::rename_temporary(temporary, path);
}

void write_atomically(std::string const& path, std::string_view bytes) {
  write_atomically(path, std::span(&bytes, 1));
}

std::string read_file(std::string const& path, Count at_most) {
  return storage::OpenFile(path, O_RDONLY, path).read(at_most);
}

bool file_exists(std::string const& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) storage::throw_system_error(path, "stat");
  return false;
}

void remove_file(std::string const& path) {
  if (::unlink(path.c_str()) == 0)
    storage::sync_folder(storage::folder_of(path));
  else if (errno != ENOENT)
    storage::throw_system_error(path, "unlink");
}

void create_folders(std::string const& path) {
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    std::string const folder = path.substr(0, end);
    // Looked for first: where an existing folder may not be written, mkdir need not say EEXIST.
    if (storage::is_folder(folder)) continue;
    if (::mkdir(folder.c_str(), 0777) == 0)
      storage::sync_folder(storage::folder_of(folder));
    else if (errno != EEXIST || !storage::is_folder(folder))  // else another process was first
      storage::throw_system_error(folder, "mkdir");
  }
}

void ensure_writable_folder(std::string const& path) {
  if (path.empty()) throw OutputError("the output folder's name is empty");
  try {
    create_folders(path);
    std::string const file = path + "/probe";
    std::string const temporary = storage::temporary_name(file);
    std::string const blanks(4096, ' ');
    std::string_view const piece = blanks;
    storage::write_temporary(temporary, path, std::span(&piece, 1));
    ::unlink(temporary.c_str());
  } catch (OutputError const& error) {
    throw OutputError(
        std::string(error.what()) + "; the output folder " + path +
        " must be one in which this user may create files, on a disk with free space");
  }
}

std::vector<std::string> folder_names(std::string const& path) {
  std::unique_ptr<DIR, int (*)(DIR*)> const entries(::opendir(path.c_str()), &::closedir);
  if (!entries) storage::throw_system_error(path, "opendir");
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    dirent const* const entry = ::readdir(entries.get());
    if (entry == nullptr && errno != 0) storage::throw_system_error(path, "readdir");
    if (entry == nullptr) return names;
    std::string_view const name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
}

void remove_stale_temporaries(std::string const& folder) {
  if (!file_exists(folder)) return;
  for (std::string const& name : folder_names(folder)) {
    std::string const path = folder + '/' + name;
    if (storage::is_stale_temporary(folder, name) && ::unlink(path.c_str()) != 0 && errno != ENOENT)
      storage::throw_system_error(path, "unlink");
  }
}

}  // namespace ai500
