// Block checksums: what the summer makes, the guard accepts; every changed byte, and every block of
// another place or database, is refused.

#include "storage/file/block_sums.h"

#include <algorithm>
#include <csignal>
#include <span>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

// `size` bytes without a pattern that a block's length divides.
std::string SomeBytes(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

DatabaseId IdOf(uint8_t first) {
  DatabaseId id;
  id.bytes[0] = first;
  return id;
}

std::string SumsOf(std::string_view bytes, const DatabaseId& id, size_t piece_bytes) {
  BlockSummer summer(id);
  for (size_t at = 0; at < bytes.size(); at += piece_bytes) {
    summer.Update(bytes.substr(at, piece_bytes));
  }
  return summer.Finish();
}

TEST(BlockSums, PiecesDoNotMatter) {
  for (size_t size : {0, 1, 65535, 65536, 65537, 200000}) {
    const std::string bytes = SomeBytes(size);
    const std::string sums = SumsOf(bytes, IdOf(1), 1 << 20);
    EXPECT_EQ(sums.size(), SumBlockCount(size) * kBlockSumBytes) << size;
    for (size_t piece : {7000, 65536, 65537}) EXPECT_EQ(SumsOf(bytes, IdOf(1), piece), sums);
  }
}

TEST(BlockSums, GuardAcceptsWhatWasSummed) {
  for (size_t size : {1, 65536, 200000}) {
    const std::string bytes = SomeBytes(size);
    const std::string sums = SumsOf(bytes, IdOf(1), 1 << 20);
    const BlockGuard guard(bytes, sums, IdOf(1));
    EXPECT_TRUE(guard.Check(0, size));
    EXPECT_TRUE(guard.Check(size - 1, 1));
    EXPECT_EQ(guard.FirstWrongBlock(), std::nullopt);
  }
}

TEST(BlockSums, PatchCountsAsIfItHadBeenThereFromTheStart) {
  for (size_t size : {16, 65536, 65540, 200000}) {
    std::string bytes = SomeBytes(size);
    BlockSummer summer(IdOf(1));
    summer.Update(bytes);
    summer.Patch(8, "12345678");
    bytes.replace(8, 8, "12345678");
    EXPECT_EQ(summer.Finish(), SumsOf(bytes, IdOf(1), 1 << 20)) << size;
  }
}

TEST(BlockSums, AChangedByteSpoilsItsBlockOnly) {
  std::string bytes = SomeBytes(3 * 65536 + 5);
  const std::string sums = SumsOf(bytes, IdOf(1), 1 << 20);
  for (size_t at : {0, 65535, 65536, 3 * 65536 + 4}) {
    bytes[at] ^= 0x40;
    const BlockGuard guard(bytes, sums, IdOf(1));
    const uint64_t wrong = at / kSumBlockBytes;
    EXPECT_EQ(guard.FirstWrongBlock(), wrong);
    for (uint64_t block = 0; block < 4; ++block) {
      EXPECT_EQ(guard.Check(block * kSumBlockBytes, 1), block != wrong) << at;
    }
    // A range that only touches the block with its last byte.
    if (wrong > 0) EXPECT_FALSE(guard.Check(wrong * kSumBlockBytes - 1, 2));
    bytes[at] ^= 0x40;
  }
}

TEST(BlockSums, BlocksOfAnotherPlaceOrDatabaseAreWrong) {
  const std::string block = SomeBytes(65536);
  const std::string twice = block + block;
  const std::string sums = SumsOf(twice, IdOf(1), 1 << 20);
  EXPECT_NE(sums.substr(0, 8), sums.substr(8, 8)) << "the number of the block is part of its sum";
  const BlockGuard other(twice, sums, IdOf(2));
  EXPECT_FALSE(other.Check(0, 1));
  EXPECT_EQ(other.FirstWrongBlock(), 0u);
}

TEST(BlockSums, WhatIsKnownIsNotReadAgainUntilForgotten) {
  std::string bytes = SomeBytes(100000);
  const std::string sums = SumsOf(bytes, IdOf(1), 1 << 20);
  const BlockGuard guard(bytes, sums, IdOf(1));
  EXPECT_TRUE(guard.Check(0, 1));
  bytes[5] ^= 1;
  EXPECT_TRUE(guard.Check(0, 1));
  EXPECT_EQ(guard.FirstWrongBlock(), 0u);
  guard.Forget();
  EXPECT_FALSE(guard.Check(0, 1));
  EXPECT_TRUE(guard.Check(65536, 1));
}

// The guard that is forgotten by a signal handler, and the page that makes it run.
const BlockGuard* guard_to_forget = nullptr;
char* page_to_open = nullptr;
size_t page_bytes = 0;

void ForgetAndOpenPage(int) {
  guard_to_forget->Forget();
  ::mprotect(page_to_open, page_bytes, PROT_READ | PROT_WRITE);
}

// Another thread forgets just while a block is read: here a signal handler, when the reading comes
// to the block's second page. What was there before the change must not be believed after it.
TEST(BlockSums, WhatIsReadWhileItIsForgottenIsForgotten) {
  page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  void* const mapped =
      ::mmap(nullptr, kSumBlockBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  const std::span<char> block(static_cast<char*>(mapped), kSumBlockBytes);
  const std::string bytes = SomeBytes(kSumBlockBytes);
  std::copy(bytes.begin(), bytes.end(), block.begin());
  const std::string sums = SumsOf(bytes, IdOf(1), 1 << 20);
  const BlockGuard guard({block.data(), block.size()}, sums, IdOf(1));
  guard_to_forget = &guard;
  page_to_open = block.data() + page_bytes;
  struct sigaction action = {}, before = {};
  action.sa_handler = ForgetAndOpenPage;
  ASSERT_EQ(::sigaction(SIGSEGV, &action, &before), 0);
  ASSERT_EQ(::mprotect(page_to_open, page_bytes, PROT_NONE), 0);

  EXPECT_TRUE(guard.Check(0, 1));
  block[3] ^= 1;
  EXPECT_FALSE(guard.Check(0, 1)) << "believed from before it was forgotten";
  block[3] ^= 1;
  EXPECT_TRUE(guard.Check(0, 1));
  block[3] ^= 1;
  EXPECT_TRUE(guard.Check(0, 1)) << "nothing was forgotten, so nothing is read again";

  ::sigaction(SIGSEGV, &before, nullptr);
  ::munmap(mapped, kSumBlockBytes);
}

}  // namespace
}  // namespace pathkb
