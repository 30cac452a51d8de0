// SPDX-License-Identifier: Apache-2.0
/// @file Files that are whole or not there, whatever happens meanwhile; defined in files.ipp. Every
/// OutputError names the path, the system's call that failed and its reason.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/core/types.hpp>

namespace ai500 {

/// Creates or replaces a file in one step: readers see the old bytes or the new, never a part, also
/// after a crash or a power failure. The bytes go to a temporary ".tmp-NAME-THREAD@HOST" beside it,
/// then fsync, rename, fsync of the folder. On failure `path` is as it was and the temporary gone.
///
/// @throws OutputError
void write_atomically(std::string const& path, std::string_view bytes);

/// The same with bytes that lie in several places, one behind the other in the file.
///
/// @throws OutputError
void write_atomically(std::string const& path, std::span<std::string_view const> pieces);

/// A whole file.
///
/// @param at_most a file of more bytes is refused.
/// @throws OutputError
std::string read_file(std::string const& path, Count at_most);

/// True if there is something under this name.
///
/// @throws OutputError if that cannot be found out.
bool file_exists(std::string const& path);

/// The names of what is in a folder, in no order, without "." and "..".
///
/// @throws OutputError
std::vector<std::string> folder_names(std::string const& path);

/// Removes a file; nothing happens if there is none.
///
/// @throws OutputError
void remove_file(std::string const& path);

/// Creates a folder and those above it where they are missing.
///
/// @throws OutputError
void create_folders(std::string const& path);

/// Creates a folder where it is missing and proves, before hours are spent on training, that a file
/// can be written in it.
///
/// @throws OutputError saying what would be right
void ensure_writable_folder(std::string const& path);

/// Removes the temporaries that killed processes left in a folder: those of this host whose process
/// is gone, and those of other hosts that are more than an hour old. A write in progress in another
/// process is left alone. Nothing happens if there is no such folder.
///
/// @throws OutputError
void remove_stale_temporaries(std::string const& folder);

}  // namespace ai500
