// Ordered maps with the keys as strings: absl::btree_map under the name btree, which all others are
// compared with, and std::map under the name map.

#ifndef PATHKB_TESTS_BENCH_TRIE_MAP_CONTENDERS_H_
#define PATHKB_TESTS_BENCH_TRIE_MAP_CONTENDERS_H_

#include <memory>

#include "tests/bench/trie/contender.h"

namespace pathkb::bench {

// Empty ones.
std::unique_ptr<Contender> MakeBtreeContender();
std::unique_ptr<Contender> MakeStdMapContender();

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_MAP_CONTENDERS_H_
