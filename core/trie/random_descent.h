// Random ways down a trie, each with the number of paths that it stands for: at a branching one way
// of n is taken, and what lies behind it stands for n times as many (Knuth, Estimating the
// Efficiency of Backtrack Programs). The mean weight of many is about the number of paths.

#ifndef PATHKB_CORE_TRIE_RANDOM_DESCENT_H_
#define PATHKB_CORE_TRIE_RANDOM_DESCENT_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

#include "core/trie/zipper.h"

namespace pathkb {

// Moves a cursor, which it borrows. The ways are the same each time for the same trie.
class RandomDescent {
 public:
  explicit RandomDescent(Zipper& zipper) : zipper_(zipper) {}

  // Begins a new way, from wherever the cursor stands.
  void Begin() { weight_ = 1; }
  // How many the present way stands for.
  double weight() const { return weight_; }

  // Goes down one byte of those that lead on; with `may_stay`, staying is one of the ways, and
  // `stayed` says whether it was taken. False at a dead end.
  bool TakeOne(bool may_stay, bool& stayed);

  // Goes on to a path with a value, by steps each of which `step` allows; false at a dead end, or
  // if it does not.
  bool GoDownToValue(absl::FunctionRef<bool()> step);

 private:
  uint64_t Random();

  Zipper& zipper_;
  double weight_ = 1;
  uint64_t random_ = 0x9E3779B97F4A7C15;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_TRIE_RANDOM_DESCENT_H_
