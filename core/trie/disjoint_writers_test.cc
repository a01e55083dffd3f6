// Claims of prefixes exclude each other exactly when one is a prefix of the other, as a naive look
// at all pairs says; writers in threads of their own write below disjoint prefixes while others
// take snapshots, and in the end, as at every moment before, all that was published is there. Of
// use above all under --config=tsan.

#include "core/trie/disjoint_writers.h"

#include <atomic>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

// A claim that must succeed.
PrefixWriter MustClaim(DisjointWriters& writers, std::string_view prefix,
                       std::string_view holder = "a test") {
  absl::StatusOr<PrefixWriter> writer = writers.Claim(prefix, holder);
  EXPECT_TRUE(writer.ok()) << writer.status();
  return std::move(writer).value();
}

absl::Status Refusal(DisjointWriters& writers, std::string_view prefix) {
  return writers.Claim(prefix, "nobody").status();
}

TEST(DisjointWritersTest, OverlapsAreRefusedWithTheHolder) {
  DisjointWriters writers{PathTrie()};
  const PrefixWriter held = MustClaim(writers, "spaces/a/", "import job 7");
  const PrefixWriter other = MustClaim(writers, std::string_view("b\0\xFF\"", 4), "job 8");
  // Equal, longer, shorter.
  EXPECT_EQ(Refusal(writers, "spaces/a/"),
            absl::FailedPreconditionError(
                "prefix \"spaces/a/\" overlaps with \"spaces/a/\", which import job 7 writes"));
  EXPECT_EQ(
      Refusal(writers, "spaces/a/terms/"),
      absl::FailedPreconditionError(
          "prefix \"spaces/a/terms/\" overlaps with \"spaces/a/\", which import job 7 writes"));
  EXPECT_EQ(Refusal(writers, "spaces"),
            absl::FailedPreconditionError(
                "prefix \"spaces\" overlaps with \"spaces/a/\", which import job 7 writes"));
  // Bytes that cannot be read are written as numbers.
  EXPECT_EQ(Refusal(writers, std::string_view("b\0\xFF\"x\x01", 6)),
            absl::FailedPreconditionError("prefix \"b\\x00\\xff\\\"x\\x01\" overlaps with "
                                          "\"b\\x00\\xff\\\"\", which job 8 writes"));
  // Neighbours are no overlap.
  EXPECT_TRUE(Refusal(writers, "spaces/a0").ok());
  EXPECT_TRUE(Refusal(writers, "spaces/A").ok());
  EXPECT_TRUE(Refusal(writers, "c").ok());
}

TEST(DisjointWritersTest, TheEmptyPrefixOverlapsWithEverything) {
  DisjointWriters writers{PathTrie()};
  {
    const PrefixWriter all = MustClaim(writers, "", "restore");
    EXPECT_EQ(Refusal(writers, "x").code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Refusal(writers, ""), absl::FailedPreconditionError(
                                        "prefix \"\" overlaps with \"\", which restore writes"));
  }
  const PrefixWriter some = MustClaim(writers, "x");
  EXPECT_EQ(Refusal(writers, "").code(), absl::StatusCode::kFailedPrecondition);
}

TEST(DisjointWritersTest, PublishShowsAndAbandonForgets) {
  PathTrie before;
  before.Set("a/1", 1);
  before.Set("b/1", 2);
  DisjointWriters writers(before);
  {
    PrefixWriter writer = MustClaim(writers, "a/");
    EXPECT_EQ(writer.prefix(), "a/");
    EXPECT_EQ(writer.trie().Find("1"), 1u);  // Cut from its paths.
    writer.trie().Set("2", 3);
    EXPECT_FALSE(writers.Snapshot().Contains("a/2"));
    writer.Publish();
    EXPECT_EQ(writers.Snapshot().Find("a/2"), 3u);
    // One may go on after publishing, and publish again.
    writer.trie().Remove("1");
    EXPECT_TRUE(writers.Snapshot().Contains("a/1"));
    writer.Publish();
    EXPECT_FALSE(writers.Snapshot().Contains("a/1"));
    writer.trie().Clear();
  }  // Abandoned: what was published stays.
  EXPECT_EQ(writers.Snapshot().Find("a/2"), 3u);
  {
    PrefixWriter again = MustClaim(writers, "a/");
    EXPECT_EQ(again.trie().size(), 1u);
    again.trie().Clear();
    again.Publish();  // Nothing at all is something to publish too.
  }
  const PathTrie snapshot = writers.Snapshot();
  EXPECT_EQ(snapshot.size(), 1u);
  EXPECT_EQ(snapshot.Find("b/1"), 2u);
  EXPECT_TRUE(snapshot.IsValid().ok()) << snapshot.IsValid();
  EXPECT_EQ(before.size(), 2u);
}

TEST(DisjointWritersTest, AMovedWriterHoldsTheClaim) {
  DisjointWriters writers{PathTrie()};
  std::optional<PrefixWriter> second;
  {
    PrefixWriter first = MustClaim(writers, "a/");
    first.trie().Set("x", 1);
    second.emplace(std::move(first));
  }
  EXPECT_FALSE(Refusal(writers, "a/").ok());
  second->Publish();
  second.reset();
  EXPECT_EQ(writers.Snapshot().Find("a/x"), 1u);
  EXPECT_TRUE(Refusal(writers, "a/").ok());
}

bool Overlap(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

TEST(DisjointWritersTest, RandomClaimsLikeTheModel) {
  std::mt19937_64 random(TestSeed());
  DisjointWriters writers{PathTrie()};
  std::map<std::string, PrefixWriter> held;
  std::map<std::string, uint64_t> model;
  uint64_t refused = 0;
  for (uint64_t step = 0; step < 20'000; ++step) {
    if (!held.empty() && random() % 2 == 0) {
      const auto chosen = std::next(held.begin(), static_cast<int>(random() % held.size()));
      auto& [prefix, writer] = *chosen;
      const std::string path = RandomPath(random);
      writer.trie().Set(path, step);
      if (random() % 4 == 0) {
        writer.Publish();
        model[prefix + path] = step;
      }
      held.erase(chosen);
      continue;
    }
    const std::string prefix = RandomPath(random);
    bool free = true;
    for (const auto& [other, writer] : held) free = free && !Overlap(prefix, other);
    absl::StatusOr<PrefixWriter> writer = writers.Claim(prefix, "a test");
    ASSERT_EQ(writer.ok(), free) << writer.status();
    if (free) {
      held.emplace(prefix, std::move(writer).value());
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000u);
  const PathTrie snapshot = writers.Snapshot();
  ASSERT_EQ(snapshot.size(), model.size());
  for (const auto& [path, value] : model) ASSERT_EQ(snapshot.Find(path), value);
  EXPECT_TRUE(snapshot.IsValid().ok()) << snapshot.IsValid();
}

// Each thread writes rounds of values below its own prefix, and publishes only when all values of a
// round are there; so a snapshot must show, below each prefix, one round and nothing of another.
TEST(DisjointWritersTest, ThreadsWriteDisjointPrefixesAtOnce) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kRounds = 400;
  constexpr uint64_t kPaths = 50;
  const uint64_t seed = TestSeed();
  DisjointWriters writers{PathTrie()};
  std::atomic<uint64_t> wrong = 0;
  std::atomic<uint64_t> running = kThreads;
  const auto prefix_of = [](uint64_t thread) { return "t" + std::to_string(thread) + "/"; };

  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937_64 random(seed + thread);
      for (uint64_t round = 1; round <= kRounds; ++round) {
        // The claim of a neighbour's prefix may fail or not; the own one is free again each round.
        const std::string next = prefix_of((thread + 1) % kThreads) + "terms/";
        writers.Claim(next + "never used", "a neighbour").IgnoreError();
        absl::StatusOr<PrefixWriter> writer = writers.Claim(prefix_of(thread), "the owner");
        if (!writer.ok()) {  // A neighbour holds a part of it for a moment.
          --round;
          std::this_thread::yield();
          continue;
        }
        if (writer->trie().size() != (round == 1 ? 0 : kPaths)) ++wrong;
        for (uint64_t path = 0; path < kPaths; ++path) {
          writer->trie().Set("terms/" + std::to_string(path), round);
        }
        if (random() % 4 == 0) {
          writer->trie().Set("abandoned", 1);
          const PrefixWriter dropped = std::move(writer).value();
          --round;
          continue;
        }
        writer->Publish();
      }
      --running;
    });
  }
  // The bytes that all prefixes share belong to nobody, so this one writes beside them all.
  threads.emplace_back([&] {
    while (running.load() > 0) {
      absl::StatusOr<PrefixWriter> writer = writers.Claim("s", "the one beside");
      if (!writer.ok()) ++wrong;
      if (!writer.ok()) break;
      writer->trie().Set(std::to_string(running.load()), 1);
      writer->Publish();
    }
  });

  const auto check = [&](const PathTrie& snapshot) {
    for (uint64_t thread = 0; thread < kThreads; ++thread) {
      const PathTrie part = snapshot.Subtrie(prefix_of(thread) + "terms/");
      if (part.empty()) continue;
      const std::optional<uint64_t> round = part.Find("0");
      for (uint64_t path = 0; path < kPaths; ++path) {
        if (!round.has_value() || part.Find(std::to_string(path)) != round) ++wrong;
      }
    }
    if (!snapshot.IsValid().ok()) ++wrong;
  };
  while (running.load() > 0) check(writers.Snapshot());
  for (std::thread& thread : threads) thread.join();
  const PathTrie last = writers.Snapshot();
  check(last);
  EXPECT_EQ(wrong.load(), 0u);
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    EXPECT_EQ(last.CountBelow(prefix_of(thread)), kPaths);
    EXPECT_EQ(last.Find(prefix_of(thread) + "terms/7"), kRounds);
  }
}

}  // namespace
}  // namespace pathkb
