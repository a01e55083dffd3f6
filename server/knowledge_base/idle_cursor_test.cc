// Goal: what a reader costs in memory beside the facts, which all readers share: bytes of a view
// and of a cursor that stands somewhere and waits, as one does whose client reads slowly. Method:
// this program's operator new counts; a thousand views and cursors over a mapped pair with changes
// above it. The figures are printed; the bounds leave room for other libraries.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/facts_testing.h"
#include "core/facts/keys.h"
#include "server/knowledge_base/read_view.h"
#include "tests/support/test_pairs.h"

namespace {

// Asked for so far and not freed; the system's own share of a block is not in it.
std::atomic<size_t> g_bytes = 0;

// The size of a block stands before it.
constexpr size_t kHeadBytes = alignof(std::max_align_t);

}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads): the others call these.
void* operator new(size_t bytes) {
  auto* const block = static_cast<char*>(std::malloc(bytes + kHeadBytes));
  if (block == nullptr) throw std::bad_alloc();
  *reinterpret_cast<size_t*>(block) = bytes;
  g_bytes += bytes;
  return block + kHeadBytes;
}

void operator delete(void* address) noexcept {
  if (address == nullptr) return;
  char* const block = static_cast<char*>(address) - kHeadBytes;
  g_bytes -= *reinterpret_cast<size_t*>(block);
  std::free(block);
}

void operator delete(void* address, size_t) noexcept { operator delete(address); }
// NOLINTEND(misc-new-delete-overloads)

namespace pathkb {
namespace {

constexpr size_t kReaders = 1000;

TEST(IdleCursorTest, AReaderIsSmall) {
  PairContents contents;
  for (int i = 0; i < 20'000; ++i) {
    contents[TermKey("s", Encoded("(edge n" + std::to_string(i) + " to)"), "")] = "";
  }
  const DatabaseId id = *DatabaseId::FromHex("000102030405060708090a0b0c0d0e0f");
  const WrittenPair pair = WritePair(contents, id);
  HeldPair files(pair);
  auto base = files.Open(pair.record);
  ASSERT_TRUE(base.ok()) << base.status();
  WorkingSet working;
  Batch batch;
  batch.space = "s";
  for (int i = 0; i < 1'000; ++i)
    batch.changes.push_back(Insert("(edge m" + std::to_string(i) + " to)"));
  ASSERT_TRUE(working.Apply(batch, base->get()).ok());
  ReadView now;
  now.working = working.trie();
  now.entries = working.entries();
  now.base = *base;

  std::vector<ReadView> views;
  views.reserve(kReaders);
  size_t before = g_bytes;
  for (size_t i = 0; i < kReaders; ++i) views.push_back(now);
  const double view_bytes = static_cast<double>(g_bytes - before) / kReaders + sizeof(ReadView);

  std::vector<std::unique_ptr<Zipper>> cursors;
  cursors.reserve(kReaders);
  before = g_bytes;
  for (const ReadView& view : views) cursors.push_back(view.NewZipper());
  const double at_root = static_cast<double>(g_bytes - before) / kReaders;
  for (size_t i = 0; i < kReaders; ++i) {
    ASSERT_TRUE(cursors[i]->SeekValue(
        TermKey("s", Encoded("(edge n" + std::to_string(i * 17) + " to)"), "")));
  }
  const double at_fact = static_cast<double>(g_bytes - before) / kReaders;
  std::printf("a view: %.0f bytes; its cursor: %.0f at the root, %.0f at a fact\n", view_bytes,
              at_root, at_fact);
  RecordProperty("view_bytes", static_cast<int>(view_bytes));
  RecordProperty("cursor_bytes", static_cast<int>(at_fact));
  EXPECT_LE(view_bytes, 256);
  EXPECT_LE(at_fact, 8192);
  // They are all usable, and none has moved another.
  for (size_t i = 0; i < kReaders; ++i) EXPECT_TRUE(cursors[i]->value().has_value());
}

}  // namespace
}  // namespace pathkb
