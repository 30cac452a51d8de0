// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace ai500 {

/// Objects that live as long as a device, at most one a type: what a library needs once a device,
/// a handle for example. The device knows none of the types.
class Attachments {
 public:
  /// The object of type T; `make() -> std::shared_ptr<T>` makes it when it is first asked for.
  template <class T, class Make>
  T& get(Make const& make) {
    if (T* const known = find<T>()) return *known;
    std::shared_ptr<T> made = make();
    objects_.emplace_back(&key<T>, made);
    return *made;
  }

  /// The object of type T; null when nobody has made it.
  template <class T>
  T* find() const {
    auto const known = std::ranges::find(objects_, &key<T>, &Object::first);
    return known == objects_.end() ? nullptr : static_cast<T*>(known->second.get());
  }

  /// Ends all of them, the last one first.
  void clear() noexcept {
    while (!objects_.empty()) objects_.pop_back();
  }

 private:
  using Object = std::pair<void const*, std::shared_ptr<void>>;
  template <class T>
  static constexpr char key = 0;  // its address tells types apart

  std::vector<Object> objects_;
};

}  // namespace ai500
