// A remembered plan changes neither answers nor their order: random queries are asked with a memory
// that has seen others of their shape, with one that has seen nothing, and with none. Then what it
// saves, which facts are counted, what is one shape, and that the memory is bounded and takes many
// threads.

#include "core/query/plan_memory.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "core/query/facts_in_memory.h"
#include "core/query/query_run.h"
#include "core/query/query_shape.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

using Answers = std::vector<std::string>;

Query Compiled(const std::string& text) { return *Query::Compile(*ParseTerm(text)); }

std::string Key(const std::string& text) {
  return ShapeKey(Compiled(text).form()).value_or("none");
}

// All answers, in their order; and the steps that finding them took.
Answers Ask(const FactSource& source, const std::string& text, const PlanKeeping& keeping,
            uint64_t* steps = nullptr, std::string* first = nullptr) {
  RunOptions options;
  options.keeping = keeping;
  const auto run = *QueryRun::Start(Compiled(text), source, "s", options);
  Answers answers;
  while (true) {
    const auto found = run->Next();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) break;
    std::string bytes;
    EXPECT_TRUE(EncodeTerm(Term::Expression(*run->Bindings()), bytes).ok());
    std::string_view rest = bytes;
    answers.push_back(PrintTerm(*DecodeTerm(rest)));
  }
  if (steps != nullptr) *steps = run->steps();
  if (first != nullptr) *first = run->Steps()[1].form;
  return answers;
}

Answers Sorted(Answers answers) {
  std::sort(answers.begin(), answers.end());
  return answers;
}

TEST(PlanMemoryTest, NeitherAnswersNorTheirOrderDependOnWhatIsRemembered) {
  std::mt19937_64 random(TestSeed());
  const auto below = [&](size_t n) { return random() % n; };
  const auto constant = [&] { return std::to_string(below(3) != 0 ? 0 : below(12)); };
  size_t answers_seen = 0;
  for (int round = 0; round < 150; ++round) {
    IndexedArguments indexed;
    if (below(2) == 0) indexed.Add(2);
    FactsInMemory facts("s", indexed), base("s", indexed);
    for (size_t i = 20 + below(400); i > 0; --i) {
      const std::string fact = below(40) == 0
                                   ? "(p $v " + constant() + ")"
                                   : std::string("(") + "pqr"[below(3)] + " " +
                                         std::to_string(below(40)) + " " + constant() + ")";
      facts.Add(fact);
      if (below(8) != 0) base.Add(fact);
    }
    PlanMemory memory;
    for (int shape = 0; shape < 4; ++shape) {
      // What stands in each place: a variable, or a constant that is another one each time.
      std::vector<std::string> places;
      const size_t patterns = 2 + below(2);
      for (size_t i = 0; i < 2 * patterns; ++i) {
        places.push_back(below(2) == 0 ? std::string("$") + "xyz"[below(3)] : "");
      }
      std::string heads;
      for (size_t i = 0; i < patterns; ++i) heads.push_back("pqr"[below(3)]);
      const bool with_not = below(3) == 0;
      const auto text = [&] {
        std::string text = "(,";
        for (size_t i = 0; i < patterns; ++i) {
          text += std::string(" (") + heads[i];
          for (const size_t place : {2 * i, 2 * i + 1}) {
            text += " " + (places[place].empty() ? constant() : places[place]);
          }
          text += ")";
        }
        return text + (with_not ? " (not (q 1 " + constant() + ")))" : ")");
      };
      std::vector<std::pair<std::string, Answers>> asked;
      const PlanKeeping keeping = {&memory, below(2) == 0 ? &base : nullptr, 1, 7};
      for (int i = 0; i < 6; ++i) {
        const std::string one = text();
        const Answers found = Ask(facts, one, keeping);
        answers_seen += found.size();
        ASSERT_EQ(Sorted(found), Sorted(Ask(facts, one, {}))) << one;
        asked.emplace_back(one, found);
      }
      for (const auto& [one, found] : asked) {
        ASSERT_EQ(Ask(facts, one, keeping), found) << one << " once more";
        PlanMemory fresh;
        PlanKeeping anew = keeping;
        anew.memory = &fresh;
        ASSERT_EQ(Ask(facts, one, anew), found) << one << " with nothing remembered";
      }
    }
  }
  EXPECT_GT(answers_seen, 5'000u);
}

// A star: what is around a node, through relations that need counting to choose among.
void AddStar(FactsInMemory& facts, int nodes, int wide, int narrow) {
  for (int i = 0; i < nodes; ++i) {
    const std::string node = "n" + std::to_string(i);
    facts.Add("(at " + node + " place" + std::to_string(i) + ")");
    for (int k = 0; k < wide; ++k) facts.Add("(wide " + node + " w" + std::to_string(k) + ")");
    for (int k = 0; k < narrow; ++k) facts.Add("(narrow " + node + " m" + std::to_string(k) + ")");
  }
}

std::string Star(int i) {
  const std::string text = std::to_string(i);
  return "(, (at $n place" + text + ") (wide $n $w) (narrow $n $m) (!= $w " + text + "))";
}

TEST(PlanMemoryTest, WhatIsRememberedIsNotPlannedAgain) {
  IndexedArguments indexed;
  indexed.Add(2);
  FactsInMemory facts("s", indexed);
  AddStar(facts, 300, 9, 2);
  PlanMemory memory;
  uint64_t steps[4];
  PlanKeeping keeping = {&memory, nullptr, 0, 1};
  EXPECT_EQ(Ask(facts, Star(5), keeping, &steps[0]).size(), 18u);
  EXPECT_EQ(Ask(facts, Star(6), keeping, &steps[1]).size(), 18u);
  EXPECT_LT(2 * steps[1], steps[0]);
  // At another revision all is counted anew, unless there is a base to count from.
  keeping.revision = 2;
  Ask(facts, Star(6), keeping, &steps[2]);
  EXPECT_EQ(steps[2], steps[0]);
  keeping.base = &facts;
  Ask(facts, Star(6), keeping);
  keeping.revision = 3;
  Ask(facts, Star(7), keeping, &steps[3]);
  EXPECT_EQ(steps[3], steps[1]);
}

TEST(PlanMemoryTest, TheBaseIsCountedWhereItHasEnough) {
  IndexedArguments indexed;
  indexed.Add(2);
  FactsInMemory facts("s", indexed), like_it("s", indexed), unlike("s", indexed), few("s", indexed);
  AddStar(facts, 300, 9, 2);
  AddStar(like_it, 200, 8, 3);
  AddStar(unlike, 300, 2, 9);
  AddStar(few, 3, 2, 9);
  const auto second = [&](const FactSource* base, uint64_t number) {
    PlanMemory memory;
    std::string first, again;
    Ask(facts, Star(5), {&memory, base, number, 1}, nullptr, &first);
    Ask(facts, Star(6), {&memory, base, number, 1}, nullptr, &again);
    EXPECT_EQ(first, again);
    return first;
  };
  EXPECT_EQ(second(nullptr, 0), "(narrow $n $m)");
  EXPECT_EQ(second(&like_it, 1), "(narrow $n $m)");
  EXPECT_EQ(second(&unlike, 1), "(wide $n $w)");
  EXPECT_EQ(second(&few, 1), "(narrow $n $m)");
}

TEST(PlanMemoryTest, WhatIsOneShape) {
  const std::string one = Key("(, (word $s \"bank\") (gloss $s $g) (< $g 3))");
  EXPECT_EQ(Key("(, (word $a 7) (gloss $a $b) (< $b 9))"), one);
  EXPECT_EQ(Key("(, (word $a (f x)) (gloss $a $b) (< $b 9))"), one);
  std::set<std::string> others = {one};
  for (const char* text :
       {"(, (gloss $s $g) (word $s \"bank\") (< $g 3))", "(, (term $s 7) (gloss $s $g) (< $g 3))",
        "(, (word $s $t) (gloss $s $g) (< $g 3))", "(, (word $s 7) (gloss $g $s) (< $g 3))",
        "(, (word $s 7) (gloss $s $g) (<= $g 3))", "(, (word $s 7) (gloss $s $g) (< 3 $g))",
        "(, (word $s 7) (gloss $s $g) (not (< $g 3)))", "(, (word $s 7) (gloss $s $g))",
        "(, (word $s 7 8) (gloss $s $g) (< $g 3))", "(, (word $s (f $g)) (gloss $s $g) (< $g 3))",
        "(, (word $s (f $s)) (gloss $s $g) (< $g 3))", "(word $s 7)", "word",
        "(or (word $s 7) (gloss $s 7))", "(or (word $s 7) (, (gloss $s 7) (gloss 7 $s)))",
        "(, (or (word $s 7) (gloss $s 7)) (gloss 7 $s))"}) {
    EXPECT_TRUE(others.insert(Key(text)).second) << text;
    EXPECT_NE(Key(text), "none");
  }
  // The form has the same parts, and a parameter for each constant.
  const QueryForm form = ShapeForm(Compiled("(, (or (p 1 $x (f 2)) (q $x)) (== $x 3))").form());
  EXPECT_EQ(form.parameters.count(), 3u);
  EXPECT_EQ(form.top.parts[0].branches[0].parts[0].variables.size(), 3u);
  EXPECT_TRUE((form.top.parts[1].needs & form.parameters).any());
  std::string wide = "(p $x";
  for (int i = 0; i < 70; ++i) wide += " " + std::to_string(i);
  EXPECT_EQ(Key(wide + ")"), "none");
  EXPECT_EQ(Key("(p $x (f $x \"" + std::string(3000, 'a') + "\"))"), "none");
  EXPECT_NE(Key("(p $x \"" + std::string(3000, 'a') + "\")"), "none");
}

TEST(PlanMemoryTest, BoundedAndForManyThreads) {
  PlanMemory memory;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&memory, thread] {
      const auto object = std::make_shared<int>(thread);
      const uint64_t number = memory.NumberOf(object);
      for (int i = 0; i < 5000; ++i) {
        const std::string key = std::to_string(i * (thread + 1) % 3000);
        if (const auto found = memory.Find(key)) EXPECT_EQ(*found, "plan " + key);
        memory.Put(key, "plan " + key);
        if (i % 100 == 0) EXPECT_EQ(memory.NumberOf(object), number);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  size_t kept = 0;
  for (int i = 0; i < 3000; ++i) kept += memory.Find(std::to_string(i)).has_value();
  EXPECT_EQ(kept, PlanMemory::kPlansMax);
  // The one asked for last stays.
  memory.Put("wanted", "1");
  for (size_t i = 0; i < 2 * PlanMemory::kPlansMax; ++i) {
    memory.Put("other" + std::to_string(i), "2");
    ASSERT_EQ(memory.Find("wanted"), "1");
  }
  memory.Put("wanted", "3");
  EXPECT_EQ(memory.Find("wanted"), "3");
  const auto one = std::make_shared<int>(1);
  const uint64_t number = memory.NumberOf(one);
  EXPECT_NE(memory.NumberOf(std::make_shared<int>(2)), number);
  EXPECT_NE(memory.NumberOf(std::make_shared<int>(2)), number + 1);
  EXPECT_EQ(memory.NumberOf(one), number);
}

}  // namespace
}  // namespace pathkb
