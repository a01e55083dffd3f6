// The questions that are asked of PathKB and of SQLite, each in both languages.

#ifndef PATHKB_TESTS_BENCH_QUERY_BENCH_CASE_H_
#define PATHKB_TESTS_BENCH_QUERY_BENCH_CASE_H_

#include <string_view>
#include <vector>

namespace pathkb::bench {

// One kind of question. Immutable.
struct BenchCase {
  std::string_view name;
  // Of PathKB; $p1, $p2, ... are given.
  std::string_view pattern;
  // The same for SQLite; ?1, ?2, ... are $p1, $p2, ...
  std::string_view sql;
  // Where the given values come from: arguments, counted from 1, of facts of this relation. None:
  // the question is about all there is, and asked once at a time.
  std::string_view relation = {};
  std::vector<int> given = {};
  // Of a single pattern with given values: through which index it is looked for as a prepared
  // search (0: the terms). -1: is not.
  int position = -1;
  // Is asked without the index, too, by walking all of the relation.
  bool scan = false;
  // Answers are only counted.
  bool count = false;
};

// Questions to the facts of WordNet as client/examples/wordnet writes them.
const std::vector<BenchCase>& WordNetCases();

// Questions to what generated_facts.h writes.
const std::vector<BenchCase>& GeneratedCases();

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_QUERY_BENCH_CASE_H_
