// By hand: many rules where an index looks, how little an index and a range visit, interrupts,
// keys that are no terms, and what is refused.

#include <algorithm>

#include "gtest/gtest.h"

#include "core/facts/keys.h"
#include "core/query/facts_in_memory.h"
#include "core/query/pattern_search.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

using Answers = std::vector<std::string>;
using Ranges = std::vector<std::vector<PatternSearch::Range>>;

IndexedArguments AllPositions() { return IndexedArguments::FromBits(0b1110); }

std::string Encoded(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(*ParseTerm(text), bytes).ok());
  return bytes;
}

// The rest of the answers: the facts, with their names and what the variables are bound to.
Answers Rest(PatternSearch& search) {
  Answers answers;
  while (true) {
    const auto found = search.Next();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) return answers;
    std::string_view bytes = search.encoded_term();
    std::string text = PrintTerm(*DecodeTerm(bytes)) + " " + std::string(search.name());
    const std::vector<Term> bindings = *search.Bindings();
    for (const Term& binding : bindings) text += " " + PrintTerm(binding);
    answers.push_back(text);
  }
}

// Facts as changed by a working set over a base.
class LaidOver final : public FactSource {
 public:
  PathTrie upper;
  PathTrie lower;

  std::unique_ptr<Zipper> NewZipper() const override {
    return std::make_unique<OverlayZipper>(std::make_unique<ReadZipper>(upper),
                                           std::make_unique<ReadZipper>(lower));
  }
  absl::StatusOr<std::string_view> EntryBytes(uint64_t, int, std::string&) const override {
    return std::string_view();
  }
};

TEST(PatternSearchCaseTest, ManyRulesInTheArgumentAreAnsweredInOrderToo) {
  FactsInMemory facts("s", AllPositions());
  FactsInMemory plain("s");
  for (FactsInMemory* world : {&facts, &plain}) {
    for (int i = 0; i < 3000; ++i) {
      const std::string number = std::to_string(i);
      world->Add("(r " + number + " $any)");
      world->Add("(r " + number + " a)");
      world->Add("(q " + number + " a)");
    }
    world->Add("$all");
    world->Add("$all", "named");
  }
  for (const char* text : {"(r $x a)", "($r $x a)"}) {
    std::vector<Answers> found;
    for (const FactsInMemory* world : {&plain, &facts}) {
      StepMeter meter;
      const auto search = *PatternSearch::New(*world, "s", *Pattern::Compile(*ParseTerm(text)),
                                              world == &facts ? 2 : 0, meter);
      ASSERT_TRUE(search->Start().ok());
      found.push_back(Rest(*search));
    }
    ASSERT_GT(found[0].size(), 6000u);
    ASSERT_EQ(found[0], found[1]);
  }
}

TEST(PatternSearchCaseTest, AnIndexSavesTheWalkOverTheRelation) {
  FactsInMemory facts("s", AllPositions());
  for (int i = 0; i < 20'000; ++i) {
    facts.Add("(r " + std::to_string(i) + " " + std::to_string(i % 5000) + ")");
  }
  StepMeter meter;
  const auto search =
      *PatternSearch::New(facts, "s", *Pattern::Compile(*ParseTerm("(r $x 77)")), 2, meter);
  ASSERT_TRUE(search->Start().ok());
  EXPECT_EQ(Rest(*search).size(), 4u);
  EXPECT_LT(meter.steps(), 30u);
  // So does a range: 10 facts of 20,000.
  StepMeter range_meter;
  const auto ranged =
      *PatternSearch::New(facts, "s", *Pattern::Compile(*ParseTerm("(r $x $y)")), 0, range_meter);
  const Ranges ranges = {{{Encoded("1000"), Encoded("1010")}}};
  ASSERT_TRUE(ranged->Start({}, ranges).ok());
  EXPECT_EQ(Rest(*ranged).size(), 10u);
  EXPECT_LT(range_meter.steps(), 100u);
}

TEST(PatternSearchCaseTest, TheInterruptIsAskedAlsoWhereEverythingIsDeleted) {
  LaidOver laid;
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = TermKey("s", Encoded("(p " + std::to_string(i) + ")"), "");
    laid.lower.Set(key, 0);
    laid.upper.Set(key, kDeletedBit);
  }
  // By walking, by seeking into a range, and behind a place.
  const Ranges ranges = {{{Encoded("5"), Encoded("15000")}}};
  for (int way = 0; way < 3; ++way) {
    int asked = 0;
    StepMeter meter(0, [&] { return ++asked < 3 ? absl::OkStatus() : absl::CancelledError("no"); });
    const auto search =
        *PatternSearch::New(laid, "s", *Pattern::Compile(*ParseTerm("(p $x)")), 0, meter);
    if (way == 0) ASSERT_TRUE(search->Start().ok());
    if (way == 1) ASSERT_TRUE(search->Start({}, ranges).ok());
    if (way == 2) ASSERT_TRUE(search->StartAfter({}, {}, Encoded("(p 7)")).ok());
    EXPECT_EQ(search->Next().status(), absl::CancelledError("no"));
    EXPECT_EQ(meter.steps(), 3 * StepMeter::kStepsPerInterrupt - 1);
  }
}

TEST(PatternSearchCaseTest, WhatIsNoTermIsDataLoss) {
  for (const std::string& broken :
       {std::string("\x03\xC1r\xC1", 4), std::string("\x02\xC1r\x60", 4),
        std::string("\x02\xC1r\x52zz", 6)}) {
    class Broken final : public FactSource {
     public:
      PathTrie trie;
      std::unique_ptr<Zipper> NewZipper() const override {
        return std::make_unique<ReadZipper>(trie);
      }
      absl::StatusOr<std::string_view> EntryBytes(uint64_t, int, std::string&) const override {
        return std::string_view();
      }
    } source;
    source.trie.Set(TermsPrefix("s") + broken, 0);
    for (const char* text : {"$x", "($r $x)", "($r $x $y)", "($r $x b)", "(r $x)", "(r $x $y)"}) {
      if (broken[0] == 3 && std::string(text).size() < 8 && text[0] == '(') continue;
      if (broken[0] == 2 && std::string(text).size() > 7) continue;
      StepMeter meter;
      const auto search =
          *PatternSearch::New(source, "s", *Pattern::Compile(*ParseTerm(text)), 0, meter);
      ASSERT_TRUE(search->Start().ok());
      EXPECT_EQ(search->Next().status().code(), absl::StatusCode::kDataLoss) << text;
    }
  }
}

TEST(PatternSearchCaseTest, RefusesWhatCannotBe) {
  FactsInMemory facts;
  StepMeter meter;
  const auto compile = [](const char* text) { return *Pattern::Compile(*ParseTerm(text), {"i"}); };
  for (const char* text : {"$x", "a", "(a)", "(a b)"}) {
    EXPECT_EQ(PatternSearch::New(facts, "s", compile(text), 2, meter).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(
      PatternSearch::New(facts, "s", compile("(a b c d e f g h i j k l)"), 10, meter).ok());
  const auto search = *PatternSearch::New(facts, "s", compile("(a $i)"), 0, meter);
  for (const std::string& value :
       {std::string(), Encoded("$v"), Encoded("(a $v)"), Encoded("b") + "x", std::string("\x60")}) {
    const std::vector<std::string_view> values = {value};
    EXPECT_EQ(search->Start(values).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(search->Start().code(), absl::StatusCode::kInvalidArgument);
  const std::string b = Encoded("b");
  for (const std::string& position :
       {std::string(), std::string("\x60"), std::string("\x02\xC1")}) {
    EXPECT_EQ(search->StartAfter(std::vector<std::string_view>{b}, {}, position).code(),
              absl::StatusCode::kInvalidArgument);
  }
  ASSERT_TRUE(search->Start(std::vector<std::string_view>{b}).ok());
  EXPECT_FALSE(*search->Next());
}

}  // namespace
}  // namespace pathkb
