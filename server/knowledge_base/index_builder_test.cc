// An index that is built while others write is whole and right: SetIndex on one thread, inserts,
// replacements and deletes on another, then every key compared with the facts (core/facts/
// index_check). Cancels at each step and a second call; what is refused; a gate without room. The
// seed is PATHKB_TEST_SEED or fixed.

#include "server/knowledge_base/index_builder.h"

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "gtest/gtest.h"

#include "core/facts/facts_testing.h"
#include "core/facts/index_check.h"
#include "core/facts/keys.h"
#include "tests/support/hand_clock.h"
#include "tests/support/queue_under_test.h"

namespace pathkb {
namespace {

Change Delete(const std::string& term) {
  return {Change::Kind::kDeleteTerm, Encoded(term), "", ""};
}

std::string TermOf(uint64_t number) {
  return "(r a" + std::to_string(number % 97) + " b" + std::to_string(number) + ")";
}

class IndexBuilderTest : public ::testing::Test {
 protected:
  IndexBuilderTest() : server_(files_, Options()) { EXPECT_EQ(server_.status(), absl::OkStatus()); }

  static CommitQueue::Options Options() {
    CommitQueue::Options options;
    options.index_of_new_spaces = *IndexedArguments::FromText("2");
    return options;
  }

  void Commit(const std::string& space, std::vector<Change> changes) {
    Batch batch;
    batch.space = space;
    batch.changes = std::move(changes);
    const auto commit = server_.Start(std::move(batch)).get();
    ASSERT_TRUE(commit.ok()) << commit.status();
  }
  // Facts 0 to `count` - 1, some with names and entries.
  void Fill(const std::string& space, uint64_t count) {
    std::vector<Change> changes;
    for (uint64_t i = 0; i < count; ++i) {
      changes.push_back(
          Insert(TermOf(i), i % 7 == 0 ? "n/" + std::to_string(i) : "", i % 5 == 0 ? 0.5 : 1));
    }
    Commit(space, std::move(changes));
  }
  IndexSetting Setting(const std::string& space) {
    const ReadView view = server_.knowledge_base().View();
    return *ReadIndexSetting(*view.NewZipper(), space);
  }
  absl::Status CheckAll() {
    const ReadView view = server_.knowledge_base().View();
    return CheckIndex(*view.NewZipper(), [&](uint64_t value, int layer, std::string& scratch) {
      return view.EntryBytes(value, layer, scratch);
    });
  }
  absl::StatusOr<IndexBuilder::Result> Set(const std::string& space, const std::string& arguments,
                                           const IndexBuilder::Interrupt& interrupt = nullptr) {
    return builder_.SetIndex(space, *IndexedArguments::FromText(arguments), interrupt);
  }

  CrashFileSystem files_;
  HandClock clock_;
  QueueUnderTest server_;
  IndexBuilder builder_{server_.knowledge_base(), server_.queue(), clock_};
};

TEST_F(IndexBuilderTest, BeginsFillsDropsAndSaysHowMuch) {
  Fill("s", 25'000);
  EXPECT_EQ(Setting("s").whole.ToText(), "2");
  EXPECT_EQ(CheckAll(), absl::OkStatus());
  auto result = Set("s", "1,3");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->facts, 25'000u);
  // Begun; three steps, as 2 facts more would make no fourth; whole.
  EXPECT_EQ(result->commit.revision, 1u + 1 + 3 + 1);
  EXPECT_EQ(Setting("s"), (IndexSetting{*IndexedArguments::FromText("1,3"), {}}));
  EXPECT_EQ(CheckAll(), absl::OkStatus());
  result = Set("s", "1,3");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->facts, 0u);
  EXPECT_EQ(result->commit.revision, 6u) << "nothing to do";
  ASSERT_TRUE(Set("s", "none").ok());
  EXPECT_EQ(Setting("s"), IndexSetting());
  EXPECT_EQ(CheckAll(), absl::OkStatus());
  // Only two of the three families of a fact with two arguments have keys.
  EXPECT_EQ(server_.knowledge_base().View().facts, 25'000u);
}

TEST_F(IndexBuilderTest, WhatIsRefused) {
  EXPECT_EQ(Set("s", "2").status().code(), absl::StatusCode::kNotFound);
  Fill("s", 10);
  std::atomic<int> asked = 0;
  absl::Status second;
  // From within the first.
  const auto first = Set("s", "3", [&] {
    if (asked++ == 0) second = Set("s", "4").status();
    return absl::OkStatus();
  });
  EXPECT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition) << second;
  // Dropped and made anew while its index was being built.
  asked = 0;
  const auto dropped = Set("s", "2,3", [&] {
    if (asked++ == 0) Commit("s", {{Change::Kind::kDropSpace, "", "", ""}, Insert("(r a b)")});
    return absl::OkStatus();
  });
  EXPECT_EQ(dropped.status().code(), absl::StatusCode::kFailedPrecondition) << dropped.status();
  EXPECT_EQ(Setting("s").whole.ToText(), "2") << "as in every new space";
  EXPECT_EQ(CheckAll(), absl::OkStatus());
}

TEST_F(IndexBuilderTest, ACancelLeavesWhatASecondCallMakesWhole) {
  Fill("s", 35'000);
  for (int steps = 0; steps < 5; ++steps) {
    int asked = 0;
    const auto cancelled = Set("s", "1,2", [&]() -> absl::Status {
      return asked++ < steps ? absl::OkStatus() : absl::CancelledError("enough");
    });
    if (steps < 4) {
      EXPECT_EQ(cancelled.status().code(), absl::StatusCode::kCancelled) << steps;
      EXPECT_EQ(Setting("s").building.ToText(), "1");
    }
    EXPECT_EQ(CheckAll(), absl::OkStatus()) << steps;
    Commit("s", {Delete(TermOf(1)), Insert("(r new " + std::to_string(steps) + ")")});
  }
  ASSERT_TRUE(Set("s", "1,2").ok());
  EXPECT_EQ(Setting("s"), (IndexSetting{*IndexedArguments::FromText("1,2"), {}}));
  EXPECT_EQ(CheckAll(), absl::OkStatus());
}

TEST_F(IndexBuilderTest, OthersWriteMeanwhile) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = given == nullptr ? 0x1DE : std::strtoull(given, nullptr, 0);
  std::cout << "PATHKB_TEST_SEED=" << seed << "\n";
  Fill("s", 30'000);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    std::mt19937_64 random(seed);
    while (!stop) {
      std::vector<Change> changes;
      for (int i = 0; i < 20; ++i) {
        const uint64_t number = random() % 40'000;
        switch (random() % 4) {
          case 0:
            changes.push_back(Delete(TermOf(number)));
            break;
          case 1:
            // Another term under the name.
            changes.push_back(
                Insert(TermOf(random() % 40'000), "n/" + std::to_string(number % 1000)));
            break;
          default:
            changes.push_back(Insert(TermOf(number), "", number % 3 == 0 ? 0.25 : 1));
        }
      }
      Commit("s", std::move(changes));
    }
  });
  for (const char* arguments : {"1,2", "none", "2", "1,3"}) {
    const auto result = Set("s", arguments);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(Setting("s"), (IndexSetting{*IndexedArguments::FromText(arguments), {}}));
    EXPECT_EQ(CheckAll(), absl::OkStatus()) << arguments;
  }
  stop = true;
  writer.join();
  EXPECT_EQ(CheckAll(), absl::OkStatus());
}

TEST(IndexBuilderGateTest, WaitsForRoom) {
  CrashFileSystem files;
  HandClock clock;
  CommitQueue::Options options;
  options.gate.memory_hard_bytes = 1;
  QueueUnderTest server(files, options);
  ASSERT_EQ(server.status(), absl::OkStatus());
  IndexBuilder builder(server.knowledge_base(), server.queue(), clock);
  ASSERT_TRUE(server.Insert({1}).ok()) << "the first finds no memory taken";
  int asked = 0;
  const auto result =
      builder.SetIndex("s", *IndexedArguments::FromText("2"), [&]() -> absl::Status {
        return asked++ < 5 ? absl::OkStatus() : absl::CancelledError("enough");
      });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kCancelled) << result.status();
  EXPECT_EQ(asked, 6) << "again and again";
}

}  // namespace
}  // namespace pathkb
