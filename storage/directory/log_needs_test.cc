// The segments that a manifest with deltas needs: the picture in the header, and every small
// arrangement of deltas and segments beside a count revision by revision.

#include "storage/directory/log_needs.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NeededSegments, ThePictureInTheHeader) {
  Manifest manifest;
  manifest.wal_first_revision = 43;
  manifest.deltas = {{42, 50}, {50, 60}, {65, 70}, {70, 80}};
  EXPECT_THAT(NeededSegments(manifest, {1, 43, 51, 61, 66, 71, 81}), ElementsAre(61, 71, 81));
  EXPECT_THAT(NeededSegments(manifest, {}), IsEmpty());
  EXPECT_THAT(NeededSegments(manifest, {1, 43, 51, 61, 66}), ElementsAre(61, 66));
  manifest.wal_first_revision = 81;
  EXPECT_THAT(NeededSegments(manifest, {1, 43, 71}), IsEmpty()) << "no commit since";
  manifest.wal_first_revision = 43;
  manifest.deltas.clear();
  EXPECT_THAT(NeededSegments(manifest, {1, 43, 51}), ElementsAre(43, 51));
  EXPECT_THAT(NeededSegments(manifest, {1, 44, 51}), ElementsAre(1, 44, 51));
}

TEST(NeededSegments, EveryArrangementOfNineRevisions) {
  constexpr uint64_t kRevisions = 9;
  uint64_t needed_count = 0;
  for (uint64_t cuts = 0; cuts < 1 << kRevisions; ++cuts) {
    // A bit for each revision that begins a segment; deltas hold whole segments, by other bits.
    std::vector<uint64_t> firsts = {1};
    for (uint64_t r = 2; r <= kRevisions; ++r) {
      if ((cuts >> (r - 1) & 1) != 0) firsts.push_back(r);
    }
    const size_t bounded = firsts.size() - 1;  // The last one has no end, so no delta holds it.
    for (uint64_t chosen = 0; chosen < uint64_t{1} << bounded; ++chosen) {
      Manifest manifest;
      manifest.wal_first_revision = 1 + cuts % 3;
      for (size_t i = 0; i < bounded; ++i) {
        if ((chosen >> i & 1) != 0) manifest.deltas.push_back({firsts[i] - 1, firsts[i + 1] - 1});
      }
      std::vector<uint64_t> expected;
      for (size_t i = 0; i < firsts.size(); ++i) {
        const uint64_t end = i < bounded ? firsts[i + 1] : kRevisions + 1;
        bool needed = i == bounded;
        for (uint64_t r = firsts[i]; r < end; ++r) {
          bool held = r < manifest.wal_first_revision;
          for (size_t d = 0; d + 1 < manifest.deltas.size(); ++d) {
            held |= manifest.deltas[d].from_revision < r && r <= manifest.deltas[d].to_revision;
          }
          needed |= !held;
        }
        if (needed) expected.push_back(firsts[i]);
      }
      ASSERT_EQ(NeededSegments(manifest, firsts), expected) << cuts << " " << chosen;
      needed_count += expected.size();
    }
  }
  EXPECT_GT(needed_count, 1000u);
}

}  // namespace
}  // namespace pathkb
