// Goal: the difference of two views is exactly what differs between their facts, whatever layer
// holds them. Method: random changes, snapshots between them, compared with plain maps; single
// cases for names, spaces, interrupts and damage. The seed is PATHKB_TEST_SEED or fixed.

#include "server/knowledge_base/view_diff.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>

#include "gtest/gtest.h"

#include "core/facts/copy_mark.h"
#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"

namespace pathkb {
namespace {

// A state to be compared: facts over a base.
struct State {
  WorkingSet working;
  std::shared_ptr<const FactBase> base;

  void Apply(Batch batch) { ASSERT_TRUE(working.Apply(batch, base.get()).ok()); }
  ReadView View() const {
    ReadView view;
    view.working = working.trie();
    view.entries = working.entries();
    view.base = base;
    return view;
  }
  // The same facts, all of them in a base.
  State Snapshotted() const { return {WorkingSet(), SnapshotOf(working, base.get())}; }
};

// By space, name and, without a name, term and number of the copy: term and entry.
using Facts = std::map<std::tuple<std::string, std::string, std::string, uint32_t>,
                       std::pair<std::string, std::string>>;

Facts FactsOf(const State& state) {
  Facts facts;
  for (const auto& [key, entry] : Contents(state.working, state.base.get())) {
    if (!IsTermKey(key)) continue;
    const std::string space(SpacePrefixOf(key));
    const auto parts = SplitTermKey(std::string_view(key).substr(space.size() + 6));
    const std::string term(parts->encoded_term);
    facts[{space, std::string(parts->name), parts->name.empty() ? term : "",
           CopyOf(parts->behind_term)}] = {term, entry};
  }
  return facts;
}

// What a ViewDiff says, put into `from`, must make it `to`.
void ExpectDiff(const State& from, const State& to) {
  const ReadView before = from.View();
  const ReadView after = to.View();
  ViewDiff diff({&before, ""}, {&after, ""}, nullptr);
  Facts facts = FactsOf(from);
  const Facts wanted = FactsOf(to);
  uint64_t differences = 0;
  for (;;) {
    const auto found = diff.Next();
    ASSERT_TRUE(found.ok()) << found.status();
    if (!*found) break;
    ++differences;
    const auto& shown = diff.before().has_value() ? diff.before() : diff.after();
    const std::tuple<std::string, std::string, std::string, uint32_t> id(
        SpacePrefix(diff.space()), diff.name(), diff.name().empty() ? shown->encoded_term : "",
        diff.copy());
    ASSERT_EQ(facts.contains(id), diff.before().has_value());
    if (diff.before().has_value()) {
      ASSERT_EQ(facts[id], std::pair(diff.before()->encoded_term, diff.before()->entry));
      facts.erase(id);
    }
    if (diff.after().has_value()) {
      const std::pair<std::string, std::string> fact(diff.after()->encoded_term,
                                                     diff.after()->entry);
      if (diff.before().has_value()) {
        ASSERT_NE(fact, std::pair(diff.before()->encoded_term, diff.before()->entry));
      }
      facts[id] = fact;
    }
  }
  ASSERT_EQ(facts, wanted);
  uint64_t equal = 0;
  for (const auto& [id, fact] : FactsOf(from)) {
    const auto found = wanted.find(id);
    if (found != wanted.end() && found->second == fact) ++equal;
  }
  ASSERT_EQ(diff.equal(), equal);
}

Batch RandomBatch(std::mt19937_64& random) {
  Batch batch;
  batch.space = random() % 2 == 0 ? "s" : "s-";
  const std::string term = "(f " + std::to_string(random() % 12) + ")";
  const std::string name = "n" + std::to_string(random() % 6);
  // Which arguments are indexed makes no difference.
  if (random() % 4 == 0) {
    Change& index = batch.changes.emplace_back();
    index.kind = Change::Kind::kIndexArguments;
    index.index.begun = IndexedArguments::FromBits(random());
    index.index.dropped = IndexedArguments::FromBits(random());
  }
  // One of the two is a multiset, most of the time.
  if (batch.space == "s" && random() % 4 == 0) {
    Change& duplicates = batch.changes.emplace_back();
    duplicates.kind = Change::Kind::kDuplicates;
    duplicates.keeps_duplicates = true;
  }
  switch (random() % 12) {
    case 0:
      batch.changes.push_back({Change::Kind::kDropSpace, "", "", ""});
      break;
    case 1:
      batch.changes.push_back({Change::Kind::kDeleteTerm, Encoded(term), "", ""});
      break;
    case 2:
      batch.changes.push_back({Change::Kind::kDeleteName, "", name, ""});
      break;
    case 3:
    case 4:
    case 5:
    case 6:
      batch.changes.push_back(Insert(term, name, random() % 3 == 0 ? 0.25 : 1));
      break;
    default:
      batch.changes.push_back(Insert(term, "", random() % 3 == 0 ? 0.5 : 1));
  }
  return batch;
}

TEST(ViewDiffTest, IsWhatDiffersWhateverLayerHoldsIt) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = given == nullptr ? 0xD1FF : std::strtoull(given, nullptr, 0);
  std::cout << "PATHKB_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  State older;
  State newer;
  for (int round = 0; round < 1000; ++round) {
    for (size_t i = 0, n = random() % 8; i < n; ++i) newer.Apply(RandomBatch(random));
    ASSERT_NO_FATAL_FAILURE(ExpectDiff(older, newer)) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(ExpectDiff(newer, older)) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(ExpectDiff(newer, newer.Snapshotted())) << "round " << round;
    if (random() % 4 == 0) {
      older = newer.Snapshotted();           // A generation.
      if (random() % 2 == 0) newer = older;  // Which is the base of what follows.
    }
  }
}

TEST(ViewDiffTest, TwoSpacesAreComparedFactByFact) {
  State state;
  state.Apply({"a", {Insert("(x)"), Insert("(y)"), Insert("(z)", "n")}});
  state.Apply({"b", {Insert("(y)"), Insert("(w)", "n")}});
  const ReadView view = state.View();
  ViewDiff diff({&view, "a"}, {&view, "b"}, nullptr);
  ASSERT_TRUE(*diff.Next());
  EXPECT_EQ(diff.name(), "n");
  EXPECT_EQ(diff.space(), "b");
  EXPECT_EQ(diff.before()->encoded_term, Encoded("(z)"));
  EXPECT_EQ(diff.after()->encoded_term, Encoded("(w)"));
  ASSERT_TRUE(*diff.Next());
  EXPECT_EQ(diff.name(), "");
  EXPECT_EQ(diff.before()->encoded_term, Encoded("(x)"));
  EXPECT_FALSE(diff.after().has_value());
  EXPECT_FALSE(*diff.Next());
  EXPECT_EQ(diff.equal(), 1u);
}

TEST(ViewDiffTest, AnInterruptEndsAWalkWithoutDifferences) {
  State state;
  Batch many{"s", {}};
  for (int i = 0; i < 10'000; ++i) many.changes.push_back(Insert("(n " + std::to_string(i) + ")"));
  state.Apply(many);
  const ReadView view = state.View();
  int asked = 0;
  ViewDiff diff({&view, ""}, {&view, ""}, [&] {
    ++asked;
    return asked == 2 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(diff.Next().status().code(), absl::StatusCode::kCancelled);
  EXPECT_LT(diff.equal(), 10'000u);
}

TEST(ViewDiffTest, AKeyThatIsNoneIsDamage) {
  auto base = std::make_shared<MemoryBase>();
  base->Set("spaces/s/terms/\x05", "");
  const State damaged{WorkingSet(), base};
  const ReadView view = damaged.View();
  const ReadView nothing;
  ViewDiff diff({&view, ""}, {&nothing, ""}, nullptr);
  EXPECT_EQ(diff.Next().status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pathkb
