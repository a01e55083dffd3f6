// Sums that stop at 2^64 - 1 instead of wrapping: a small .tree may describe more paths than a
// number can count, because subtries are shared.

#ifndef PATHKB_STORAGE_TOOL_SATURATING_H_
#define PATHKB_STORAGE_TOOL_SATURATING_H_

#include <cstdint>
#include <limits>

namespace pathkb {

// a + b, at most 2^64 - 1.
inline uint64_t AddSaturating(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<uint64_t>::max() : sum;
}

// a * b, at most 2^64 - 1.
inline uint64_t MultiplySaturating(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<uint64_t>::max() : product;
}

// a - b, at least 0.
inline uint64_t SubtractSaturating(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_SATURATING_H_
