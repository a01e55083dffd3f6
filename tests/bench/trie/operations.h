// Runs the operations on one key set: every contender in turns, as often as asked, and the median
// of each.

#ifndef PATHKB_TESTS_BENCH_TRIE_OPERATIONS_H_
#define PATHKB_TESTS_BENCH_TRIE_OPERATIONS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "tests/bench/trie/contender.h"
#include "tests/bench/trie/key_sets.h"

namespace pathkb::bench {

// One cell of the table: the median of an operation's repetitions.
struct Figure {
  std::string_view operation;
  std::string_view contender;
  std::string_view unit;
  double value;
};

// What to run.
struct Plan {
  KeySet set = KeySet::kFacts;
  // Keys in a structure.
  size_t keys = 0;
  // Repetitions of what is timed; at least 1.
  size_t repeat = 1;
  // Names of operations; empty for all.
  std::vector<std::string> operations;
};

// Names of all operations, in the order in which they run:
//   path_bytes  bytes/key  what is left when common prefixes of keys are stored once; told of a
//                          contender named keys, as it has to do with no other
//   memory      bytes/key  what a structure holds from the allocator; left out without jemalloc
//   insert      ns/key     all keys in random order, into an empty structure
//   get         ns/key     look up all keys in another random order
//   get_batch   ns/key     the same, 64 at a time
//   miss        ns/key     look up keys that are not there but differ in the last bytes only
//   scan        ns/key     all keys in order, with value, key size and last byte
//   scan_cursor ns/key     the same by a cursor, where there is a faster way without one
//   seek_scan   us/seek    go to a random key, then read 100 entries
//   update      ns/key     copy, then set every tenth key to another value; the original stays
//   copy        ns         copy all
//   copy_edit   us         copy all, set one key, drop the copy
//   join, meet, subtract   ms  of two that have half of their keys in common
//   join_delta  ms         join with a copy in which every thousandth key was set or added
//   difference  ms         what that copy has that the original has not
//   build       ns/key     all keys in ascending order
std::vector<std::string_view> OperationNames();

// Runs what `plan` says. `kinds` are empty contenders; each repetition makes all of them do an
// operation before it is repeated, every other time in reverse. What a contender cannot do is left
// out. Structures are made before and freed after what is timed. Long key sets are not combined.
// Internal if two contenders come to different results.
absl::Status RunOperations(const Plan& plan, const std::vector<std::unique_ptr<Contender>>& kinds,
                           absl::FunctionRef<void(const Figure&)> report);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_OPERATIONS_H_
