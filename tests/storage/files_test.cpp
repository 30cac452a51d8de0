// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <ai500/collectives/host_name.hpp>
#include <ai500/storage/files.hpp>

#include "output_folder.hpp"

using namespace ai500;
using ai500::test::has;
using ai500::test::names_in;
using ai500::test::output_error;
using ai500::test::OutputFolder;
using ai500::test::read_bytes;
using ai500::test::write_bytes;

namespace {

/// While it lives, no file can grow beyond some bytes: like a full disk, the write that crosses the
/// limit is short, the next one fails. Assertions may write files: make none meanwhile.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit const limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  SmallDisk(SmallDisk const&) = delete;
  SmallDisk& operator=(SmallDisk const&) = delete;
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// The number of a process that is gone.
pid_t dead_process() {
  pid_t const child = fork();
  if (child == 0) _exit(0);
  int status = 0;
  waitpid(child, &status, 0);
  return child;
}

}  // namespace

TEST_CASE("write_atomically: the file holds the bytes, and nothing else is left") {
  OutputFolder const folder;
  std::string const bytes("zero \0 and \xff\n", 14);

  write_atomically(folder / "a.json", bytes);

  CHECK(read_bytes(folder / "a.json") == bytes);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a.json"});
}

TEST_CASE("write_atomically: pieces stand one behind the other") {
  OutputFolder const folder;
  std::vector<std::string_view> const pieces{"one, ", "", "two"};

  write_atomically(folder / "a", pieces);

  CHECK(read_bytes(folder / "a") == "one, two");
}

TEST_CASE("write_atomically: replaces an earlier file, also by an empty one") {
  OutputFolder const folder;
  write_bytes(folder / "a", "a long earlier text");

  write_atomically(folder / "a", "");

  CHECK(std::filesystem::file_size(folder / "a") == 0);
  CHECK(names_in(folder.path()).size() == 1);
}

TEST_CASE("write_atomically: a temporary that this thread left before does not hinder it") {
  OutputFolder const folder;
  std::string const temporary = folder / (".tmp-a-" + std::to_string(gettid()) + '@' + host_name());
  write_bytes(temporary, "longer than what is written now");

  write_atomically(folder / "a", "new");

  CHECK(read_bytes(folder / "a") == "new");
  CHECK(names_in(folder.path()).size() == 1);
}

TEST_CASE("write_atomically: no room leaves the old file and no temporary") {
  OutputFolder const folder;
  write_bytes(folder / "a", "old");
  std::string message;

  {
    SmallDisk const disk(4096);
    message = output_error([&] { write_atomically(folder / "a", std::string(10000, 'x')); });
  }

  CHECK(has(message, {folder / "a", "write", "File too large"}));
  CHECK(read_bytes(folder / "a") == "old");
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("write_atomically: a folder that is not there, or is a file, is an error") {
  OutputFolder const folder;
  write_bytes(folder / "file", "");

  CHECK(has(output_error([&] { write_atomically(folder / "no/a", "x"); }),
            {folder / "no/a", "open", "No such file or directory"}));
  CHECK(has(output_error([&] { write_atomically(folder / "file/a", "x"); }),
            {folder / "file/a", "open", "Not a directory"}));
}

TEST_CASE("write_atomically: a folder under the file's name is an error without leftovers") {
  OutputFolder const folder;
  std::filesystem::create_directory(folder / "a");

  CHECK(has(output_error([&] { write_atomically(folder / "a", "x"); }),
            {folder / "a", "rename", "Is a directory"}));
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("write_atomically: readers see the old bytes or the new, never a part") {
  OutputFolder const folder;
  std::string const file = folder / "a";
  std::string const first(50000, '1');
  std::string const second(70000, '2');
  write_bytes(file, first);

  pid_t const writer = fork();
  REQUIRE(writer >= 0);
  if (writer == 0) {
    for (int i = 0; i < 50; ++i) write_atomically(file, i % 2 == 0 ? second : first);
    _exit(0);
  }
  int parts = 0;
  int status = 0;
  while (waitpid(writer, &status, WNOHANG) == 0) {
    std::string const bytes = read_file(file, 100000);
    if (bytes != first && bytes != second) ++parts;
  }

  CHECK(status == 0);
  CHECK(parts == 0);
}

TEST_CASE("read_file: gives all bytes up to the limit, and refuses one more") {
  OutputFolder const folder;
  std::string const bytes(100000, 'x');
  write_bytes(folder / "a", bytes);
  write_bytes(folder / "empty", "");

  CHECK(read_file(folder / "a", 100000) == bytes);
  CHECK(read_file(folder / "empty", 0) == "");
  CHECK(has(output_error([&] { read_file(folder / "a", 99999); }), {folder / "a", "99999"}));
  CHECK(has(output_error([&] { read_file("/dev/zero", 99999); }), {"/dev/zero", "99999"}));
}

TEST_CASE("read_file: reads files whose size the system does not know") {
  CHECK(has(read_file("/proc/self/status", 1 << 20), {"Pid:"}));
}

TEST_CASE("read_file: a file that is not there, or is a folder, is an error") {
  OutputFolder const folder;

  CHECK(has(output_error([&] { read_file(folder / "no", 10); }),
            {folder / "no", "open", "No such file or directory"}));
  CHECK(has(output_error([&] { read_file(folder.path(), 10); }),
            {folder.path(), "read", "Is a directory"}));
}

TEST_CASE("file_exists: is true for what is there, and remove_file makes it false") {
  OutputFolder const folder;
  write_bytes(folder / "a", "");

  CHECK(file_exists(folder / "a"));
  remove_file(folder / "a");
  CHECK_FALSE(file_exists(folder / "a"));
  CHECK_FALSE(file_exists(folder / "a/b"));
  CHECK_NOTHROW(remove_file(folder / "a"));
  CHECK(has(output_error([&] { file_exists(folder / std::string(300, 'x')); }),
            {"stat", "File name too long"}));
  CHECK(has(output_error([&] { remove_file(folder.path()); }), {folder.path(), "unlink"}));
}

TEST_CASE("folder_names: all that is in a folder, and nothing of the folder itself") {
  OutputFolder const folder;
  write_bytes(folder / ".hidden", "");
  std::filesystem::create_directory(folder / "inner");

  std::vector<std::string> names = folder_names(folder.path());
  std::sort(names.begin(), names.end());

  CHECK(names == std::vector<std::string>{".hidden", "inner"});
  CHECK(has(output_error([&] { folder_names(folder / "no"); }),
            {folder / "no", "opendir", "No such file or directory"}));
}

TEST_CASE("ensure_writable_folder: creates the folder and those above it, and leaves it empty") {
  OutputFolder const folder;

  ensure_writable_folder(folder / "a/b//c/");
  ensure_writable_folder(folder / "a/b/c");

  CHECK(std::filesystem::is_directory(folder / "a/b/c"));
  CHECK(names_in(folder / "a/b/c").empty());
}

TEST_CASE("ensure_writable_folder: takes a relative path") {
  OutputFolder const folder;
  auto const before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());

  std::string const message = output_error([] {
    ensure_writable_folder("a/b");
    ensure_writable_folder(".");
    write_atomically("file", "x");
  });
  std::filesystem::current_path(before);

  CHECK(message == "");
  CHECK(std::filesystem::is_directory(folder / "a/b"));
  CHECK(read_bytes(folder / "file") == "x");
}

TEST_CASE("ensure_writable_folder: says what would be right where no file can be written") {
  OutputFolder const folder;
  write_bytes(folder / "file", "");

  CHECK(has(output_error([&] { ensure_writable_folder(folder / "file/a"); }),
            {folder / "file", "mkdir", "File exists", "must be one in which"}));
  CHECK(has(output_error([] { ensure_writable_folder("/proc/self"); }),
            {"/proc/self", "open", "must be one in which"}));
  CHECK(has(output_error([] { ensure_writable_folder(""); }), {"empty"}));
}

TEST_CASE("ensure_writable_folder: a folder on a full disk is an error") {
  OutputFolder const folder;
  std::string message;

  {
    SmallDisk const disk(100);
    message = output_error([&] { ensure_writable_folder(folder.path()); });
  }

  CHECK(has(message, {folder.path(), "write", "File too large", "free space"}));
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("ensure_writable_folder: a folder without permission to write is an error") {
  if (geteuid() == 0) {
    MESSAGE("skipped: root may write everywhere");
    return;
  }
  OutputFolder const folder;
  REQUIRE(chmod(folder.path().c_str(), 0555) == 0);

  std::string const message = output_error([&] { ensure_writable_folder(folder.path()); });
  chmod(folder.path().c_str(), 0755);

  CHECK(has(message, {folder.path(), "open", "Permission denied", "must be one in which"}));
}

TEST_CASE("remove_stale_temporaries: removes what dead processes left, and nothing else") {
  OutputFolder const folder;
  std::string const dead = std::to_string(dead_process());
  std::string const alive = std::to_string(getppid());
  std::string const stale = ".tmp-a.json-" + dead + '@' + host_name();
  std::string const in_use = ".tmp-a.json-" + alive + '@' + host_name();
  std::string const elsewhere = ".tmp-a.json-1@other-host-7";
  std::string const old_elsewhere = ".tmp-a-1.json-1@other-host-8";
  for (std::string const& name :
       {stale, in_use, elsewhere, old_elsewhere, std::string("a.json"), std::string(".tmp-notes"),
        std::string(".tmp-a-x@y"), std::string("a-" + dead + '@' + host_name())})
    write_bytes(folder / name, "x");
  timespec const two_hours_ago[2] = {{time(nullptr) - 7200, 0}, {time(nullptr) - 7200, 0}};
  REQUIRE(utimensat(AT_FDCWD, (folder / old_elsewhere).c_str(), two_hours_ago, 0) == 0);

  remove_stale_temporaries(folder.path());

  CHECK_FALSE(file_exists(folder / stale));
  CHECK_FALSE(file_exists(folder / old_elsewhere));
  CHECK(file_exists(folder / in_use));
  CHECK(file_exists(folder / elsewhere));
  CHECK(names_in(folder.path()).size() == 6);
}

TEST_CASE("remove_stale_temporaries: finds what write_atomically leaves when it is killed") {
  OutputFolder const folder;
  pid_t const writer = fork();
  REQUIRE(writer >= 0);
  if (writer == 0) {
    // SIGXFSZ kills in the middle of the write.
    std::signal(SIGXFSZ, SIG_DFL);
    rlimit const limit{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    rlimit const no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    write_atomically(folder / "a", std::string(5000, 'x'));
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(writer, &status, 0) == writer);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(names_in(folder.path()).size() == 1);

  remove_stale_temporaries(folder.path());

  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("remove_stale_temporaries: a folder that is not there has none") {
  OutputFolder const folder;

  CHECK_NOTHROW(remove_stale_temporaries(folder / "no"));
}
