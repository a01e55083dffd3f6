// What is measured: an ordered structure from keys to 64-bit values. Each call does one operation
// for a whole list of keys, so that the loop over the keys is compiled together with the structure
// and nothing virtual is in what is timed.

#ifndef PATHKB_TESTS_BENCH_TRIE_CONTENDER_H_
#define PATHKB_TESTS_BENCH_TRIE_CONTENDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <time.h>

#include "tests/bench/trie/key_list.h"

namespace pathkb::bench {

// Two structures into one. Of keys that both have, join and meet take the right one's value;
// difference takes the left one's keys that the right one has not, or has with another value.
enum class Combination { kJoin, kMeet, kSubtract, kDifference };

// Processor time that this thread takes from the construction on: unlike the clock on the wall it
// does not count what other programs on the machine take. Nothing that is timed waits for anything.
class Stopwatch {
 public:
  // So far.
  double Seconds() const { return Now() - began_; }

 private:
  static double Now() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  const double began_ = Now();
};

// One thread at a time. What a call returns is the same for all that do the same, and depends on
// every value looked at: results can be compared, and no compiler can leave them out. A value
// counts as one more than it is, so that 0 counts, too. All sums are modulo 2^64.
class Contender {
 public:
  Contender() = default;
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;
  virtual ~Contender() = default;

  // The same name for all of one kind.
  virtual std::string_view name() const = 0;
  // An empty one of the same kind.
  virtual std::unique_ptr<Contender> Empty() const = 0;

  // Sets each key to its value, one after the other.
  virtual void Insert(const KeyList& keys) = 0;
  // Looks each key up, one after the other; the sum of the values found.
  virtual uint64_t Get(const KeyList& keys) const = 0;
  // All in key order; the sum of the values, of the bytes of all keys and of their last bytes.
  virtual uint64_t Scan() const = 0;
  // For each of `starts` the first `count` keys at or after it; the sum of the values.
  virtual uint64_t ScanFrom(const KeyList& starts, size_t count) const = 0;

  // --- What not all can: nothing, if this one cannot ---------------------------------------------

  // As Get(), many keys at a time.
  virtual std::optional<uint64_t> GetBatch(const KeyList& /*keys*/) const { return std::nullopt; }
  // As Scan(), by a cursor that could also go anywhere else.
  virtual std::optional<uint64_t> ScanByCursor() const { return std::nullopt; }
  // One with these keys, which are sorted, as fast as there is a way.
  virtual std::unique_ptr<Contender> Build(const KeyList& /*sorted*/) const { return nullptr; }
  virtual std::unique_ptr<Contender> Copy() const { return nullptr; }
  // Seconds that one copy takes; freeing it is not in it.
  virtual std::optional<double> CopySeconds() const { return std::nullopt; }
  // Seconds that it takes to copy all, set a key in the copy and drop it.
  virtual std::optional<double> CopyAndEditSeconds(const KeyList& /*edits*/) const {
    return std::nullopt;
  }
  // A new one from this one and `right`, which is of the same kind.
  virtual std::unique_ptr<Contender> Combine(Combination /*combination*/,
                                             const Contender& /*right*/) const {
    return nullptr;
  }
};

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_CONTENDER_H_
