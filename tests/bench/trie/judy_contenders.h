// Judy arrays, digital trees tuned to cache lines, under the name judy. They combine and copy
// nothing.

#ifndef PATHKB_TESTS_BENCH_TRIE_JUDY_CONTENDERS_H_
#define PATHKB_TESTS_BENCH_TRIE_JUDY_CONTENDERS_H_

#include <memory>

#include "tests/bench/trie/contender.h"

namespace pathkb::bench {

// JudySL, for keys without zero bytes of at most 1000 bytes. Empty.
std::unique_ptr<Contender> MakeJudyTextContender();
// JudyL, for keys that are 64-bit integers in big-endian byte order. Empty.
std::unique_ptr<Contender> MakeJudyIntegerContender();

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_JUDY_CONTENDERS_H_
