// What operations work on: lists of keys, and structures filled with them. All is made when it is
// first asked for, so that a run of one operation prepares no more than that one needs.

#ifndef PATHKB_TESTS_BENCH_TRIE_FIXTURE_H_
#define PATHKB_TESTS_BENCH_TRIE_FIXTURE_H_

#include <cstddef>
#include <memory>
#include <optional>

#include "tests/bench/trie/contender.h"
#include "tests/bench/trie/key_list.h"
#include "tests/bench/trie/key_sets.h"

namespace pathkb::bench {

// The keys of one key set. One thread at a time.
class KeyFixture {
 public:
  KeyFixture(KeySet set, size_t keys) : set_(set), count_(keys) {}

  KeySet set() const { return set_; }

  // As many keys as asked for, in random order.
  const KeyList& keys();
  // The same in another random order.
  const KeyList& hits();
  // As many that are not among them.
  const KeyList& misses();
  // The same keys in byte order.
  const KeyList& sorted();
  // Some of the keys, at random: where short scans start.
  const KeyList& starts();
  // Every tenth of the keys, at random, with new values.
  const KeyList& updates();
  // A thousandth as many: half of them keys with new values, half of them new keys.
  const KeyList& edits();
  // As many keys as asked for each, at random; half of them are in both.
  const KeyList& left();
  const KeyList& right();

 private:
  const KeySet set_;
  const size_t count_;
  std::optional<KeyList> keys_, hits_, misses_, sorted_, starts_, updates_, edits_, left_, right_;
};

// The structures of one kind of contender, over one KeyFixture that must outlive it. One thread at
// a time.
class ContenderFixture {
 public:
  // `kind` is borrowed, too.
  ContenderFixture(const Contender* kind, KeyFixture* keys) : kind_(kind), keys_(keys) {}

  const Contender& kind() const { return *kind_; }
  KeyFixture& keys() { return *keys_; }

  // Has all keys.
  const Contender& filled();
  // Uses one that an operation has filled with all keys anyhow.
  void set_filled(std::unique_ptr<Contender> filled) { filled_ = std::move(filled); }
  // A copy of filled() with the edits. Null if this kind cannot be copied.
  const Contender* edited();
  // Have the keys of that name.
  const Contender& left();
  const Contender& right();

 private:
  const Contender& Filled(std::unique_ptr<Contender>* contender, const KeyList& keys);

  const Contender* const kind_;
  KeyFixture* const keys_;
  std::unique_ptr<Contender> filled_, edited_, left_, right_;
};

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_FIXTURE_H_
