// PathTrie as a contender, under the name pathtrie.

#ifndef PATHKB_TESTS_BENCH_TRIE_PATH_TRIE_CONTENDER_H_
#define PATHKB_TESTS_BENCH_TRIE_PATH_TRIE_CONTENDER_H_

#include <memory>

#include "tests/bench/trie/contender.h"

namespace pathkb::bench {

// An empty one.
std::unique_ptr<Contender> MakePathTrieContender();

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_PATH_TRIE_CONTENDER_H_
