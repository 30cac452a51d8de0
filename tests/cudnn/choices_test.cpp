// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/choices.hpp>
//
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <ai500/core/error.hpp>

using namespace ai500;
using namespace ai500::kernels::cudnn;

namespace {

/// A file's name in the temporary folder; the file goes with it.
struct TemporaryFile {
  std::string name = (std::filesystem::temp_directory_path() /
                      ("ai500_choices_" + std::to_string(getpid()) + ".tsv"))
                         .string();
  ~TemporaryFile() { std::filesystem::remove(name); }
};

Choice const first{"NVIDIA H200", "cuDNN 9.19.0", "convolution 8x8x8x8, FP16", 2, 62, 12.5};

}  // namespace

TEST_CASE("Choices: what was added is there when the file is read again") {
  TemporaryFile file;
  Choice other = first;
  other.pattern = "data gradient";
  {
    Choices choices(file.name);
    CHECK(choices.all().empty());
    choices.add(first);
    choices.add(other);
  }

  Choices const again(file.name);

  CHECK(again.all() == std::vector<Choice>{first, other});
  CHECK(again.find(first.device, first.library, first.pattern) == first);
  CHECK(!again.find("NVIDIA B200", first.library, first.pattern));
  CHECK(!again.find(first.device, "cuDNN 9.20.0", first.pattern));
}

TEST_CASE("Choices: a newer choice takes the place of the older one") {
  TemporaryFile file;
  Choices choices(file.name);
  choices.add(first);
  Choice newer = first;
  newer.candidate = 0;

  choices.add(newer);

  CHECK(Choices(file.name).all() == std::vector<Choice>{newer});
}

TEST_CASE("Choices: a line that is none is named, a folder cannot be read, nor one be written in") {
  TemporaryFile file;
  std::ofstream(file.name) << "# comment\nNVIDIA H200\tcuDNN 9.19.0\tconvolution\tsecond\t62\t1\n";

  CHECK_THROWS_WITH_AS(Choices{file.name}, doctest::Contains("line 2 of"), UsageError);
  CHECK_THROWS_WITH_AS(Choices{std::filesystem::temp_directory_path().string()},
                       doctest::Contains("cannot be read"), UsageError);
  Choices nowhere("/nowhere/at/all.tsv");
  CHECK_THROWS_WITH_AS(nowhere.add(first), doctest::Contains("/nowhere/at/all.tsv"), OutputError);
}

TEST_CASE("fastest: the least, the first of equals") {
  CHECK(fastest({3, 1, 2}) == 1);
  CHECK(fastest({2, 1, 1}) == 1);
}
