// What the property tests of queries share: how many cases, and how a failure is told so that it
// can be repeated.

#ifndef PATHKB_TESTS_QUERY_TEST_CASES_H_
#define PATHKB_TESTS_QUERY_TEST_CASES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/query/fact_source.h"
#include "core/term/term.h"
#include "tests/query/fact_worlds.h"
#include "tests/query/random_facts.h"
#include "tests/query/random_queries.h"
#include "tests/support/naive_facts.h"

namespace pathkb {

// Calls `test` with a seed of its own for each of `cases`, or with PATHKB_TEST_LONG=1 for each of
// `long_cases`, until one fails. The first seed is printed and taken from PATHKB_TEST_SEED, so the
// seed that a failure names is repeated as the first case.
void ForEachSeed(uint64_t cases, uint64_t long_cases, const std::function<void(uint64_t)>& test);

// The facts as a text for a failure's message, with names and what entries say.
std::string FactsText(const NaiveFacts& facts);
// The filter as such a text.
std::string FilterText(const NaiveFilter& filter);

// Random facts in every kind of source, indexed by the arguments 1 to 3.
struct RandomWorlds {
  RandomWorlds(uint64_t seed, size_t facts_max, bool odd_terms, bool prefer_numbers = false);

  RandomFacts random;
  RandomQueries queries;
  NaiveFacts facts;
  WorldKeys keys;
  // What each source is called, and the source.
  std::vector<std::pair<std::string, std::unique_ptr<FactSource>>> sources;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_QUERY_TEST_CASES_H_
