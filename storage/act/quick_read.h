// Integers of a .tree read without a check and without a branch, for the walks that do little else.
// They need eight bytes behind an integer's first one that may be loaded; whoever uses them
// compares with the bound when the whole node has been read.

#ifndef PATHKB_STORAGE_ACT_QUICK_READ_H_
#define PATHKB_STORAGE_ACT_QUICK_READ_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <emmintrin.h>

#include "core/base/varint.h"

namespace pathkb {

// The lowest bytes of a word, by how many.
inline constexpr std::array<uint64_t, 9> kLowBytes = {
    0,
    0xff,
    0xffff,
    0xff'ffff,
    0xffff'ffff,
    0xff'ffff'ffff,
    0xffff'ffff'ffff,
    0xff'ffff'ffff'ffff,
    0xffff'ffff'ffff'ffff,
};

// What an integer of so many further bytes has of its first byte.
inline constexpr std::array<uint8_t, 9> kFirstByte = {0xff, 0, 0, 0, 0, 0, 0, 0, 0};

// A word as it lies.
inline uint64_t Load8(const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// Takes an integer at `at`, with eight bytes behind it that may be loaded. Without a branch: long
// and short ones come in no order that a processor could guess.
__attribute__((always_inline)) inline uint64_t TakeInteger(const uint8_t*& at) {
  const unsigned first = *at;
  const uint64_t loaded = Load8(at + 1);
  const unsigned width = std::max<unsigned>(first, kVarintInlineMax) - kVarintInlineMax;
  at += 1 + width;
  return (loaded & kLowBytes[width]) | (first & kFirstByte[width]);
}

// Steps over an integer.
inline void PassInteger(const uint8_t*& at) {
  at += 1 + std::max<unsigned>(*at, kVarintInlineMax) - kVarintInlineMax;
}

// True if each of the `count` bytes at `edges`, 1 to 31, is less than the one after it; 33 bytes
// may be loaded.
__attribute__((always_inline)) inline bool DoEdgesAscend(const uint8_t* edges, unsigned count) {
  // Sixteen neighbours at a time: the saturated difference is zero where the next is not greater.
  const auto stays = [edges](int start) {
    const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(edges + start));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(edges + start + 1));
    return static_cast<uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_subs_epu8(next, here), _mm_setzero_si128())));
  };
  uint32_t wrong = stays(0);
  if (count > 17) wrong |= stays(16) << 16;
  return (wrong & ((uint32_t{1} << (count - 1)) - 1)) == 0;
}

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_QUICK_READ_H_
