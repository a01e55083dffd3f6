// Goal: who reads a million facts sees each once, and only those that were there when he began,
// however many commits come meanwhile; and no commit waits for him. Method: readers that stop half
// way until more commits are answered, of facts in front of them and behind, new ones and
// deletes.

#include <atomic>
#include <future>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/keys.h"
#include "tests/support/queue_under_test.h"

namespace pathkb {
namespace {

constexpr int kFacts = 1'000'000;
constexpr int kBatchFacts = 50'000;
constexpr int kReaders = 3;
constexpr int kRounds = 20;

std::vector<int> Numbers(int first, int count) {
  std::vector<int> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

uint64_t FactsIn(const ReadView& view) { return *view.CountFacts("s", nullptr); }

TEST(ReadersBesideWritersTest, AMillionFactsStayTheSameForWhoReadsThem) {
  CrashFileSystem files;
  CommitQueue::Options options;
  options.sync = *ParseSyncPolicy("none");
  QueueUnderTest test(files, options);
  ASSERT_TRUE(test.status().ok()) << test.status();
  for (int first = 0; first < kFacts; first += kBatchFacts) {
    ASSERT_TRUE(test.Insert(Numbers(first, kBatchFacts)).ok());
  }

  const std::string prefix = TermsPrefix("s");
  std::atomic<int> half_way = 0;
  std::promise<void> go_on;
  const std::shared_future<void> gone_on = go_on.get_future().share();
  std::vector<std::thread> readers;
  std::vector<int> seen(kReaders, 0);
  for (int& facts : seen) {
    readers.emplace_back([&, view = test.knowledge_base().View()] {
      const auto zipper = view.NewZipper();
      std::string last;
      bool in_order = true;
      for (bool more = zipper->SeekValue(prefix); more && zipper->path().starts_with(prefix);
           more = zipper->NextValue()) {
        in_order &= last < zipper->path();
        last = zipper->path();
        if (++facts != kFacts / 2) continue;
        ++half_way;
        half_way.notify_one();
        gone_on.wait();
      }
      EXPECT_TRUE(in_order);
    });
  }
  for (int there = half_way; there < kReaders; there = half_way) half_way.wait(there);
  // Would a commit wait for a reader, none of these would be answered.
  for (int i = 0; i < kRounds; ++i) {
    EXPECT_TRUE(test.Insert({kFacts + i}).ok());
    EXPECT_TRUE(test.Delete({i}).ok());
    EXPECT_TRUE(test.Delete({kFacts - 1 - i}).ok());
  }
  go_on.set_value();
  for (std::thread& reader : readers) reader.join();
  for (const int facts : seen) EXPECT_EQ(facts, kFacts);
  EXPECT_EQ(FactsIn(test.knowledge_base().View()), kFacts - kRounds);
}

}  // namespace
}  // namespace pathkb
