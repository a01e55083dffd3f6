// More keys than fit into memory, made one after the other in ascending order:
//
//   spaces/s1/facts/entity_000000004711/attr4      gaps between the numbers vary

#ifndef PATHKB_TESTS_BENCH_FILES_GENERATED_KEYS_H_
#define PATHKB_TESTS_BENCH_FILES_GENERATED_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pathkb::bench {

// A sequence that is always the same. Views of the key are valid until the next Next(). One thread
// at a time; some nanoseconds a key.
class GeneratedKeys {
 public:
  explicit GeneratedKeys(uint64_t count) : count_(count) {}

  // Goes to the next key, the first at first; false behind the last of `count`.
  bool Next() {
    if (index_ == count_) return false;
    Set(index_);
    ++index_;
    return true;
  }
  // Makes key number `index` the present one; the next Next() goes on as if this had not been.
  void Set(uint64_t index) {
    const uint64_t mixed = Mix(index);
    uint64_t number = index * kGapMax + mixed % kGapMax;
    for (size_t digit = kNumberEnd; digit > kNumberEnd - kDigits; --digit) {
      key_[digit - 1] = static_cast<char>('0' + number % 10);
      number /= 10;
    }
    key_.back() = static_cast<char>('0' + mixed / kGapMax % 10);
    // As large as ids of entries may be in such a file, but in no order.
    value_ = mixed >> 36;
  }

  std::string_view key() const { return key_; }
  uint64_t value() const { return value_; }

 private:
  static constexpr uint64_t kGapMax = 97;
  static constexpr size_t kDigits = 12;
  static constexpr std::string_view kFront = "spaces/s1/facts/entity_";
  static constexpr size_t kNumberEnd = kFront.size() + kDigits;

  // SplitMix64.
  static uint64_t Mix(uint64_t index) {
    uint64_t z = (index + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  const uint64_t count_;
  uint64_t index_ = 0;
  std::string key_ = std::string(kFront) + std::string(kDigits, '0') + "/attr0";
  uint64_t value_ = 0;
};

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_GENERATED_KEYS_H_
