// The same facts as a query can meet them: all in memory, all in a mapped file, or most in a file
// and the changes since in memory, with tombstones. The keys are made here, as core/facts/keys.h
// and the argument index are documented, not by the code that the server uses.

#ifndef PATHKB_TESTS_QUERY_FACT_WORLDS_H_
#define PATHKB_TESTS_QUERY_FACT_WORLDS_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/query/fact_source.h"
#include "tests/query/random_facts.h"
#include "tests/support/naive_facts.h"

namespace pathkb {

// The space that the facts are in; there are others beside it.
inline constexpr std::string_view kWorldSpace = "s";

// Every key with the bytes of its entry, none for a plain fact.
using WorldKeys = std::map<std::string, std::string>;

// Bytes of the entry that a fact has.
std::string EntryBytesOf(const NaiveFact& fact);

// The keys of the facts: terms/, facts/, and for each of `positions` the index by that argument
// with the key that says it is whole. Keys of other spaces that sort before and behind, too.
WorldKeys KeysOf(const NaiveFacts& facts, const std::vector<int>& positions);

// All of them in a trie in memory.
std::unique_ptr<FactSource> InMemory(const WorldKeys& keys);

// All of them in a .tree file; "mapped" memory ends where the file does.
std::unique_ptr<FactSource> InFile(const WorldKeys& keys);

// Some of them in a file, which has others, too, and some with other entries, and over it a trie
// that makes up for it: sets, deletes, and now and then one tombstone for the whole space.
std::unique_ptr<FactSource> InBoth(const WorldKeys& keys, RandomFacts& random);

}  // namespace pathkb

#endif  // PATHKB_TESTS_QUERY_FACT_WORLDS_H_
