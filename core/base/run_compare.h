// Comparison of runs, which are mostly short: a call of memcmp() costs more than it does.

#ifndef PATHKB_CORE_BASE_RUN_COMPARE_H_
#define PATHKB_CORE_BASE_RUN_COMPARE_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pathkb {

// How many bytes `a` and `b` have in common from the front.
inline size_t CommonBytes(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  size_t common = 0;
  for (; common + 8 <= most; common += 8) {
    uint64_t a_word;
    uint64_t b_word;
    std::memcpy(&a_word, a.data() + common, 8);
    std::memcpy(&b_word, b.data() + common, 8);
    if (a_word != b_word) {
      return common + static_cast<size_t>(std::countr_zero(a_word ^ b_word)) / 8;
    }
  }
  while (common < most && a[common] == b[common]) ++common;
  return common;
}

// True if `run` is at the front of `rest`, which has at least as many bytes.
inline bool StartsWithRun(const char* rest, const char* run, size_t run_bytes) {
  size_t i = 0;
  for (; i + 8 <= run_bytes; i += 8) {
    uint64_t a;
    uint64_t b;
    std::memcpy(&a, rest + i, 8);
    std::memcpy(&b, run + i, 8);
    if (a != b) return false;
  }
  for (; i < run_bytes; ++i) {
    if (rest[i] != run[i]) return false;
  }
  return true;
}

}  // namespace pathkb

#endif  // PATHKB_CORE_BASE_RUN_COMPARE_H_
