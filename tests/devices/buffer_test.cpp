// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/buffer.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <utility>
#include <vector>

namespace ai500::testing {
namespace {

/// A device that knows how much of its memory is in use.
class Counting {
 public:
  int in_use = 0;

  void* allocate(std::size_t bytes) {
    ++in_use;
    return host_.allocate(bytes);
  }
  void deallocate(void* memory) noexcept {
    --in_use;
    host_.deallocate(memory);
  }

 private:
  devices::Host host_;
};

template <class V>
concept HasSpan = requires(V view) {
  view.span();
};

}  // namespace

TEST_CASE("Buffer: its elements are zero and aligned to 64 bytes") {
  devices::Host host;
  for (Count size : {1, 15, 16, 17, 1000}) {
    Buffer<double> buffer(host, size);
    auto const elements = buffer.view().span();
    CHECK(buffer.size() == size);
    CHECK(elements.size() == static_cast<std::size_t>(size));
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
    CHECK(std::all_of(elements.begin(), elements.end(), [](double x) { return x == 0; }));
    std::fill(elements.begin(), elements.end(), 1.5);  // for the next one
  }
}

TEST_CASE("Buffer: moving hands the elements on, and each is freed once") {
  Counting device;
  {
    Buffer<int, Counting> a(device, 3);
    int* const elements = a.data();
    elements[2] = 42;

    Buffer<int, Counting> b(std::move(a));
    CHECK(b.data() == elements);
    CHECK(b.size() == 3);
    CHECK(b.data()[2] == 42);
    CHECK(device.in_use == 1);

    Buffer<int, Counting> c(device, 7);
    c = std::move(b);
    CHECK(c.data() == elements);
    CHECK(c.size() == 3);
  }
  CHECK(device.in_use == 0);
  CHECK_FALSE(std::copy_constructible<Buffer<int>>);
  CHECK_FALSE(std::is_copy_assignable_v<Buffer<int>>);
}

TEST_CASE("Buffer: one without elements is nothing to free") {
  Buffer<float> const empty;

  CHECK(empty.data() == nullptr);
  CHECK(empty.size() == 0);
  CHECK(empty.view().span().empty());
}

TEST_CASE("View: a part begins at its offset, and writing to it writes to the whole") {
  std::vector<int> numbers{0, 1, 2, 3, 4, 5};
  View<int> const all(numbers.data(), 6);

  View<int> const part = all.part(2, 3);
  CHECK(part.size() == 3);
  CHECK(part.span()[0] == 2);
  CHECK(part.span()[2] == 4);
  part.part(1, 1).span()[0] = 30;

  CHECK(numbers == std::vector<int>{0, 1, 2, 30, 4, 5});
  CHECK(all.part(6, 0).size() == 0);
}

TEST_CASE("View: where data lives and whether they may change is part of the type") {
  CHECK(std::convertible_to<View<int>, View<int const>>);
  CHECK_FALSE(std::convertible_to<View<int const>, View<int>>);
  CHECK_FALSE(std::convertible_to<std::span<int>, View<int>>);
  CHECK_FALSE(std::convertible_to<View<int>, View<int, Counting>>);
  CHECK(HasSpan<View<int>>);
  CHECK_FALSE(HasSpan<View<int, Counting>>);
}

}  // namespace ai500::testing
