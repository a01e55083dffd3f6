// Whether a cursor keeps the contract of core/trie/zipper.h, whatever it walks over.

#ifndef PATHKB_TESTS_FUZZ_ZIPPER_CHECK_H_
#define PATHKB_TESTS_FUZZ_ZIPPER_CHECK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/trie/zipper.h"
#include "tests/fuzz/target.h"

namespace pathkb::fuzz {

// Whether all paths that the cursor can reach, with a value or without, are but a few thousand. The
// moves that core/trie/zipper.h makes of other moves pass through every dead end on their way, of
// which a small file can describe any number.
bool IsSmall(const Zipper& zipper);

// What is known of what a cursor walks over.
struct Walked {
  bool is_small = false;  // IsSmall(); if not, moves that pass through all dead ends are left out.
  bool is_sound = false;  // No damage: all ways to a path lead to the same place.
};

// Makes some dozens of moves and checks what must hold for each without knowing what is there: a
// move that fails leaves the cursor where it was, others lead where they say, and a fork is at the
// same place.
void MoveAtRandom(Zipper& zipper, const Walked& walked, InputRandom& random);

// Checks the moves from value to value against `entries`, which must be all that the cursor, at its
// root, can reach; only if IsSmall(). `targets` are sought.
void CheckAgainstEntries(Zipper& zipper, const std::map<std::string, uint64_t>& entries,
                         const std::vector<std::string>& targets);

}  // namespace pathkb::fuzz

#endif  // PATHKB_TESTS_FUZZ_ZIPPER_CHECK_H_
