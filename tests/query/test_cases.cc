#include "tests/query/test_cases.h"

#include <cstdlib>

#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {

void ForEachSeed(uint64_t cases, uint64_t long_cases, const std::function<void(uint64_t)>& test) {
  const uint64_t first = TestSeed();
  const char* text = std::getenv("PATHKB_TEST_LONG");
  const uint64_t count = text != nullptr && text[0] == '1' ? long_cases : cases;
  for (uint64_t seed = first; seed != first + count; ++seed) {
    test(seed);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "case " << seed - first << ": PATHKB_TEST_SEED=" << seed;
      return;
    }
  }
}

std::string FactsText(const NaiveFacts& facts) {
  std::string text;
  for (const NaiveFact& fact : facts) {
    text += PrintTerm(fact.term);
    if (!fact.name.empty()) text += fmt::format("  name {}", fact.name);
    if (fact.entry.confidence != 1) text += fmt::format("  confidence {}", fact.entry.confidence);
    if (!fact.entry.source.empty()) text += fmt::format("  source {}", fact.entry.source);
    for (const auto& [key, value] : fact.entry.metadata) text += fmt::format("  {}={}", key, value);
    text += "\n";
  }
  return text;
}

std::string FilterText(const NaiveFilter& filter) {
  std::string text;
  if (filter.min_confidence) text += fmt::format("confidence >= {} ", *filter.min_confidence);
  if (filter.source) text += fmt::format("source '{}' ", *filter.source);
  for (const auto& [key, value] : filter.metadata) text += fmt::format("{}={} ", key, value);
  if (filter.name_prefix) text += fmt::format("name '{}...' ", *filter.name_prefix);
  return text.empty() ? "none" : text;
}

RandomWorlds::RandomWorlds(uint64_t seed, size_t facts_max, bool odd_terms, bool prefer_numbers)
    : random(seed), queries(seed) {
  if (prefer_numbers) random.PreferNumbers();
  facts = random.Facts(facts_max, odd_terms);
  keys = KeysOf(facts, {1, 2, 3});
  sources.emplace_back("in memory", InMemory(keys));
  sources.emplace_back("in a file", InFile(keys));
  sources.emplace_back("in both", InBoth(keys, random));
}

}  // namespace pathkb
