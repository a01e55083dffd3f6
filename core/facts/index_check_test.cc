// A sound index passes, over a base and with entries of both layers; each single key that is taken
// out, added or changed is found, and named.

#include "core/facts/index_check.h"

#include <vector>

#include "gtest/gtest.h"

#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"

namespace pathkb {
namespace {

Change IndexArguments(const std::string& begun, const std::string& whole) {
  Change change;
  change.kind = Change::Kind::kIndexArguments;
  change.index.begun = *IndexedArguments::FromText(begun);
  change.index.whole = *IndexedArguments::FromText(whole);
  return change;
}

absl::Status Check(const std::map<std::string, std::string>& contents) {
  MemoryBase base;
  for (const auto& [key, entry] : contents) base.Set(key, entry);
  return CheckIndex(*base.NewZipper(), [&](uint64_t value, int, std::string& scratch) {
    return base.FindEntry(value, scratch);
  });
}

// Facts of three shapes, with and without names and entries, in two spaces.
std::map<std::string, std::string> Sound() {
  WorkingSet working;
  Batch batch;
  batch.space = "s";
  batch.changes = {IndexArguments("1,2", "1"),  Insert("(r a b)"),
                   Insert("(r a c)", "n", 0.5), Insert("(r b)"),
                   Insert("(r c b)", "", 0.25), Insert("word")};
  EXPECT_TRUE(working.Apply(batch, nullptr).ok());
  batch.space = "s-plain";
  batch.changes = {Insert("(r a b)")};
  EXPECT_TRUE(working.Apply(batch, nullptr).ok());
  return Contents(working, nullptr);
}

TEST(IndexCheckTest, EverySingleKeyCounts) {
  const std::map<std::string, std::string> sound = Sound();
  EXPECT_EQ(Check(sound), absl::OkStatus());
  int found = 0;
  for (const auto& [key, entry] : sound) {
    if (!key.starts_with(ArgumentPrefix("s", 1))) continue;
    auto broken = sound;
    broken.erase(key);
    EXPECT_EQ(Check(broken).code(), absl::StatusCode::kDataLoss) << key;
    broken[key] = "another";
    EXPECT_EQ(Check(broken).code(), absl::StatusCode::kDataLoss) << key;
    broken[key] = entry;
    broken[key + "x"] = entry;
    EXPECT_EQ(Check(broken).code(), absl::StatusCode::kDataLoss) << key;
    ++found;
  }
  EXPECT_EQ(found, 4);
}

TEST(IndexCheckTest, WhatIsBeingBuiltMayHaveGaps) {
  auto contents = Sound();
  const auto key = contents.lower_bound(ArgumentPrefix("s", 2));
  ASSERT_TRUE(key->first.starts_with(ArgumentPrefix("s", 2)));
  contents.erase(key);
  EXPECT_EQ(Check(contents), absl::OkStatus());
  contents.erase(IndexingKey("s", 2));
  EXPECT_EQ(Check(contents).code(), absl::StatusCode::kDataLoss) << "nobody speaks of the rest";
}

TEST(IndexCheckTest, EntriesOfTwoLayersAreCompared) {
  WorkingSet working;
  Batch batch;
  batch.space = "s";
  batch.changes = {Insert("(r a b)", "", 0.5), Insert("(r a c)")};
  ASSERT_TRUE(working.Apply(batch, nullptr).ok());
  const auto base = SnapshotOf(working, nullptr);
  WorkingSet over;
  // So that ids of the two differ.
  batch.changes = {Insert("(r a d)", "", 0.75),
                   IndexArguments("2", "none"),
                   {Change::Kind::kIndexFacts, "", "", ""},
                   IndexArguments("none", "2")};
  ASSERT_TRUE(over.Apply(batch, base.get()).ok());
  OverlayZipper zipper(std::make_unique<ReadZipper>(over.trie()), base->NewZipper());
  const auto entry_bytes = [&](uint64_t value, int layer,
                               std::string& scratch) -> absl::StatusOr<std::string_view> {
    if (layer == 1) return base->FindEntry(value, scratch);
    return over.entries().Find(value);
  };
  EXPECT_EQ(CheckIndex(zipper, entry_bytes), absl::OkStatus());
  EXPECT_EQ(zipper.path(), "");
}

}  // namespace
}  // namespace pathkb
