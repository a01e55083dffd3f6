// Random batches of every kind over a base, compared with plain maps of facts: counts, what an
// overlay shows, what is left in the batch, replay, and Since(), at once and in steps, each time a
// snapshot that was begun some batches before becomes the base. Arguments come to be indexed, are
// filled in, and are dropped all the while: at each look the index holds the facts it should, by
// their terms taken apart and put together again, and nothing else. Spaces are sets and multisets
// in turns, and are forked from each other, forks of forks too, before, while and after a snapshot
// is written, dropped, and forked again. 20,000 batches; the seed is PATHKB_TEST_SEED or fixed.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/arg_index.h"
#include "core/facts/copy_mark.h"
#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"
#include "core/facts/working_set.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

constexpr int kBatches = 20'000;

// The bytes that an argument's family has for a term; nullopt if it has none. Takes the term apart,
// so good for terms without variables.
std::optional<std::string> Permuted(std::string_view encoded_term, int position) {
  const Term term = *DecodeTerm(encoded_term);
  if (term.kind() != Term::Kind::kExpression) return std::nullopt;
  std::vector<std::string> children;
  for (const Term& child : term.children())
    EXPECT_TRUE(EncodeTerm(child, children.emplace_back()).ok());
  const size_t from = static_cast<size_t>(position);
  if (children.size() <= from) return std::nullopt;
  std::string bytes(1, static_cast<char>(children.size()));
  if (position != 1) bytes += children[0];
  bytes += children[from];
  for (size_t i = position == 1 ? 0 : 1; i < children.size(); ++i) {
    if (i != from) bytes += children[i];
  }
  return bytes;
}

// The rules of the working set once more, written plainly.
class Model {
 public:
  // Whether the batch is one of those that fail.
  bool Refuses(const Batch& batch) {
    return batch.changes[0].kind == Change::Kind::kForkSpace && !spaces_[batch.space].facts.empty();
  }

  ChangeCounts Apply(const Batch& batch) {
    ChangeCounts counts;
    Space& space = spaces_[batch.space];
    for (const Change& change : batch.changes) {
      switch (change.kind) {
        case Change::Kind::kSet:
          Set(space, change, counts);
          break;
        case Change::Kind::kDeleteTerm:
        case Change::Kind::kDeleteCopies:
          DeleteTerm(space, change, counts);
          break;
        case Change::Kind::kDuplicates:
          space.is_multiset = change.keeps_duplicates;
          break;
        case Change::Kind::kDeleteName:
          ++(space.facts.erase("n" + change.name) == 1 ? counts.deleted : counts.not_found);
          break;
        case Change::Kind::kDeleteNamesBelow:
          Count(std::erase_if(
                    space.facts,
                    [&](const auto& fact) { return fact.first.starts_with("n" + change.name); }),
                counts);
          break;
        case Change::Kind::kDropSpace:
          Count(space.facts.size(), counts);
          if (!space.facts.empty()) space = Space();
          break;
        case Change::Kind::kIndexArguments:
          for (int position = 1; position <= kIndexPositionsMax; ++position) {
            if (change.index.dropped.Has(position)) space.index.erase(position);
            if (change.index.begun.Has(position)) space.index.try_emplace(position);
            const auto found = space.index.find(position);
            if (found != space.index.end() && change.index.whole.Has(position)) {
              found->second.whole = true;
            }
          }
          break;
        case Change::Kind::kIndexFacts:
          IndexFacts(space, change, counts);
          break;
        case Change::Kind::kForkSpace:
          Fork(spaces_[change.name], space, counts);
          break;
      }
      // What is gone is indexed no more.
      for (auto& [position, family] : space.index) {
        std::erase_if(family.has, [&](const std::string& id) { return !space.facts.contains(id); });
      }
    }
    return counts;
  }

  std::map<std::string, std::string> Contents() const {
    std::map<std::string, std::string> contents;
    for (const auto& [name_of_space, space] : spaces_) {
      if (space.is_multiset) contents["spaces/" + name_of_space + "/multiset"] = "";
      for (const auto& [id, fact] : space.facts) {
        const std::string name = NameOf(id);
        contents[TermKey(name_of_space, fact.first, name)] = fact.second;
        if (id[0] == 'n') {
          contents[NameKey(name_of_space, name)] = fact.second;
        } else if (!name.empty()) {
          contents["spaces/" + name_of_space + "/multiset/" + fact.first] = "";
        }
      }
      for (const auto& [position, family] : space.index) {
        contents[family.whole ? IndexedKey(name_of_space, position)
                              : IndexingKey(name_of_space, position)] = "";
        for (const std::string& id : family.has) {
          const auto& fact = space.facts.at(id);
          if (const auto bytes = Permuted(fact.first, position)) {
            contents[ArgumentPrefix(name_of_space, position) + *bytes + NameOf(id)] = fact.second;
          }
        }
      }
    }
    return contents;
  }

  // Facts of each space that has any.
  std::map<std::string, uint64_t> FactCounts() const {
    std::map<std::string, uint64_t> counts;
    for (const auto& [name, space] : spaces_) {
      if (!space.facts.empty()) counts[name] = space.facts.size();
    }
    return counts;
  }

  // Whether some unnamed fact is there more than once.
  bool HasCopies(const std::string& name_of_space) const {
    const auto space = spaces_.find(name_of_space);
    if (space == spaces_.end()) return false;
    return std::any_of(space->second.facts.begin(), space->second.facts.end(),
                       [](const auto& fact) { return fact.first[0] == 't' && fact.first[1] > 1; });
  }

  // How many families there are that are whole.
  int WholeFamilies() const {
    int count = 0;
    for (const auto& [name, space] : spaces_) {
      for (const auto& [position, family] : space.index) count += family.whole ? 1 : 0;
    }
    return count;
  }

 private:
  // By "t", the number of the copy, and the encoded term, or "n" and the name: encoded term and
  // entry.
  using Facts = std::map<std::string, std::pair<std::string, std::string>>;
  // Of one argument: which facts have been put into it.
  struct Family {
    bool whole = false;
    std::set<std::string> has;
  };
  struct Space {
    bool is_multiset = false;
    Facts facts;
    std::map<int, Family> index;
  };

  // What follows the term in the key of a fact.
  static std::string NameOf(const std::string& id) {
    if (id[0] == 'n') return id.substr(1);
    const char copy = id[1];
    return copy == 1 ? "" : std::string(4, '\0') + copy;
  }
  static std::string IdOf(const std::string& encoded_term, int copy) {
    return std::string("t") + static_cast<char>(copy) + encoded_term;
  }
  static int Copies(const Space& space, const std::string& encoded_term) {
    int copies = 0;
    while (space.facts.contains(IdOf(encoded_term, copies + 1))) ++copies;
    return copies;
  }
  static void DeleteTerm(Space& space, const Change& change, ChangeCounts& counts) {
    const int copies = Copies(space, change.encoded_term);
    const int left = change.kind == Change::Kind::kDeleteCopies ? 0 : copies - 1;
    for (int copy = copies; copy > left; --copy) {
      if (space.facts.erase(IdOf(change.encoded_term, copy)) == 1) ++counts.deleted;
    }
    if (copies == 0) ++counts.not_found;
  }
  // The fact that a change sets.
  static std::string Target(const Space& space, const Change& change) {
    const bool tells_copy = change.name.starts_with('\0');
    if (!change.name.empty() && !tells_copy) return "n" + change.name;
    if (!space.is_multiset) return IdOf(change.encoded_term, 1);
    const int next = Copies(space, change.encoded_term) + 1;
    if (!tells_copy) return IdOf(change.encoded_term, next);
    return IdOf(change.encoded_term, std::min<int>(static_cast<uint8_t>(change.name[4]), next));
  }
  static void Set(Space& space, const Change& change, ChangeCounts& counts) {
    const std::string id = Target(space, change);
    const std::pair<std::string, std::string> fact(change.encoded_term, change.entry);
    const auto found = space.facts.find(id);
    if (found != space.facts.end() && found->second == fact) {
      ++counts.unchanged;
      return;
    }
    ++(found == space.facts.end() ? counts.inserted : counts.updated);
    space.facts[id] = fact;
    for (auto& [position, family] : space.index) family.has.insert(id);
  }
  static void IndexFacts(Space& space, const Change& change, ChangeCounts& counts) {
    const bool builds = std::any_of(space.index.begin(), space.index.end(),
                                    [](const auto& family) { return !family.second.whole; });
    if (!builds) return;
    for (const auto& [id, fact] : space.facts) {
      const std::string key = fact.first + NameOf(id);
      if (key <= change.encoded_term) continue;
      if (!change.entry.empty() && key > change.entry) continue;
      ++counts.indexed;
      for (auto& [position, family] : space.index) {
        if (!family.whole) family.has.insert(id);
      }
    }
  }
  static void Fork(const Space& source, Space& space, ChangeCounts& counts) {
    if (source.facts.empty()) {
      ++counts.not_found;
      return;
    }
    space = source;
    std::erase_if(space.index, [](const auto& family) { return !family.second.whole; });
    counts.forked += space.facts.size();
  }
  static void Count(uint64_t deleted, ChangeCounts& counts) {
    counts.deleted += deleted;
    if (deleted == 0) ++counts.not_found;
  }

  std::map<std::string, Space> spaces_;
};

std::string RandomTerm(std::mt19937_64& random) {
  std::string term = "(f";
  for (size_t i = 0, n = random() % 4; i < n; ++i) {
    term += random() % 3 == 0 ? " (g a)" : " " + std::to_string(random() % 2);
  }
  return term + ")";
}

IndexedArguments RandomArguments(std::mt19937_64& random) {
  // 1 to 4: the terms have 0 to 3.
  return IndexedArguments::FromBits(random() & random() & 0b11110);
}

Change RandomIndexChange(std::mt19937_64& random) {
  Change change;
  if (random() % 4 == 0) {
    change.kind = Change::Kind::kIndexArguments;
    if (random() % 2 == 0) change.index.begun = RandomArguments(random);
    if (random() % 2 == 0) change.index.whole = RandomArguments(random);
    if (random() % 3 == 0) change.index.dropped = RandomArguments(random);
  } else {
    change.kind = Change::Kind::kIndexFacts;
    if (random() % 2 == 0) change.encoded_term = Encoded(RandomTerm(random));
    change.entry = random() % 2 == 0 ? "" : Encoded(RandomTerm(random)) + "a/2";
  }
  return change;
}

Change RandomCopiesChange(std::mt19937_64& random) {
  const std::string term = RandomTerm(random);
  if (random() % 2 == 0) return {Change::Kind::kDeleteCopies, Encoded(term), "", ""};
  // In a set it is the fact; in a multiset one of those there are, or one more.
  Change change = Insert(term, "", random() % 2 == 0 ? 0.75 : 1);
  change.name = CopyMark(static_cast<uint32_t>(1 + random() % 4));
  return change;
}

Change RandomChange(std::mt19937_64& random) {
  const std::string term = RandomTerm(random);
  const std::string name = (random() % 2 == 0 ? "a/" : "b/") + std::to_string(random() % 4);
  switch (random() % 32) {
    case 0:
      return random() % 4 == 0 ? Change{Change::Kind::kDropSpace, "", "", ""}
                               : RandomIndexChange(random);
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
    case 24:
    case 25:
      return RandomIndexChange(random);
    case 26:
    case 27:
      return RandomCopiesChange(random);
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
  constexpr const char* kSpaces[] = {"s", "s-", "t", "s0", "r"};
  Batch batch;
  batch.space = kSpaces[random() % 5];
  switch (random() % 24) {
    case 0:
      if (random() % 4 != 0) batch.changes.push_back({Change::Kind::kDropSpace, "", "", ""});
      batch.changes.push_back({Change::Kind::kForkSpace, "", kSpaces[random() % 5], ""});
      if (random() % 2 == 0) return batch;
      break;
    case 1:
    case 2: {
      Change& change = batch.changes.emplace_back();
      change.kind = Change::Kind::kDuplicates;
      change.keeps_duplicates = random() % 3 != 0;
      return batch;
    }
    default:
      break;
  }
  for (size_t i = 0, n = 1 + random() % 8; i < n; ++i)
    batch.changes.push_back(RandomChange(random));
  return batch;
}

// changed_facts(), counted.
uint64_t CountChanged(const PathTrie& trie) {
  uint64_t count = 0;
  ReadZipper zipper(trie);
  while (zipper.NextValue()) {
    const bool is_space = zipper.path() == SpacePrefixOf(zipper.path());
    if (IsTermKey(zipper.path()) || (is_space && HidesBelow(*zipper.value()))) ++count;
  }
  return count;
}

// A working set over a base, with the log behind the base; and the snapshot that is being written.
struct World {
  WorkingSet working;
  std::unique_ptr<MemoryBase> base;
  std::vector<Batch> log;
  Model model;
  int refusals = 0;  // To be a set, of a space with duplicates.

  struct Begun {
    PathTrie viewed;
    uint64_t forks_made = 0;
    std::unique_ptr<MemoryBase> snapshot;
    size_t log_length = 0;
    // Since() in steps.
    WorkingSet rest;
    PathTrie seen;
  };
  std::optional<Begun> begun;

  int forks = 0;

  void Commit(Batch batch) {
    WorkingSet staged = working;
    if (model.Refuses(batch)) {
      ASSERT_TRUE(absl::IsAlreadyExists(staged.Apply(batch, base.get()).status()));
      return;
    }
    const Change& first = batch.changes.front();
    if (first.kind == Change::Kind::kDuplicates && !first.keeps_duplicates &&
        model.HasCopies(batch.space)) {
      const auto refused = staged.Apply(batch, base.get());
      ASSERT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
      ++refusals;
      return;
    }
    const ChangeCounts expected = model.Apply(batch);
    const auto counts = staged.Apply(batch, base.get());
    if (expected.forked > 0) ++forks;
    ASSERT_TRUE(counts.ok()) << counts.status();
    ASSERT_EQ(*counts, expected);
    working = staged;
    if (!batch.changes.empty()) log.push_back(batch);
  }
  void BeginSnapshot() {
    begun.emplace();
    begun->viewed = working.trie();
    begun->forks_made = working.forks().made();
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
    begun->rest.Complete(working, begun->forks_made);
    const WorkingSet at_once = working.Since(begun->viewed, begun->forks_made);
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
    const std::map<std::string, uint64_t> facts = model.FactCounts();
    ReadZipper known(working.fact_counts());
    while (known.NextValue()) {
      const auto found = facts.find(std::string(known.path()));
      ASSERT_TRUE(found != facts.end() && found->second == *known.value()) << known.path();
    }
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
  int batches_with_whole_index = 0;
  int batches_with_copies = 0;
  for (int i = 0; i < kBatches; ++i) {
    ASSERT_NO_FATAL_FAILURE(world.Commit(RandomBatch(random))) << "batch " << i;
    if (world.model.WholeFamilies() > 0) ++batches_with_whole_index;
    if (world.model.HasCopies("s")) ++batches_with_copies;
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
  EXPECT_GT(world.forks, 300);
  EXPECT_GT(batches_with_whole_index, kBatches / 4);
  EXPECT_GT(batches_with_copies, kBatches / 4);
  EXPECT_GT(world.refusals, 100);
}

}  // namespace
}  // namespace pathkb
