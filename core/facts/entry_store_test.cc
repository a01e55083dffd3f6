// Ids against a plain map; a view taken earlier keeps reading what it saw, also while the store
// grows on another thread (which ThreadSanitizer watches) and after the store is gone.

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
