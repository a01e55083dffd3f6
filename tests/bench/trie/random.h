// Random numbers that are the same everywhere: of the standard library only the generator is, its
// distributions and std::shuffle are not.

#ifndef PATHKB_TESTS_BENCH_TRIE_RANDOM_H_
#define PATHKB_TESTS_BENCH_TRIE_RANDOM_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace pathkb::bench {

// One thread at a time.
class Random {
 public:
  explicit Random(uint64_t seed) : generator_(seed) {}

  // 0 to `count` - 1, each as likely; `count` is far below 2^64 and not 0.
  uint64_t Below(uint64_t count) { return generator_() % count; }
  // 0 to 1, the latter excluded.
  double Fraction() { return static_cast<double>(generator_() >> 11) * 0x1.0p-53; }

  // Any order is as likely.
  template <class T>
  void Shuffle(std::vector<T>* items) {
    for (size_t left = items->size(); left > 1; --left) {
      std::swap((*items)[left - 1], (*items)[Below(left)]);
    }
  }

 private:
  std::mt19937_64 generator_;
};

// Draws 0 to count - 1, where i is as likely as 1 / (i + 1)^exponent says: few are common, many
// rare. Immutable.
class Zipf {
 public:
  Zipf(size_t count, double exponent) {
    double sum = 0;
    sums_.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      sum += std::pow(static_cast<double>(i + 1), -exponent);
      sums_.push_back(sum);
    }
  }

  // The next one. O(log count).
  uint64_t Draw(Random* random) const {
    const double at = random->Fraction() * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return std::min<uint64_t>(found - sums_.begin(), sums_.size() - 1);
  }

 private:
  std::vector<double> sums_;
};

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_RANDOM_H_
