// A set of byte values in 256 bits: the children of a trie node, or the bytes a walk may take.

#ifndef PATHKB_CORE_BASE_BYTE_MASK_H_
#define PATHKB_CORE_BASE_BYTE_MASK_H_

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

namespace pathkb {

// A value type of four words; bit `b & 63` of word `b >> 6` stands for byte `b`.
class ByteMask {
 public:
  constexpr ByteMask() = default;
  constexpr explicit ByteMask(const std::array<uint64_t, 4>& words) : words_(words) {}

  // All bytes from `first` to `last`, both included; none if first > last.
  static constexpr ByteMask Range(unsigned first, unsigned last) {
    ByteMask mask;
    for (unsigned byte = first; byte <= last; ++byte) mask.Set(static_cast<uint8_t>(byte));
    return mask;
  }

  constexpr bool Test(uint8_t byte) const { return (words_[byte >> 6] >> (byte & 63)) & 1; }
  constexpr void Set(uint8_t byte) { words_[byte >> 6] |= uint64_t{1} << (byte & 63); }
  constexpr void Clear(uint8_t byte) { words_[byte >> 6] &= ~(uint64_t{1} << (byte & 63)); }

  constexpr bool empty() const { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }

  // Number of bytes in the set, 0 to 256.
  constexpr int count() const {
    int count = 0;
    for (uint64_t word : words_) count += std::popcount(word);
    return count;
  }

  // Number of bytes in the set that are smaller than `byte`: the index of its child.
  constexpr int Rank(uint8_t byte) const {
    int rank = 0;
    for (int i = 0; i < (byte >> 6); ++i) rank += std::popcount(words_[i]);
    return rank + std::popcount(words_[byte >> 6] & ((uint64_t{1} << (byte & 63)) - 1));
  }

  // The smallest byte at or above `from` (0 to 256); nullopt if there is none.
  constexpr std::optional<uint8_t> NextFrom(unsigned from) const {
    if (from > 255) return std::nullopt;
    unsigned index = from >> 6;
    uint64_t word = words_[index] & (~uint64_t{0} << (from & 63));
    while (word == 0) {
      if (++index == 4) return std::nullopt;
      word = words_[index];
    }
    return static_cast<uint8_t>(index * 64 + std::countr_zero(word));
  }

  // The largest byte strictly below `below` (0 to 256); nullopt if there is none.
  constexpr std::optional<uint8_t> LastBelow(unsigned below) const {
    for (int index = 3; index >= 0; --index) {
      uint64_t word = words_[index];
      const unsigned base = static_cast<unsigned>(index) * 64;
      if (below <= base) continue;
      if (below - base < 64) word &= (uint64_t{1} << (below - base)) - 1;
      if (word != 0) return static_cast<uint8_t>(base + 63 - std::countl_zero(word));
    }
    return std::nullopt;
  }

  constexpr std::optional<uint8_t> first() const { return NextFrom(0); }
  constexpr std::optional<uint8_t> last() const { return LastBelow(256); }

  constexpr const std::array<uint64_t, 4>& words() const { return words_; }

  friend constexpr ByteMask operator&(const ByteMask& a, const ByteMask& b) {
    ByteMask result;
    for (int i = 0; i < 4; ++i) result.words_[i] = a.words_[i] & b.words_[i];
    return result;
  }
  friend constexpr ByteMask operator|(const ByteMask& a, const ByteMask& b) {
    ByteMask result;
    for (int i = 0; i < 4; ++i) result.words_[i] = a.words_[i] | b.words_[i];
    return result;
  }
  friend constexpr bool operator==(const ByteMask&, const ByteMask&) = default;

 private:
  std::array<uint64_t, 4> words_ = {};
};

}  // namespace pathkb

#endif  // PATHKB_CORE_BASE_BYTE_MASK_H_
