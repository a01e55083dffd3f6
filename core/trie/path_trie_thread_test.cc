// Copies of a trie are independent across threads: readers walk, look up and drop the copies they
// are handed while a writer goes on editing, and each finds exactly what its copy held. Of use
// above all under --config=tsan and asan.

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/difference.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

// A copy and what the writer knows of it.
struct View {
  PathTrie trie;
  uint64_t size = 0;
  uint64_t sum = 0;  // Of all values.
};

// Where the writer puts its newest view; readers copy it from there.
class Board {
 public:
  void Show(View view) {
    const std::lock_guard lock(mutex_);
    view_.trie.swap(view.trie);  // The old one is dropped outside the lock.
    view_.size = view.size;
    view_.sum = view.sum;
  }
  View Look() {
    const std::lock_guard lock(mutex_);
    return view_;
  }

 private:
  std::mutex mutex_;
  View view_;
};

// Returns false at the first thing that is not as the view says.
bool CheckView(const View& view) {
  ReadZipper zipper(view.trie);
  uint64_t size = 0;
  uint64_t sum = 0;
  if (zipper.value().has_value()) ++size, sum += *zipper.value();
  while (zipper.NextValue()) ++size, sum += *zipper.value();
  return size == view.size && sum == view.sum && view.trie.size() == size;
}

TEST(PathTrieThreadTest, ReadersOfCopiesBesideAWriter) {
  const uint64_t seed = TestSeed();
  Board board;
  std::atomic<bool> done = false;
  std::atomic<uint64_t> checked = 0;
  std::atomic<bool> wrong = false;

  std::vector<std::thread> readers;
  for (uint64_t reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      std::mt19937_64 random(seed + 1 + reader);
      View kept;
      while (!done.load()) {
        View view = board.Look();
        if (!CheckView(view) || !CheckView(kept)) wrong.store(true);
        // A reader may edit its copy too; that is seen nowhere else.
        PathTrie own = view.trie;
        for (int i = 0; i < 20; ++i) {
          own.Set(RandomPath(random), 1);
          own.RemoveBelow(RandomPath(random));
        }
        Difference(own, view.trie);
        if (random() % 4 == 0) kept = std::move(view);
        checked.fetch_add(1);
      }
    });
  }

  std::mt19937_64 random(seed);
  View view;
  for (int step = 0; step < 4000 || (checked.load() < 100 && step < 1'000'000); ++step) {
    const std::string path = RandomPath(random);
    if (random() % 3 != 0) {
      const uint64_t value = random() % 1000;
      view.sum += value - view.trie.Set(path, value).value_or(0);
    } else {
      view.sum -= view.trie.Remove(path).value_or(0);
    }
    view.size = view.trie.size();
    if (step % 4 == 0) board.Show(view);
  }
  done.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_FALSE(wrong.load());
  EXPECT_TRUE(view.trie.IsValid().ok()) << view.trie.IsValid();
}

}  // namespace
}  // namespace pathkb
