// The node of a leaf that fits neither into its slot nor into its branch, and the sizes that nodes
// come in. Private to core/trie.

#ifndef PATHKB_CORE_TRIE_LEAF_H_
#define PATHKB_CORE_TRIE_LEAF_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pathkb {

// Size classes of an allocator that has 16-byte steps up to 128 and four classes a doubling from
// there on, as jemalloc has. Under another allocator the nodes are the same and it wastes a little.
constexpr size_t ClassBytes(unsigned size_class) {
  if (size_class <= 8) return size_t{16} * size_class;
  const unsigned above = size_class - 9;
  return (size_t{5} + above % 4) << (5 + above / 4);
}
// The smallest class that holds so many bytes.
constexpr unsigned SizeClass(size_t bytes) {
  if (bytes <= 128) return bytes <= 16 ? 1 : static_cast<unsigned>((bytes + 15) / 16);
  const unsigned shift = static_cast<unsigned>(std::bit_width(bytes - 1)) - 3;
  return 9 + 4 * (shift - 5) + static_cast<unsigned>((bytes - 1) >> shift) - 4;
}
static_assert(ClassBytes(SizeClass(1)) == 16 && ClassBytes(SizeClass(128)) == 128);
static_assert(ClassBytes(SizeClass(129)) == 160 && ClassBytes(SizeClass(160)) == 160);
static_assert(ClassBytes(SizeClass(2104)) == 2560 && ClassBytes(SizeClass(4096)) == 4096);
static_assert(SizeClass(256) == 12 && SizeClass(257) == 13 && ClassBytes(13) == 320);

// A leaf that does not fit into a slot. Made by TrieSlot::NewLeaf(); never changed.
class TrieLeaf {
 public:
  // The bytes between the byte that led here and the value.
  std::string_view run() const { return {Bytes() + ValueOffset() + value_bytes_, run_bytes()}; }
  // 0 to TrieSlot::kMaxRunBytes.
  size_t run_bytes() const {
    if (short_run_bytes_ != kLongRun) return short_run_bytes_;
    uint32_t run_bytes;
    std::memcpy(&run_bytes, Bytes() + kShortHeaderBytes, sizeof(run_bytes));
    return run_bytes;
  }
  // The value of the path that ends here.
  uint64_t value() const { return ReadValue(Bytes() + ValueOffset(), value_bytes_); }
  // The value in the first `value_bytes` of a leaf's data. 8 bytes are there to be read, whatever
  // they hold: no node is smaller than 16, and leaves with less data are inline.
  static uint64_t ReadValue(const char* data, size_t value_bytes) {
    uint64_t value;
    std::memcpy(&value, data, sizeof(value));
    return value_bytes == 8 ? value : value & ((uint64_t{1} << (8 * value_bytes)) - 1);
  }
  // How many bytes a value takes.
  static size_t ValueBytes(uint64_t value) {
    return static_cast<size_t>(std::bit_width(value) + 7) / 8;
  }
  // What it takes in the node.
  size_t value_bytes() const { return value_bytes_; }
  size_t AllocationBytes() const { return AllocationBytes(run_bytes(), value_bytes_); }

 private:
  friend class TrieSlot;

  static constexpr size_t kShortHeaderBytes = 6;
  static constexpr size_t kLongHeaderBytes = 10;
  static constexpr uint8_t kLongRun = 255;

  TrieLeaf(size_t run_bytes, size_t value_bytes);
  static size_t HeaderBytes(size_t run_bytes) {
    return run_bytes < kLongRun ? kShortHeaderBytes : kLongHeaderBytes;
  }
  static size_t AllocationBytes(size_t run_bytes, size_t value_bytes);

  size_t ValueOffset() const {
    return short_run_bytes_ == kLongRun ? kLongHeaderBytes : kShortHeaderBytes;
  }
  const char* Bytes() const { return reinterpret_cast<const char*>(this); }
  char* Bytes() { return reinterpret_cast<char*>(this); }

  std::atomic<uint32_t> references_{1};
  uint8_t value_bytes_;
  uint8_t short_run_bytes_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_LEAF_H_
