// Random batches over a base, compared with a plain map of facts: counts, lookups through an
// overlay, what is left in the batch, replay, and Since().

#include "core/facts/working_set.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

// A base in memory: what a snapshot of some working set would hold.
class MemoryBase : public FactBase {
 public:
  void Set(std::string_view key, std::string_view entry) { trie_.Set(key, entries_.Intern(entry)); }
  absl::StatusOr<std::optional<uint64_t>> Find(std::string_view path) const override {
    return trie_.Find(path);
  }
  absl::StatusOr<std::string_view> FindEntry(uint64_t id, std::string&) const override {
    return id == 0 ? std::string_view() : entries_.Find(id);
  }
  std::unique_ptr<Zipper> NewZipper() const override { return std::make_unique<ReadZipper>(trie_); }

 private:
  PathTrie trie_;
  EntryStore entries_;
};

// All keys with their entry bytes, as a reader sees them.
std::map<std::string, std::string> Contents(const WorkingSet& working, const FactBase* base) {
  OverlayZipper zipper(std::make_unique<ReadZipper>(working.trie()),
                       base == nullptr ? nullptr : base->NewZipper());
  std::map<std::string, std::string> contents;
  while (zipper.NextValue()) {
    const uint64_t id = *zipper.value();
    std::string_view entry;
    std::string scratch;
    if (id != 0) {
      entry =
          zipper.value_layer() == 0 ? working.entries().Find(id) : *base->FindEntry(id, scratch);
    }
    contents.emplace(zipper.path(), entry);
  }
  return contents;
}

// The base that a snapshot of `working` over `base` would be.
std::unique_ptr<MemoryBase> Snapshot(const WorkingSet& working, const FactBase* base) {
  auto snapshot = std::make_unique<MemoryBase>();
  for (const auto& [key, entry] : Contents(working, base)) snapshot->Set(key, entry);
  return snapshot;
}

std::string Encoded(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(*ParseTerm(text), bytes).ok());
  return bytes;
}

Change Insert(const std::string& term, const std::string& name = "", double confidence = 1) {
  Entry entry;
  entry.confidence = confidence;
  if (!name.empty()) entry.encoded_term = Encoded(term);
  return {Change::Kind::kSet, Encoded(term), name, EncodeEntry(entry)};
}

// The rules of the working set once more, written plainly.
class Model {
 public:
  ChangeCounts Apply(const Batch& batch) {
    ChangeCounts counts;
    for (const Change& change : batch.changes) {
      if (change.kind == Change::Kind::kSet) {
        const std::string id = change.name.empty() ? "t" + change.encoded_term : "n" + change.name;
        const auto found = facts_.find(id);
        const std::pair<std::string, std::string> fact(change.encoded_term, change.entry);
        if (found == facts_.end()) {
          ++counts.inserted;
        } else {
          ++(found->second == fact ? counts.unchanged : counts.updated);
        }
        facts_[id] = fact;
      } else {
        const bool named = change.kind == Change::Kind::kDeleteName;
        ++(facts_.erase(named ? "n" + change.name : "t" + change.encoded_term) == 1
               ? counts.deleted
               : counts.not_found);
      }
    }
    return counts;
  }
  std::map<std::string, std::string> Contents(std::string_view space) const {
    std::map<std::string, std::string> contents;
    for (const auto& [id, fact] : facts_) {
      const std::string name = id[0] == 'n' ? id.substr(1) : "";
      contents[TermKey(space, fact.first, name)] = fact.second;
      if (!name.empty()) contents[NameKey(space, name)] = fact.second;
    }
    return contents;
  }
  size_t size() const { return facts_.size(); }

 private:
  std::map<std::string, std::pair<std::string, std::string>> facts_;
};

Batch RandomBatch(std::mt19937_64& random) {
  Batch batch;
  batch.space = "s";
  for (int i = 0, n = 1 + static_cast<int>(random() % 8); i < n; ++i) {
    const std::string term = "(f " + std::to_string(random() % 12) + ")";
    const std::string name = "n" + std::to_string(random() % 6);
    switch (random() % 5) {
      case 0:
      case 1:
        batch.changes.push_back(Insert(term, "", random() % 3 == 0 ? 0.5 : 1));
        break;
      case 2:
        batch.changes.push_back(Insert(term, name, random() % 3 == 0 ? 0.25 : 1));
        break;
      case 3:
        batch.changes.push_back({Change::Kind::kDeleteTerm, Encoded(term), "", ""});
        break;
      default:
        batch.changes.push_back({Change::Kind::kDeleteName, "", name, ""});
    }
  }
  return batch;
}

TEST(WorkingSetTest, AgreesWithAPlainModelAcrossSnapshots) {
  std::mt19937_64 random(0xFAC75);
  WorkingSet working;
  std::unique_ptr<MemoryBase> base;
  Model model;
  std::vector<Batch> log;  // What was applied since the base.
  for (int round = 0; round < 3000; ++round) {
    Batch batch = RandomBatch(random);
    const ChangeCounts expected = model.Apply(batch);
    WorkingSet staged = working;
    const auto counts = staged.Apply(batch, base.get());
    ASSERT_TRUE(counts.ok());
    ASSERT_EQ(*counts, expected);
    ASSERT_EQ(batch.changes.size(), expected.changed());
    working = staged;
    if (!batch.changes.empty()) log.push_back(batch);
    if (round % 50 != 0) continue;
    ASSERT_EQ(Contents(working, base.get()), model.Contents("s"));

    WorkingSet replayed;
    for (Batch again : log) ASSERT_TRUE(replayed.Apply(again, base.get()).ok());
    ASSERT_EQ(Contents(replayed, base.get()), model.Contents("s"));
    // Since() leaves out what was changed and then changed back.
    ASSERT_GE(replayed.changed_facts(), working.changed_facts());

    // A snapshot of now becomes the base after a few more batches have come.
    const WorkingSet viewed = working;
    auto snapshot = Snapshot(viewed, base.get());
    log.clear();
    for (int later = 0; later < 5; ++later) {
      Batch more = RandomBatch(random);
      model.Apply(more);
      WorkingSet next = working;
      ASSERT_TRUE(next.Apply(more, base.get()).ok());
      working = next;
      if (!more.changes.empty()) log.push_back(more);
    }
    working = working.Since(viewed.trie());
    base = std::move(snapshot);
    ASSERT_EQ(Contents(working, base.get()), model.Contents("s"));
  }
}

TEST(WorkingSetTest, DroppingAStagedCopyUndoesIt) {
  WorkingSet working;
  Batch first{"s", {Insert("(a 1)")}};
  ASSERT_TRUE(working.Apply(first, nullptr).ok());
  const auto before = Contents(working, nullptr);
  {
    WorkingSet staged = working;
    Batch second{"s", {Insert("(a 2)", "name", 0.5)}};
    ASSERT_TRUE(staged.Apply(second, nullptr).ok());
    EXPECT_EQ(Contents(staged, nullptr).size(), 3u);
  }
  EXPECT_EQ(Contents(working, nullptr), before);
  EXPECT_EQ(working.changed_facts(), 1u);
}

TEST(WorkingSetTest, ADeleteHidesTheBaseAndLeavesATombstone) {
  MemoryBase base;
  base.Set(TermKey("s", Encoded("(a 1)"), ""), "");
  WorkingSet working;
  Batch batch{"s", {{Change::Kind::kDeleteTerm, Encoded("(a 1)"), "", ""}}};
  EXPECT_EQ(working.Apply(batch, &base)->deleted, 1u);
  EXPECT_TRUE(Contents(working, &base).empty());
  EXPECT_EQ(working.trie().Find(TermKey("s", Encoded("(a 1)"), "")), kDeletedBit);
  Batch again{"s", {{Change::Kind::kDeleteTerm, Encoded("(a 1)"), "", ""}}};
  EXPECT_EQ(working.Apply(again, &base)->not_found, 1u);
  EXPECT_TRUE(again.changes.empty());
}

}  // namespace
}  // namespace pathkb
