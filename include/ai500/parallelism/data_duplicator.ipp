// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of data_duplicator.hpp.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/parallelism/data_duplicator.hpp>
#include <ai500/storage/files.ipp>
#include <ai500/storage/hash.hpp>
#include <ai500/storage/json.ipp>

namespace ai500::duplication {

inline constexpr char const* manifest_file = "/manifest.json";
inline constexpr Count longest_manifest = Count{1} << 28;
inline constexpr std::size_t buffer_bytes = std::size_t{1} << 22;

/// A file of the data set, as its source has it or as a manifest says it had it.
struct File {
  std::string name;
  Count bytes = 0;
  Count modified_ns = 0;  ///< since 1970
  std::string hash = {};  ///< known when it was copied

  bool is_as_before(File const& before) const {
    return name == before.name && bytes == before.bytes && modified_ns == before.modified_ns;
  }
};

/// The absolute path without links, so that one folder has one name; as it is, if there is none.
inline std::string resolved(std::string const& path) {
  std::unique_ptr<char, void (*)(void*)> const real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : path;
}

/// @throws DataError
inline File file_of_source(std::string const& source, std::string const& name) {
  std::string const path = source + '/' + name;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    std::string const reason = S_ISREG(status.st_mode) || status.st_mode == 0
                                   ? std::generic_category().message(errno)
                                   : "is no file";
    throw DataError(path + ": cannot be copied: " + reason);
  }
  return {.name = name,
          .bytes = Count{status.st_size},
          .modified_ns = Count{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// What an earlier copy says about its files; nothing if there is none.
/// @throws OutputError if it is damaged
inline std::vector<File> read_manifest(std::string const& folder) {
  std::string const path = folder + manifest_file;
  if (!file_exists(path)) return {};
  storage::Json const json = storage::parse_sealed(read_file(path, longest_manifest), path);
  std::vector<File> files;
  for (storage::Json const& entry : storage::JsonReader(json, path).value("files")) {
    storage::JsonReader const reader(entry, path);
    files.push_back({.name = reader.text("name"),
                     .bytes = reader.integer<Count>("bytes", 0),
                     .modified_ns = reader.integer<Count>("modified_ns", 0),
                     .hash = reader.text(storage::hash_key)});
  }
  return files;
}

inline void write_manifest(std::string const& folder, std::string const& source,
                           std::vector<File> const& files) {
  storage::Json list = storage::Json::array();
  for (File const& file : files)
    list.push_back({{"name", file.name},
                    {"bytes", file.bytes},
                    {"modified_ns", file.modified_ns},
                    {storage::hash_key, file.hash}});
  write_atomically(folder + manifest_file,
                   storage::sealed_text({{"source", source}, {"files", std::move(list)}}));
}

/// The hash of a file's bytes from here to its end, each piece of which is also given to `take`.
template <class Take>
std::string hash_of_rest(storage::OpenFile& file, Take&& take) {
  std::vector<char> buffer(buffer_bytes);
  PiecewiseHash hash;
  while (true) {
    std::string_view const piece = file.read_some(buffer);
    if (piece.empty()) return hash.digits();
    hash.add(piece);
    take(piece);
  }
}

inline std::string hash_of_file(std::string const& path) {
  storage::OpenFile file(path, O_RDONLY, path);
  return hash_of_rest(file, [](std::string_view) {});
}

/// What is wrong with the copy of a file; empty: nothing. "missing" if there is none.
inline std::string fault_of_copy(std::string const& path, File const& now,
                                 std::optional<File> const& before) {
  if (!file_exists(path)) return "missing";
  if (!before) return "it has no entry in the manifest";
  if (!now.is_as_before(*before)) return "its source has changed";
  std::string const hash = hash_of_file(path);
  if (hash == before->hash) return "";
  return "it is damaged: it has the hash " + hash + ", not " + before->hash;
}

/// Copies a file: written under a temporary name, made last, read back, and only then given its
/// name.
/// @return the hash of its bytes
/// @throws OutputError; no temporary is left
inline std::string copy_file(std::string const& source, std::string const& target) {
  std::string const temporary = storage::temporary_name(target);
  std::string hash;
  try {
    storage::OpenFile from(source, O_RDONLY, source);
    storage::OpenFile to(temporary, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, target);
    hash = hash_of_rest(from, [&](std::string_view piece) { to.write(piece); });
    to.sync();
    // Forgets the pages in memory, so that the disk is read; where that cannot be, memory is.
    ::posix_fadvise(to.descriptor(), 0, 0, POSIX_FADV_DONTNEED);
    ::lseek(to.descriptor(), 0, SEEK_SET);
    std::string const copied = hash_of_rest(to, [](std::string_view) {});
    if (copied != hash)
      throw OutputError(target + ": what was read back has the hash " + copied + ", not " + hash +
                        " as what was written");
    to.close();
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  storage::rename_temporary(temporary, target);
  return hash;
}

/// @throws OutputError if a copy of so many bytes does not fit
inline void require_room(std::string const& folder, Count bytes) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) storage::throw_system_error(folder, "statvfs");
  Count const free = static_cast<Count>(status.f_bavail) * static_cast<Count>(status.f_frsize);
  if (free < bytes)
    throw OutputError(folder + ": " + std::to_string(free) + " bytes are free, " +
                      std::to_string(bytes) + " are needed");
}

/// Removes files of a copy, and its folder if nothing else is in it. Never throws: it runs when
/// something else has gone wrong.
inline void remove_copy(std::string const& folder, std::vector<File> const& files) {
  ::unlink((folder + manifest_file).c_str());
  for (File const& file : files) ::unlink((folder + '/' + file.name).c_str());
  for (File const& file : files) ::rmdir(storage::folder_of(folder + '/' + file.name).c_str());
  ::rmdir(folder.c_str());
}

/// Looks which files of a copy are whole and removes the others.
/// @param files of the source; gets the hashes of those that are whole
/// @param repaired gets what was there, but not whole
/// @return those that have to be copied
inline std::vector<File*> sort_out(std::string const& folder, std::vector<File>& files,
                                   std::vector<std::string>& repaired) {
  std::vector<File> before;
  try {
    before = read_manifest(folder);
  } catch (OutputError const& error) {
    repaired.push_back(error.what());
  }
  std::vector<File*> to_copy;
  for (File& file : files) {
    auto const entry = std::ranges::find(before, file.name, &File::name);
    auto const known = entry == before.end() ? std::nullopt : std::optional(*entry);
    std::string const path = folder + '/' + file.name;
    std::string const fault = fault_of_copy(path, file, known);
    if (fault.empty()) {
      file.hash = known->hash;
      continue;
    }
    if (fault != "missing" || known) repaired.push_back(path + ": " + fault);
    remove_file(path);
    to_copy.push_back(&file);
  }
  return to_copy;
}

inline NodeCopy bring(std::string const& source, std::vector<File>& files,
                      std::string const& folder) {
  create_folders(folder);
  // Beside the folder, so that the folder can go.
  storage::OpenFile guard(folder + ".lock", O_RDWR | O_CREAT, folder + ".lock");
  guard.lock();
  create_folders(folder);  // whoever had the lock may have removed it
  NodeCopy copy{.folder = folder};
  for (File const& file : files) {
    copy.bytes += file.bytes;
    create_folders(storage::folder_of(folder + '/' + file.name));
    remove_stale_temporaries(storage::folder_of(folder + '/' + file.name));
  }
  remove_stale_temporaries(folder);
  std::vector<File*> const to_copy = sort_out(folder, files, copy.repaired);
  copy.copied = !to_copy.empty();
  if (!copy.copied) return copy;
  try {
    Count needed = 0;
    for (File const* const file : to_copy) needed += file->bytes;
    require_room(folder, needed);
    for (File* const file : to_copy)
      file->hash = copy_file(source + '/' + file->name, folder + '/' + file->name);
    write_manifest(folder, source, files);
  } catch (...) {
    remove_copy(folder, files);
    throw;
  }
  return copy;
}

}  // namespace ai500::duplication

namespace ai500 {

std::string copy_folder(std::string const& source, std::vector<std::string> const& files,
                        std::string const& scratch) {
  constexpr std::size_t digits = 16;
  std::string const path = duplication::resolved(source);
  std::string key = path;
  for (std::string const& file : files) key += '\n' + file;
  return scratch + "/ai500-data-" + storage::name_of(path) + '-' + xxh3_128(key).substr(0, digits);
}

NodeCopy duplicate_on_node(std::string const& source, std::vector<std::string> const& files,
                           std::string const& scratch) {
  std::vector<duplication::File> found;
  Count bytes = 0;
  for (std::string const& file : files) {
    found.push_back(duplication::file_of_source(source, file));
    bytes += found.back().bytes;
  }
  try {
    return duplication::bring(duplication::resolved(source), found,
                              copy_folder(source, files, scratch));
  } catch (OutputError const& error) {
    throw OutputError("--scratch " + scratch + ": the copy of " + source + " failed: " +
                      error.what() + "; choose a folder on a disk with " + std::to_string(bytes) +
                      " bytes free, or leave --scratch out to read the data in place");
  }
}

std::string to_text(NodeCopy const& copy) {
  storage::Json const json = {{"folder", copy.folder},
                              {"bytes", copy.bytes},
                              {"copied", copy.copied},
                              {"repaired", copy.repaired}};
  return json.dump(-1, ' ', false, storage::Json::error_handler_t::replace);
}

DataPlacement placement_of(std::string const& source, std::vector<std::string> const& copies,
                           std::size_t mine) {
  DataPlacement placement{.source = source};
  for (std::size_t rank = 0; rank < copies.size(); ++rank) {
    std::string const& text = copies[rank];
    if (text.empty()) continue;
    storage::Json const json = storage::parse_json(text, "a node's copy");
    storage::JsonReader const copy(json, "a node's copy");
    if (rank == mine) placement.folder = copy.text("folder");
    placement.bytes = copy.integer<Count>("bytes", 0);
    placement.nodes += 1;
    placement.nodes_copied += copy.boolean("copied") ? 1 : 0;
    for (storage::Json const& fault : copy.value("repaired"))
      placement.repaired.push_back(fault.get<std::string>());
  }
  return placement;
}

}  // namespace ai500
