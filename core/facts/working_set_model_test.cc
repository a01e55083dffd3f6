// Random batches of every kind over a base, compared with plain maps of facts: counts, what an
// overlay shows, what is left in the batch, replay, and Since(), at once and in steps, each time a
// snapshot that was begun some batches before becomes the base. 20,000 batches; the seed is
// PATHKB_TEST_SEED or fixed.

#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"
#include "core/facts/working_set.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

constexpr int kBatches = 20'000;

// The rules of the working set once more, written plainly.
class Model {
 public:
  ChangeCounts Apply(const Batch& batch) {
    ChangeCounts counts;
    Facts& facts = spaces_[batch.space];
    for (const Change& change : batch.changes) {
      switch (change.kind) {
        case Change::Kind::kSet:
          Set(facts, change, counts);
          break;
        case Change::Kind::kDeleteTerm:
          ++(facts.erase("t" + change.encoded_term) == 1 ? counts.deleted : counts.not_found);
          break;
        case Change::Kind::kDeleteName:
          ++(facts.erase("n" + change.name) == 1 ? counts.deleted : counts.not_found);
          break;
        case Change::Kind::kDeleteNamesBelow:
          Count(std::erase_if(
                    facts,
                    [&](const auto& fact) { return fact.first.starts_with("n" + change.name); }),
                counts);
          break;
        case Change::Kind::kDropSpace:
          Count(std::exchange(facts, {}).size(), counts);
          break;
      }
    }
    return counts;
  }

  std::map<std::string, std::string> Contents() const {
    std::map<std::string, std::string> contents;
    for (const auto& [space, facts] : spaces_) {
      for (const auto& [id, fact] : facts) {
        const std::string name = id[0] == 'n' ? id.substr(1) : "";
        contents[TermKey(space, fact.first, name)] = fact.second;
        if (!name.empty()) contents[NameKey(space, name)] = fact.second;
      }
    }
    return contents;
  }

 private:
  // By "t" and the encoded term, or "n" and the name: encoded term and entry.
  using Facts = std::map<std::string, std::pair<std::string, std::string>>;

  static void Set(Facts& facts, const Change& change, ChangeCounts& counts) {
    const std::string id = change.name.empty() ? "t" + change.encoded_term : "n" + change.name;
    const std::pair<std::string, std::string> fact(change.encoded_term, change.entry);
    const auto found = facts.find(id);
    if (found == facts.end()) {
      ++counts.inserted;
    } else {
      ++(found->second == fact ? counts.unchanged : counts.updated);
    }
    facts[id] = fact;
  }
  static void Count(uint64_t deleted, ChangeCounts& counts) {
    counts.deleted += deleted;
    if (deleted == 0) ++counts.not_found;
  }

  std::map<std::string, Facts> spaces_;
};

Change RandomChange(std::mt19937_64& random) {
  const std::string term = "(f " + std::to_string(random() % 12) + ")";
  const std::string name = (random() % 2 == 0 ? "a/" : "b/") + std::to_string(random() % 4);
  switch (random() % 24) {
    case 0:
      return {Change::Kind::kDropSpace, "", "", ""};
    case 1:
      return {Change::Kind::kDeleteNamesBelow, "", name.substr(0, random() % 4), ""};
    case 2:
    case 3:
    case 4:
    case 5:
      return {Change::Kind::kDeleteTerm, Encoded(term), "", ""};
    case 6:
    case 7:
    case 8:
      return {Change::Kind::kDeleteName, "", name, ""};
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
      return Insert(term, name, random() % 3 == 0 ? 0.25 : 1);
    default:
      return Insert(term, "", random() % 3 == 0 ? 0.5 : 1);
  }
}

Batch RandomBatch(std::mt19937_64& random) {
  constexpr const char* kSpaces[] = {"s", "s-", "t"};
  Batch batch;
  batch.space = kSpaces[random() % 3];
  for (size_t i = 0, n = 1 + random() % 8; i < n; ++i)
    batch.changes.push_back(RandomChange(random));
  return batch;
}

// changed_facts(), counted.
uint64_t CountChanged(const PathTrie& trie) {
  uint64_t count = 0;
  ReadZipper zipper(trie);
  while (zipper.NextValue()) {
    if (IsTermKey(zipper.path()) || HidesBelow(*zipper.value())) ++count;
  }
  return count;
}

// A working set over a base, with the log behind the base; and the snapshot that is being written.
struct World {
  WorkingSet working;
  std::unique_ptr<MemoryBase> base;
  std::vector<Batch> log;
  Model model;

  struct Begun {
    PathTrie viewed;
    std::unique_ptr<MemoryBase> snapshot;
    size_t log_length = 0;
    // Since() in steps.
    WorkingSet rest;
    PathTrie seen;
  };
  std::optional<Begun> begun;

  void Commit(Batch batch) {
    const ChangeCounts expected = model.Apply(batch);
    WorkingSet staged = working;
    const auto counts = staged.Apply(batch, base.get());
    ASSERT_TRUE(counts.ok()) << counts.status();
    ASSERT_EQ(*counts, expected);
    working = staged;
    if (!batch.changes.empty()) log.push_back(batch);
  }
  void BeginSnapshot() {
    begun.emplace();
    begun->viewed = working.trie();
    begun->snapshot = SnapshotOf(working, base.get());
    begun->seen = begun->viewed;
    begun->log_length = log.size();
  }
  void StepTowardsInstall() {
    begun->rest.AddChanges(working.trie(), working.entries(), begun->seen);
    begun->seen = working.trie();
  }
  void Install() {
    StepTowardsInstall();
    const WorkingSet at_once = working.Since(begun->viewed);
    ASSERT_EQ(Contents(begun->rest, begun->snapshot.get()),
              Contents(at_once, begun->snapshot.get()));
    // What was changed and changed back between two steps is in the one and not in the other.
    ASSERT_GE(begun->rest.changed_facts(), at_once.changed_facts());
    working = begun->rest;
    base = std::move(begun->snapshot);
    log.erase(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(begun->log_length));
    begun.reset();
  }
  void Check() const {
    ASSERT_EQ(Contents(working, base.get()), model.Contents());
    ASSERT_EQ(working.changed_facts(), CountChanged(working.trie()));
  }
  void CheckReplay() const {
    WorkingSet replayed;
    for (Batch again : log) {
      const size_t changes = again.changes.size();
      ASSERT_TRUE(replayed.Apply(again, base.get()).ok());
      ASSERT_EQ(again.changes.size(), changes);
    }
    ASSERT_EQ(Contents(replayed, base.get()), model.Contents());
  }
};

TEST(WorkingSetModelTest, AgreesWithPlainMapsAcrossSnapshots) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = given == nullptr ? 0xFAC75 : std::strtoull(given, nullptr, 0);
  std::cout << "PATHKB_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  World world;
  int installs = 0;
  for (int i = 0; i < kBatches; ++i) {
    ASSERT_NO_FATAL_FAILURE(world.Commit(RandomBatch(random))) << "batch " << i;
    if (random() % 4 == 0) {
      ASSERT_NO_FATAL_FAILURE(world.Check()) << "batch " << i;
    }
    if (random() % 16 == 0) {
      ASSERT_NO_FATAL_FAILURE(world.CheckReplay()) << "batch " << i;
    }
    if (!world.begun.has_value() && random() % 8 == 0) {
      world.BeginSnapshot();
    } else if (world.begun.has_value() && random() % 4 == 0) {
      world.StepTowardsInstall();
    } else if (world.begun.has_value() && random() % 8 == 0) {
      ASSERT_NO_FATAL_FAILURE(world.Install()) << "batch " << i;
      ++installs;
      ASSERT_NO_FATAL_FAILURE(world.Check()) << "batch " << i;
    }
  }
  EXPECT_GT(installs, 500);
}

}  // namespace
}  // namespace pathkb
