// Random terms for tests: every kind, the odd cases far more often than in life. The seed is
// printed, and can be given back: PATHKB_TEST_SEED=17 (with Bazel: --test_env=PATHKB_TEST_SEED=17).

#ifndef PATHKB_CORE_TERM_RANDOM_TERMS_H_
#define PATHKB_CORE_TERM_RANDOM_TERMS_H_

#include <cstdint>
#include <random>
#include <string>

#include "core/term/term.h"

namespace pathkb {

// The seed that the environment asks for, else a new one. Prints it.
uint64_t TestSeed();

// One thread at a time.
class RandomTerms {
 public:
  explicit RandomTerms(uint64_t seed) : random_(seed) {}

  // A term that has an encoding and a text: UTF-8, no empty symbol, at most 30 different variables.
  // Mostly small; one in some hundred is deep, or wide, or holds long texts.
  Term Next();

  // An integer near a power of two, of either sign, or any.
  int64_t Integer();
  // A float: special, of a short decimal form, or of any bits.
  double Float();
  // Up to `characters_max` characters of every plane, with a liking for quotes, blanks and NUL.
  std::string Text(size_t characters_max);
  // From 0 to `max`, both included.
  size_t UpTo(size_t max) { return std::uniform_int_distribution<size_t>(0, max)(random_); }

 private:
  Term Leaf();
  Term Expression(int levels);
  std::string SymbolName();

  std::mt19937_64 random_;
};

// `(((...)))`: the empty expression inside `depth` expressions of one child.
Term NestedTerm(size_t depth);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_RANDOM_TERMS_H_
