// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/attachments.hpp>
//
#include <doctest/doctest.h>

#include <memory>
#include <vector>

using namespace ai500;

namespace {

template <int number>
struct Noted {
  explicit Noted(std::vector<int>* list) : ended(list) {}
  std::vector<int>* ended;
  ~Noted() { ended->push_back(number); }
};

}  // namespace

TEST_CASE("Attachments: an object a type, made once, ended last one first") {
  std::vector<int> ended;
  Attachments attachments;
  int made = 0;
  auto first = [&] {
    ++made;
    return std::make_shared<Noted<1>>(&ended);
  };

  CHECK(attachments.find<Noted<1>>() == nullptr);
  Noted<1>& one = attachments.get<Noted<1>>(first);
  CHECK(&attachments.get<Noted<1>>(first) == &one);
  CHECK(attachments.find<Noted<1>>() == &one);
  CHECK(attachments.find<Noted<2>>() == nullptr);
  attachments.get<Noted<2>>([&] { return std::make_shared<Noted<2>>(&ended); });
  CHECK(made == 1);
  CHECK(ended.empty());

  attachments.clear();

  CHECK(ended == std::vector<int>{2, 1});
  CHECK(attachments.find<Noted<1>>() == nullptr);
}
