// Keys in one piece of memory, in the order in which an operation wants them, so that what is timed
// is the structure that is asked and not the way to the question.
//
//   bytes_     s p a c e s / s 3 / f 0   s p a c e s / s 1 0 ...     a zero byte behind each key
//   starts_    0                         12 ...                      and the end of the last one
//   values_    4711                      12 ...

#ifndef PATHKB_TESTS_BENCH_TRIE_KEY_LIST_H_
#define PATHKB_TESTS_BENCH_TRIE_KEY_LIST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pathkb::bench {

// Keys and the value of each. Views of keys are valid until the next Add(). One thread at a time
// while it grows, immutable then.
class KeyList {
 public:
  // Makes room for `keys` keys of `bytes` bytes together.
  void Reserve(size_t keys, size_t bytes) {
    bytes_.reserve(bytes + keys);
    starts_.reserve(keys + 1);
    values_.reserve(keys);
  }
  // Adds a key at the end; one that is there already is there twice then.
  void Add(std::string_view key, uint64_t value) {
    bytes_.append(key);
    bytes_.push_back('\0');
    starts_.push_back(bytes_.size());
    values_.push_back(value);
  }

  size_t size() const { return values_.size(); }
  // All bytes of all keys.
  size_t total_bytes() const { return bytes_.size() - size(); }

  // A zero byte stands behind it.
  std::string_view key(size_t index) const {
    return {bytes_.data() + starts_[index], starts_[index + 1] - starts_[index] - 1};
  }
  uint64_t value(size_t index) const { return values_[index]; }

  // The keys `order` names by index, in that order.
  KeyList Select(const std::vector<uint32_t>& order) const;
  // The keys `begin` to `end`, the latter excluded.
  KeyList Slice(size_t begin, size_t end) const;
  // All keys in another order, that `seed` decides.
  KeyList Shuffled(uint64_t seed) const;
  // All keys in byte order.
  KeyList Sorted() const;

  // Bytes that are left when no two keys store a common prefix twice: the edges of the bytewise
  // trie of all keys, which must be sorted.
  uint64_t DistinctPathBytes() const;

 private:
  std::string bytes_;
  std::vector<size_t> starts_ = {0};
  std::vector<uint64_t> values_;
};

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_KEY_LIST_H_
