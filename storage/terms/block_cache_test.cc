// Goal: BlockCache keeps the blocks used last, and one that is dropped lives on while it is held.
// Method: a short sequence by hand, and threads that use few places for many blocks.

#include "storage/terms/block_cache.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

BlockCache::Block Block(uint64_t offset) {
  return std::make_shared<const std::string>(std::to_string(offset));
}

TEST(BlockCache, DropsWhatWasNotUsedForLongest) {
  BlockCache cache(2);
  EXPECT_EQ(cache.Find(1), nullptr);
  cache.Insert(1, Block(1));
  cache.Insert(2, Block(2));
  const BlockCache::Block held = cache.Find(2);
  EXPECT_EQ(*cache.Find(1), "1");
  cache.Insert(3, Block(3));
  EXPECT_EQ(cache.Find(2), nullptr);
  EXPECT_EQ(*cache.Find(1), "1");
  EXPECT_EQ(*cache.Find(3), "3");
  EXPECT_EQ(*held, "2");
  cache.Insert(3, Block(33));
  EXPECT_EQ(*cache.Find(3), "3") << "the first one is kept";
  cache.Clear();
  EXPECT_EQ(cache.Find(1), nullptr);
  EXPECT_EQ(cache.Find(3), nullptr);
}

TEST(BlockCache, IsSharedByThreads) {
  BlockCache cache(4);
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (uint64_t i = 0; i < 20'000; ++i) {
        const uint64_t offset = (i * (t + 1)) % 11;
        BlockCache::Block block = cache.Find(offset);
        if (block == nullptr) {
          block = Block(offset);
          cache.Insert(offset, block);
        }
        ASSERT_EQ(*block, std::to_string(offset));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace pathkb
