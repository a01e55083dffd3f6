// Goal: figures of a range are those of the areas inside it, in bytes. Method: a text as the kernel
// writes it, ranges that cover all, one or a part of its areas; and texts that are no smaps at all.

#include "storage/file/smaps.h"

#include <string>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

constexpr uint64_t kStart = 0x7f01c4000000;
constexpr uint64_t kMiB = uint64_t{1} << 20;

const char kText[] =
    "7f01c4000000-7f01c4400000 r--s 00000000 fe:00 1234                       /a/b c\n"
    "Size:               4096 kB\n"
    "Rss:                3072 kB\n"
    "AnonHugePages:         0 kB\n"
    "FilePmdMapped:      2048 kB\n"
    "Locked:               12 kB\n"
    "VmFlags: rd mr me ms lo hg \n"
    "7f01c4400000-7f01c4800000 r--p 00000000 00:00 0\n"
    "Rss:                  64 kB\n"
    "AnonHugePages:      4096 kB\n"
    "VmFlags: rd mr mw me nh \n"
    "7f01c4800000-7f01c4900000 rw-p 00000000 00:00 0                          [heap]\n"
    "Rss:                1024 kB\n"
    "VmFlags: rd wr mr mw me lo\n";

TEST(Smaps, AddsUpTheAreasOfARange) {
  const SmapsTotals both = SumSmaps(kText, kStart, kStart + 8 * kMiB);
  EXPECT_EQ(both.touched_bytes, (3072u + 64u) << 10);
  EXPECT_EQ(both.huge_bytes, 6 * kMiB);
  EXPECT_EQ(both.locked_bytes, 4 * kMiB);

  const SmapsTotals second = SumSmaps(kText, kStart + 4 * kMiB, kStart + 8 * kMiB);
  EXPECT_EQ(second.touched_bytes, 64u << 10);
  EXPECT_EQ(second.huge_bytes, 4 * kMiB);
  EXPECT_EQ(second.locked_bytes, 0u);

  const SmapsTotals last = SumSmaps(kText, kStart + 8 * kMiB, ~uint64_t{0});
  EXPECT_EQ(last.touched_bytes, kMiB);
  EXPECT_EQ(last.locked_bytes, kMiB);
}

TEST(Smaps, NoFigureIsLargerThanTheRange) {
  const SmapsTotals part = SumSmaps(kText, kStart + 4 * kMiB - 4096, kStart + 4 * kMiB + 4096);
  EXPECT_EQ(part.touched_bytes, 2u * 4096);
  EXPECT_EQ(part.huge_bytes, 2u * 4096);
  EXPECT_EQ(part.locked_bytes, 4096u);
}

TEST(Smaps, NothingThere) {
  for (const char* text : {"", "\n\n", "Rss: 12 kB\n", "7f01c4000000-\nRss: 12 kB\n",
                           "Rss:", "7f01c4000000-7f01c4400000 r--s\nRss:\nRss: x kB\nVmFlags:"}) {
    const SmapsTotals totals = SumSmaps(text, kStart, kStart + kMiB);
    EXPECT_EQ(totals.touched_bytes + totals.huge_bytes + totals.locked_bytes, 0u) << text;
  }
  EXPECT_EQ(SumSmaps(kText, 0, kStart).touched_bytes, 0u);
  EXPECT_EQ(SumSmaps(kText, kStart + 9 * kMiB, ~uint64_t{0}).touched_bytes, 0u);
}

}  // namespace
}  // namespace pathkb
