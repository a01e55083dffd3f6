// What tells the copies of an unnamed fact apart in a space that keeps duplicates (DUPLICATES.md):
// bytes in the place of a name, which no name can be, as names hold no zero byte.
//
//   spaces/s/terms/<encoded term>                     the first of them, as in every space
//   spaces/s/terms/<encoded term> 00 00 00 00 02      the second
//   spaces/s/terms/<encoded term> 00 00 00 00 03      the third
//   spaces/s/terms/<encoded term>facts/1              another fact, with a name

#ifndef PATHKB_CORE_FACTS_COPY_MARK_H_
#define PATHKB_CORE_FACTS_COPY_MARK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb {

inline constexpr size_t kCopyMarkBytes = 5;
inline constexpr uint32_t kCopiesMax = UINT32_MAX;

// The mark of one of the copies, which are counted from 1: a zero byte and the number, big-endian,
// so that copies lie in their order. The first one has no mark in its key; with one, it can be told
// in a change (Change::name).
inline std::string CopyMark(uint32_t copy) {
  std::string mark(kCopyMarkBytes, '\0');
  for (size_t i = 1; i < kCopyMarkBytes; ++i) {
    mark[i] = static_cast<char>(copy >> (8 * (kCopyMarkBytes - 1 - i)) & 0xFF);
  }
  return mark;
}

// True if what follows an encoded term in a key, or stands in a change's name, is no name.
inline bool IsCopyMark(std::string_view behind_term) {
  return !behind_term.empty() && behind_term[0] == '\0';
}

// Which of the copies a fact is by what follows its term; 1 for one that is alone, for one with a
// name, and for bytes that CopyMark() does not make.
inline uint32_t CopyOf(std::string_view behind_term) {
  if (!IsCopyMark(behind_term) || behind_term.size() != kCopyMarkBytes) return 1;
  uint32_t copy = 0;
  for (size_t i = 1; i < kCopyMarkBytes; ++i) {
    copy = copy << 8 | static_cast<uint8_t>(behind_term[i]);
  }
  return copy == 0 ? 1 : copy;
}

// The fact's name by what follows its term; empty if it has none.
inline std::string_view FactNameOf(std::string_view behind_term) {
  return IsCopyMark(behind_term) ? std::string_view() : behind_term;
}

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_COPY_MARK_H_
