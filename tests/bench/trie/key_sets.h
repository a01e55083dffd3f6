// The keys that tries are measured with: what paths of facts look like, and two extremes.
//
//   facts    spaces/s3/facts/domain7/entity_99182/attr4     few spaces and domains are common
//   dense    00 00 00 00 00 0F 42 3F                        integers in big-endian byte order
//   sexpr    (parent person_48213 person_9912)              few of twenty relations are common
//   long     300 bytes, of which 280 are shared by about a dozen keys

#ifndef PATHKB_TESTS_BENCH_TRIE_KEY_SETS_H_
#define PATHKB_TESTS_BENCH_TRIE_KEY_SETS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/trie/key_list.h"

namespace pathkb::bench {

enum class KeySet { kFacts, kDense, kSexpr, kLong };

inline constexpr KeySet kKeySets[] = {KeySet::kFacts, KeySet::kDense, KeySet::kSexpr,
                                      KeySet::kLong};

// As above.
std::string_view KeySetName(KeySet set);

// `count` distinct keys in random order, always the same ones; the value of each is its index. The
// dense ones are 0 to count - 1.
KeyList MakeKeys(KeySet set, size_t count);

// A key of the dense set.
std::string DenseKey(uint64_t number);

// For each key one that `keys` does not have, and that differs from it in one of its last bytes;
// for the dense ones, the integer that is as far behind the last one. The values mean nothing.
KeyList MakeMisses(KeySet set, const KeyList& keys);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_TRIE_KEY_SETS_H_
