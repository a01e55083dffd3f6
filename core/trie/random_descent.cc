#include "core/trie/random_descent.h"

namespace pathkb {

bool RandomDescent::TakeOne(bool may_stay, bool& stayed) {
  const ByteMask mask = zipper_.child_mask();
  const uint64_t ways = static_cast<uint64_t>(mask.count()) + (may_stay ? 1 : 0);
  if (ways == 0) return false;
  weight_ *= static_cast<double>(ways);
  uint64_t way = Random() % ways;
  stayed = may_stay && way == 0;
  if (stayed) return true;
  if (may_stay) --way;
  auto byte = mask.first();
  for (; way > 0; --way) byte = mask.NextFrom(*byte + 1u);
  return zipper_.DescendByte(*byte);
}

bool RandomDescent::GoDownToValue(absl::FunctionRef<bool()> step) {
  for (;;) {
    const bool has_value = zipper_.value().has_value();
    if (!has_value && zipper_.DescendRun() > 0) continue;
    if (has_value && zipper_.child_count() == 0) return true;
    bool stayed = false;
    if (!step() || !TakeOne(has_value, stayed)) return false;
    if (stayed) return true;
  }
}

uint64_t RandomDescent::Random() {
  // xorshift
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_ >> 11;
}

}  // namespace pathkb
