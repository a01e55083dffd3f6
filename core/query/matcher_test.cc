// Random fact sets and patterns, with variables on both sides, repeated variables, nesting, numbers
// and names, against a naive matcher over a list: same answers, same order, same bindings. Then
// order, interrupts and dead ends by hand.

#include "core/query/matcher.h"

#include <cstdlib>
#include <map>
#include <random>

#include "gtest/gtest.h"

#include "core/query/unify.h"
#include "core/term/sexpr.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"

namespace pathkb {
namespace {

constexpr std::string_view kPrefix = "spaces/s/terms/";

uint64_t Seed() {
  const char* text = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : 20261121;
  std::printf("PATHKB_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

std::string Encoded(const Term& term) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(term, bytes).ok());
  return bytes;
}

Term RandomTerm(std::mt19937_64& random, int depth, int variables) {
  const uint64_t kind = random() % 10;
  if (kind < 4 && depth > 0) {
    std::vector<Term> children;
    for (int i = 0, n = static_cast<int>(random() % 4); i < n; ++i) {
      children.push_back(RandomTerm(random, depth - 1, variables));
    }
    return Term::Expression(std::move(children));
  }
  if (kind < 6 && variables > 0) {
    return Term::Variable(std::string(1, static_cast<char>('a' + random() % variables)));
  }
  if (kind == 6) return Term::Integer(static_cast<int64_t>(random() % 3) - 1);
  if (kind == 7) return Term::String(random() % 2 == 0 ? "text" : std::string(80, 't'));
  if (kind == 8) return Term::Symbol(std::string(70, 's') + (random() % 2 == 0 ? "x" : "y"));
  return Term::Symbol(std::string(1, static_cast<char>('p' + random() % 3)));
}

// Everything about one answer, as text.
std::string Describe(std::string_view encoded, std::string_view name, uint64_t value,
                     const std::vector<Term>& bindings) {
  std::string text = PrintTerm(*DecodeTerm(encoded)) + " name=" + std::string(name) +
                     " value=" + std::to_string(value);
  for (const Term& binding : bindings) text += " " + PrintTerm(binding);
  return text;
}

std::vector<std::string> Answers(const PathTrie& trie, const Pattern& pattern) {
  auto zipper = std::make_unique<ReadZipper>(trie);
  std::vector<std::string> answers;
  if (!zipper->Descend(kPrefix)) return answers;
  Matcher matcher(std::move(zipper), pattern);
  while (true) {
    const auto found = matcher.Next();
    EXPECT_TRUE(found.ok());
    if (!found.ok() || !*found) return answers;
    answers.push_back(
        Describe(matcher.encoded_term(), matcher.name(), matcher.value(), *matcher.Bindings()));
  }
}

TEST(MatcherTest, AgreesWithUnifyingEachFactInOrder) {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 4000; ++round) {
    PathTrie trie;
    trie.Set("spaces/r/terms/x", 1);
    trie.Set("spaces/s/facts/name", 1);
    std::map<std::string, std::pair<std::string, std::string>> facts;  // Path to (term, name).
    for (int i = 0, n = static_cast<int>(random() % 25); i < n; ++i) {
      const std::string encoded = Encoded(RandomTerm(random, 3, random() % 2 == 0 ? 2 : 0));
      const std::string name = random() % 4 == 0 ? "n" + std::to_string(random() % 3) : "";
      facts[encoded + name] = {encoded, name};
      trie.Set(std::string(kPrefix) + encoded + name, encoded.size());
    }
    for (int i = 0; i < 5; ++i) {
      const auto pattern = Pattern::Compile(RandomTerm(random, 3, 3));
      ASSERT_TRUE(pattern.ok());
      std::vector<std::string> expected;
      for (const auto& [path, fact] : facts) {
        std::string_view bytes = fact.first;
        const Term term = *DecodeTerm(bytes);
        const auto bindings = *Unify(pattern->term(), term, pattern->variable_names());
        if (bindings.has_value()) {
          expected.push_back(Describe(fact.first, fact.second, fact.first.size(), *bindings));
        }
      }
      ASSERT_EQ(Answers(trie, *pattern), expected) << PrintTerm(pattern->term());
    }
  }
}

TEST(MatcherTest, RepeatedVariablesAndNames) {
  PathTrie trie;
  for (const char* fact :
       {"(p a a)", "(p a b)", "(p (f 1) (f 1))", "(p (f 1) (f 2))", "(p $u $u)", "(p a)", "p"}) {
    trie.Set(std::string(kPrefix) + Encoded(*ParseTerm(fact)), 0);
  }
  trie.Set(std::string(kPrefix) + Encoded(*ParseTerm("(p a a)")) + "named", 9);
  EXPECT_EQ(Answers(trie, *Pattern::Compile(*ParseTerm("(p $x $x)"))),
            (std::vector<std::string>{"(p (f 1) (f 1)) name= value=0 (f 1)",
                                      "(p $v1 $v1) name= value=0 $v1", "(p a a) name= value=0 a",
                                      "(p a a) name=named value=9 a"}));
  EXPECT_EQ(Answers(trie, *Pattern::Compile(*ParseTerm("$all"))).size(), 8u);
  EXPECT_EQ(Answers(trie, *Pattern::Compile(*ParseTerm("(p a b)"))).size(), 1u);
  EXPECT_EQ(Answers(trie, *Pattern::Compile(*ParseTerm("(p b b)"))).size(), 1u);
}

TEST(MatcherTest, TheInterruptStopsTheWalk) {
  PathTrie trie;
  for (int i = 0; i < 20'000; ++i) {
    trie.Set(std::string(kPrefix) + Encoded(*ParseTerm("(p " + std::to_string(i) + " b)")), 0);
  }
  auto zipper = std::make_unique<ReadZipper>(trie);
  ASSERT_TRUE(zipper->Descend(kPrefix));
  const Pattern pattern = *Pattern::Compile(*ParseTerm("(p $x nothing)"));
  int asked = 0;
  Matcher matcher(std::move(zipper), pattern,
                  [&] { return ++asked < 3 ? absl::OkStatus() : absl::CancelledError("enough"); });
  EXPECT_EQ(matcher.Next().status(), absl::CancelledError("enough"));
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace pathkb
