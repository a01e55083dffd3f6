// Goal: all blocks come, once and in order, however many threads there are and however the parts
// differ; threads go ahead as far as they may and no further; errors come where they belong; and
// whoever stops early waits for nobody but those at work. Method: parts of numbered blocks, makers
// that wait for a sign, pools of one to eight threads.

#include "server/background/ordered_blocks.h"

#include <atomic>
#include <latch>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

using Blocks = OrderedBlocks<int>;

size_t One(const int&) { return 1; }

// Part p has the blocks p * 1000, p * 1000 + 1, ..., `count(p)` of them.
std::function<Blocks::Maker(size_t)> Numbered(std::function<int(size_t)> count) {
  return [count = std::move(count)](size_t part) -> Blocks::Maker {
    return [end = count(part), next = 0, part]() mutable -> absl::StatusOr<std::optional<int>> {
      if (next == end) return std::nullopt;
      return static_cast<int>(part) * 1000 + next++;
    };
  };
}

TEST(OrderedBlocksTest, AllComeInOrder) {
  for (const int threads : {1, 2, 8}) {
    ThreadPool pool(threads);
    for (const size_t parts : {0, 1, 2, 50}) {
      const auto count = [](size_t part) { return static_cast<int>(part * 7919 % 30); };
      Blocks blocks(pool, parts, Numbered(count), {.parts = 4, .weight = 3}, One);
      for (size_t part = 0; part < parts; ++part) {
        for (int i = 0; i < count(part); ++i) {
          const auto block = blocks.Next();
          ASSERT_TRUE(block.ok() && block->has_value());
          ASSERT_EQ(**block, static_cast<int>(part) * 1000 + i);
        }
      }
      for (int again = 0; again < 2; ++again) {
        const auto end = blocks.Next();
        ASSERT_TRUE(end.ok());
        EXPECT_FALSE(end->has_value());
      }
    }
  }
}

TEST(OrderedBlocksTest, ThreadsGoAheadOnlySoFar) {
  std::atomic<int> made = 0;
  std::atomic<size_t> last_part = 0;
  {
    ThreadPool pool(4);
    const auto new_maker = [&](size_t part) -> Blocks::Maker {
      last_part = std::max<size_t>(last_part, part);
      return [&made]() -> absl::StatusOr<std::optional<int>> { return ++made; };
    };
    Blocks blocks(pool, 100, new_maker, {.parts = 3, .weight = 5}, One);
    ASSERT_TRUE(blocks.Next().ok());
  }
  // The pool has run all that it was given.
  EXPECT_LE(made, 3 * 5 + 1);
  EXPECT_LE(last_part, 2u);
}

TEST(OrderedBlocksTest, HeavyBlocksAreFewer) {
  std::atomic<int> made = 0;
  {
    ThreadPool pool(2);
    const auto new_maker = [&](size_t) -> Blocks::Maker {
      return [&made]() -> absl::StatusOr<std::optional<int>> {
        ++made;
        return 50;
      };
    };
    Blocks blocks(pool, 2, new_maker, {.parts = 2, .weight = 100},
                  [](const int& block) { return static_cast<size_t>(block); });
    ASSERT_TRUE(blocks.Next().ok());
  }
  EXPECT_LE(made, 2 * 2 + 1);
}

TEST(OrderedBlocksTest, OtherPartsAreMadeWhileOneTakesLong) {
  ThreadPool pool(2);
  std::latch second_is_made(1);
  // The first block of the first part is there only when the second part has one.
  const auto new_maker = [&](size_t part) -> Blocks::Maker {
    return [&, part, given = false]() mutable -> absl::StatusOr<std::optional<int>> {
      if (std::exchange(given, true)) return std::nullopt;
      if (part == 0) second_is_made.wait();
      if (part == 1) second_is_made.count_down();
      return static_cast<int>(part);
    };
  };
  Blocks blocks(pool, 2, new_maker, {}, One);
  EXPECT_EQ(**blocks.Next(), 0);
  EXPECT_EQ(**blocks.Next(), 1);
  EXPECT_FALSE(blocks.Next()->has_value());
}

TEST(OrderedBlocksTest, GoesOnWhereThePoolIsBusy) {
  ThreadPool pool(1);
  std::latch done(1);
  pool.Run([&done] { done.wait(); });
  {
    Blocks blocks(pool, 3, Numbered([](size_t) { return 10; }), {}, One);
    for (int i = 0; i < 30; ++i) ASSERT_EQ(**blocks.Next(), i / 10 * 1000 + i % 10);
    EXPECT_FALSE(blocks.Next()->has_value());
  }
  // Its tasks come to their turn when it is gone.
  done.count_down();
}

TEST(OrderedBlocksTest, AnErrorComesBehindTheBlocksBeforeIt) {
  ThreadPool pool(4);
  const auto new_maker = [](size_t part) -> Blocks::Maker {
    return [part, next = 0]() mutable -> absl::StatusOr<std::optional<int>> {
      if (part == 2 && next == 1) return absl::DataLossError("part 2");
      if (part == 3) return absl::DataLossError("part 3");
      if (next == 2) return std::nullopt;
      return static_cast<int>(part) * 1000 + next++;
    };
  };
  Blocks blocks(pool, 5, new_maker, {}, One);
  for (const int expected : {0, 1, 1000, 1001, 2000}) ASSERT_EQ(**blocks.Next(), expected);
  EXPECT_EQ(blocks.Next().status().message(), "part 2");
  EXPECT_EQ(blocks.Next().status().message(), "part 2");
}

}  // namespace
}  // namespace pathkb
