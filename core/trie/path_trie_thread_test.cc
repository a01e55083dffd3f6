// Copies of a trie are independent across threads: readers walk, look up, join and drop the copies
// they are handed while a writer goes on editing, and each finds exactly what its copy held; the
// last reference to a node may go in any thread. Of use above all under --config=tsan and asan.

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/algebra.h"
#include "core/trie/difference.h"
#include "core/trie/node_reaper.h"
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

// Scans the view, then finds all that the scan has shown. Returns false at the first thing that is
// not as the view says.
bool CheckView(const View& view) {
  std::deque<std::string> paths;
  std::vector<std::string_view> to_find;
  uint64_t sum = 0;
  ReadZipper zipper(view.trie);
  for (bool found = zipper.value().has_value() || zipper.NextValue(); found;
       found = zipper.NextValue()) {
    sum += *zipper.value();
    to_find.push_back(paths.emplace_back(zipper.path()));
  }
  if (paths.size() != view.size || sum != view.sum || view.trie.size() != view.size) return false;
  std::vector<std::optional<uint64_t>> values(to_find.size());
  view.trie.FindBatch(to_find, values);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].has_value() || view.trie.Find(to_find[i]) != values[i]) return false;
    sum -= *values[i];
  }
  return sum == 0;
}

uint64_t MaxValue(uint64_t left, uint64_t right) { return std::max(left, right); }

// Algebra of two tries that share nodes with each other and with those of other threads. Returns
// false if the results contradict each other.
bool CheckAlgebra(const PathTrie& left, const PathTrie& right) {
  const PathTrie both = Join(left, right, MaxValue).trie;
  const PathTrie common = Meet(left, right, MaxValue).trie;
  const PathTrie only_left = Subtract(left, right).trie;
  const PathTrie only_one = SymmetricDifference(left, right).trie;
  return both.size() == left.size() + right.size() - common.size() &&
         left.size() == only_left.size() + common.size() &&
         only_one.size() == both.size() - common.size() &&
         Subtract(both, only_one).trie.EqualTo(common) &&
         Join(right, left, MaxValue).trie.EqualTo(both);
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
        if (Difference(own, view.trie).size() > own.size()) wrong.store(true);
        if (!CheckAlgebra(own, view.trie) || !CheckAlgebra(view.trie, kept.trie)) wrong.store(true);
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

// Many threads hold copies of one trie, edit them and drop them, all in their own time; whoever is
// last frees what all had in common, more than one thread frees at once.
TEST(PathTrieThreadTest, TheLastReferenceGoesAnywhere) {
  constexpr uint64_t kThreads = 4;
  const uint64_t seed = TestSeed();
  std::atomic<uint64_t> wrong = 0;
  for (uint64_t round = 0; round < 20; ++round) {
    PathTrie trie;
    for (uint64_t i = 0; i < 2 * NodeReaper::kNodesAtOnce; ++i) {
      const std::string path = "item/" + std::to_string(i * 7919);
      trie.Set(path, i);
      trie.Set(path + "/name", ~i);
    }
    // The same nodes in several places.
    if (round % 2 == 0) trie.Graft("again/", trie.Subtrie("item/"));
    const uint64_t size = trie.size();
    std::vector<std::thread> threads;
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&wrong, size, copy = trie,
                            random = std::mt19937_64(seed + kThreads * round + thread)]() mutable {
        if (copy.size() != size) ++wrong;
        for (uint64_t edits = random() % 50; edits > 0; --edits) {
          const std::string path = "item/" + std::to_string(random() % 1000 * 7919) + "/";
          if (copy.RemoveBelow(path) == 0) ++wrong;
          copy.Set(path, 1);
        }
        PathTrie second = copy;
        if (random() % 2 == 0) copy.Clear();
        second.Set("x", 1);
      });
    }
    trie.Clear();
    for (std::thread& thread : threads) thread.join();
  }
  NodeReaper::WaitUntilIdle();
  EXPECT_EQ(wrong.load(), 0u);
}

// Copies go from thread to thread: each makes a new one of what it is handed and drops what it had.
TEST(PathTrieThreadTest, CopiesHandedOnAndOn) {
  constexpr uint64_t kThreads = 4;
  const uint64_t seed = TestSeed();
  std::mutex mutex;
  std::vector<View> bench(6);
  std::atomic<uint64_t> wrong = 0;
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937_64 random(seed + thread);
      for (int step = 0; step < 1500; ++step) {
        const size_t from = random() % bench.size();
        const size_t to = random() % bench.size();
        View view;
        {
          const std::lock_guard lock(mutex);
          view = bench[from];
        }
        for (int edits = 0; edits < 4; ++edits) {
          const std::string path = RandomPath(random);
          if (random() % 3 == 0) {
            view.sum -= view.trie.Remove(path).value_or(0);
          } else {
            const uint64_t value = random() % 1000;
            view.sum += value - view.trie.Set(path, value).value_or(0);
          }
        }
        view.size = view.trie.size();
        if (step % 16 == 0 && !CheckView(view)) ++wrong;
        const std::lock_guard lock(mutex);
        std::swap(bench[to], view);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0u);
  for (const View& view : bench) {
    EXPECT_TRUE(CheckView(view));
    EXPECT_TRUE(view.trie.IsValid().ok()) << view.trie.IsValid();
  }
}

}  // namespace
}  // namespace pathkb
