// The path of a walk, to which the runs of slots are appended. Private to core/trie.

#ifndef PATHKB_CORE_TRIE_PATH_BUFFER_H_
#define PATHKB_CORE_TRIE_PATH_BUFFER_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/base/short_copy.h"
#include "core/trie/node.h"

namespace pathkb {

// Bytes to be written and cut off again; how many of them count is the user's affair.
class PathBuffer {
 public:
  PathBuffer() : bytes_(256, '\0') {}

  char* data() { return bytes_.data(); }
  const char* data() const { return bytes_.data(); }
  std::string_view Prefix(size_t bytes) const { return {data(), bytes}; }

  // Makes room for `bytes` bytes.
  void Reserve(size_t bytes) {
    if (bytes + kSpareBytes > bytes_.size()) bytes_.resize((bytes + kSpareBytes) * 2);
  }

  // Writes a slot's run behind the first `start` bytes; returns how many there are then.
  size_t Append(size_t start, const TrieSlot& slot) {
    const std::string_view run = slot.run();
    const size_t bytes = run.size();
    Reserve(start + bytes);
    char* const to = data() + start;
    if (slot.is_inline()) {
      const uint64_t word = slot.bits() >> 8;  // All that a slot can hold.
      std::memcpy(to, &word, sizeof(word));
    } else {
      CopyShort(to, run.data(), bytes);
    }
    return start + bytes;
  }

 private:
  static constexpr size_t kSpareBytes = 16;  // More than is ever written too much.

  std::string bytes_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_PATH_BUFFER_H_
