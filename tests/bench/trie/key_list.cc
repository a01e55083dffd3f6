#include "tests/bench/trie/key_list.h"

#include <algorithm>
#include <numeric>

#include "core/base/check.h"
#include "tests/bench/trie/random.h"

namespace pathkb::bench {

namespace {

std::vector<uint32_t> InOrder(size_t begin, size_t end) {
  std::vector<uint32_t> order(end - begin);
  std::iota(order.begin(), order.end(), static_cast<uint32_t>(begin));
  return order;
}

}  // namespace

KeyList KeyList::Select(const std::vector<uint32_t>& order) const {
  KeyList result;
  size_t bytes = 0;
  for (const uint32_t index : order) bytes += key(index).size();
  result.Reserve(order.size(), bytes);
  for (const uint32_t index : order) result.Add(key(index), value(index));
  return result;
}

KeyList KeyList::Slice(size_t begin, size_t end) const {
  PATHKB_CHECK(begin <= end && end <= size());
  return Select(InOrder(begin, end));
}

KeyList KeyList::Shuffled(uint64_t seed) const {
  std::vector<uint32_t> order = InOrder(0, size());
  Random random(seed);
  random.Shuffle(&order);
  return Select(order);
}

KeyList KeyList::Sorted() const {
  std::vector<uint32_t> order = InOrder(0, size());
  std::sort(order.begin(), order.end(),
            [this](uint32_t left, uint32_t right) { return key(left) < key(right); });
  return Select(order);
}

uint64_t KeyList::DistinctPathBytes() const {
  uint64_t bytes = 0;
  std::string_view last;
  for (size_t i = 0; i < size(); ++i) {
    const std::string_view present = key(i);
    PATHKB_CHECK(i == 0 || last < present);
    const auto end = std::mismatch(last.begin(), last.end(), present.begin(), present.end()).second;
    bytes += static_cast<uint64_t>(present.end() - end);
    last = present;
  }
  return bytes;
}

}  // namespace pathkb::bench
