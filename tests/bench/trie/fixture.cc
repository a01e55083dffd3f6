#include "tests/bench/trie/fixture.h"

#include <algorithm>
#include <utility>

namespace pathkb::bench {

namespace {

constexpr uint64_t kSeed = 19850610;

template <class Make>
const KeyList& Once(std::optional<KeyList>* list, const Make& make) {
  if (!list->has_value()) *list = make();
  return **list;
}

// Entry ids that no key has had before.
uint64_t NewValue(size_t keys, size_t index) { return 4 * keys + index; }

}  // namespace

const KeyList& KeyFixture::keys() {
  return Once(&keys_, [&] { return MakeKeys(set_, count_); });
}

const KeyList& KeyFixture::hits() {
  return Once(&hits_, [&] { return keys().Shuffled(kSeed); });
}

const KeyList& KeyFixture::misses() {
  return Once(&misses_, [&] { return MakeMisses(set_, hits()); });
}

const KeyList& KeyFixture::sorted() {
  return Once(&sorted_, [&] { return keys().Sorted(); });
}

const KeyList& KeyFixture::starts() {
  constexpr size_t kStarts = 10'000;
  return Once(&starts_,
              [&] { return keys().Shuffled(kSeed + 1).Slice(0, std::min(kStarts, count_)); });
}

const KeyList& KeyFixture::updates() {
  return Once(&updates_, [&] {
    const KeyList chosen = keys().Shuffled(kSeed + 2).Slice(0, std::max<size_t>(count_ / 10, 1));
    KeyList result;
    for (size_t i = 0; i < chosen.size(); ++i) result.Add(chosen.key(i), NewValue(count_, i));
    return result;
  });
}

const KeyList& KeyFixture::edits() {
  return Once(&edits_, [&] {
    const size_t edits = std::max<size_t>(count_ / 1000, 2);
    const KeyList chosen = keys().Shuffled(kSeed + 3).Slice(0, edits);
    KeyList result;
    for (size_t i = 0; i < edits; ++i) {
      result.Add(i % 2 == 0 ? chosen.key(i) : misses().key(i), NewValue(count_, i));
    }
    return result;
  });
}

const KeyList& KeyFixture::left() {
  return Once(&left_, [&] {
    const KeyList pool = MakeKeys(set_, count_ + count_ / 2);
    right_ = pool.Slice(count_ / 2, pool.size());
    return pool.Slice(0, count_);
  });
}

const KeyList& KeyFixture::right() {
  left();
  return *right_;
}

const Contender& ContenderFixture::Filled(std::unique_ptr<Contender>* contender,
                                          const KeyList& keys) {
  if (*contender == nullptr) {
    *contender = kind_->Empty();
    (*contender)->Insert(keys);
  }
  return **contender;
}

const Contender& ContenderFixture::filled() { return Filled(&filled_, keys_->keys()); }
const Contender& ContenderFixture::left() { return Filled(&left_, keys_->left()); }
const Contender& ContenderFixture::right() { return Filled(&right_, keys_->right()); }

const Contender* ContenderFixture::edited() {
  if (edited_ == nullptr) {
    edited_ = filled().Copy();
    if (edited_ != nullptr) edited_->Insert(keys_->edits());
  }
  return edited_.get();
}

}  // namespace pathkb::bench
