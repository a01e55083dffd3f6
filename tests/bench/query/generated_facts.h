// A knowledge base of any size that has what makes queries hard: few nodes with many edges, many
// with few, and texts that nothing shares.
//
//   (edge 17 4)                    from a node to a node, both by number; 55 in 100 facts
//   (attribute 17 note "...")      a text of 8 or so words for a node and a key; 43 in 100
//   (link 3 5)                     edges among the first nodes only, for questions about all of
//                                  them; 2 in 100

#ifndef PATHKB_TESTS_BENCH_QUERY_GENERATED_FACTS_H_
#define PATHKB_TESTS_BENCH_QUERY_GENERATED_FACTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace pathkb::bench {

// Writes nearly `facts` facts to a new file, one a line, sorted by relation and first argument;
// returns how many. The same file for the same number. Memory: 16 bytes a fact.
absl::StatusOr<uint64_t> WriteGeneratedFacts(uint64_t facts, const std::string& path);

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_QUERY_GENERATED_FACTS_H_
