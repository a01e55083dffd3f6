// Ids against a plain map; lookups that store nothing, figures, a fresh start; a view taken earlier
// keeps reading what it saw, also while the store grows on another thread (which ThreadSanitizer
// watches) and after the store is gone.

#include "core/facts/entry_store.h"

#include <map>
#include <random>
#include <thread>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(EntryStoreTest, EqualEntriesHaveOneId) {
  EntryStore store;
  std::map<std::string, uint64_t> model;
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const std::string entry = "entry " + std::to_string(random() % 5'000);
    const uint64_t id = store.Intern(entry);
    const auto [known, added] = model.emplace(entry, model.size() + 1);
    EXPECT_EQ(id, known->second);
    EXPECT_EQ(store.Find(id), entry);
  }
  EXPECT_EQ(store.View().entry_count(), model.size());
  EXPECT_EQ(store.Intern(""), 0u);
}

TEST(EntryStoreTest, AnEntryIsFoundWithoutBeingStored) {
  EntryStore store;
  EXPECT_EQ(store.FindId("red"), std::nullopt);
  EXPECT_EQ(store.FindId(""), 0u);
  EXPECT_EQ(store.View().entry_count(), 0u);
  EXPECT_EQ(store.Intern("red"), 1u);
  EXPECT_EQ(store.Intern("blue"), 2u);
  EXPECT_EQ(store.FindId("blue"), 2u);
  EXPECT_EQ(store.FindId("blu"), std::nullopt);
  EXPECT_EQ(store.View().entry_count(), 2u);
}

TEST(EntryStoreTest, TheFiguresTellWhatSharingSaves) {
  EntryStore store;
  for (int i = 0; i < 10'000; ++i) store.Intern("red");
  store.Intern("");
  store.Intern("red", 0);
  store.Intern("blue", 5);
  EXPECT_EQ(store.FindId("red"), 1u);
  const EntryView view = store.View();
  EXPECT_EQ(view.entry_count(), 2u);
  EXPECT_EQ(view.entry_bytes(), 7u);
  EXPECT_EQ(view.entry_uses(), 10'005u);
}

TEST(EntryStoreTest, AClearedStoreBeginsAnewAndItsViewsStay) {
  EntryStore store;
  for (int i = 0; i < 3'000; ++i) store.Intern("old " + std::to_string(i));
  const EntryView view = store.View();
  store.Clear();
  EXPECT_EQ(store.View().entry_count(), 0u);
  EXPECT_EQ(store.View().entry_bytes(), 0u);
  EXPECT_EQ(store.View().entry_uses(), 0u);
  EXPECT_EQ(store.FindId("old 7"), std::nullopt);
  EXPECT_EQ(store.Intern("new"), 1u);
  EXPECT_EQ(store.Find(1), "new");
  EXPECT_EQ(view.entry_count(), 3'000u);
  EXPECT_EQ(view.Find(2'999), "old 2998");
}

TEST(EntryStoreTest, AViewOutlivesTheStoreAndItsGrowth) {
  auto store = std::make_unique<EntryStore>();
  for (int i = 1; i <= 1500; ++i) store->Intern(std::to_string(i));
  const EntryView view = store->View();
  std::thread reader([view] {
    for (int round = 0; round < 20; ++round) {
      for (uint64_t id = 1; id <= view.entry_count(); ++id) {
        ASSERT_EQ(view.Find(id), std::to_string(id));
      }
    }
  });
  for (int i = 1501; i <= 20'000; ++i) store->Intern(std::to_string(i));
  reader.join();
  store.reset();
  EXPECT_EQ(view.entry_count(), 1500u);
  EXPECT_EQ(view.Find(1500), "1500");
}

}  // namespace
}  // namespace pathkb
