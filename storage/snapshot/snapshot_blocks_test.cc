// Goal: what the checksums of blocks promise holds for whole walks, and for a file that is changed
// while it is mapped: no value is shown twice or out of order because of a block that is damaged,
// and nothing that was found good before a change is believed after it. Method: blocks changed in
// memory, under an open pair or before it is opened.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

#include "storage/file/block_sums.h"
#include "tests/support/test_pairs.h"
#include "tests/support/test_terms.h"

namespace pathkb {
namespace {

// Each block in turn is damaged under a tree of twenty. What the others hold is found, each value
// once and in order, and a search in vain leaves the cursor where it was, whatever lies around it.
TEST(SnapshotBlocks, AWalkPassesOverADamagedBlock) {
  const PairContents contents = SomeFacts(90'000, 1);
  const WrittenPair pair = WritePair(contents, TestDatabase());
  HeldPair files(pair);
  const uint64_t blocks = SumBlockCount(pair.tree.size());
  EXPECT_GT(blocks, 15u);
  // The first and the last are seen by Open().
  for (uint64_t block = 1; block + 1 < blocks; ++block) {
    SCOPED_TRACE(block);
    (*files.tree)[block * kSumBlockBytes + 7] ^= 1;
    const auto snapshot = files.Open(pair.record);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    Answers answers;
    AskByWalking(**snapshot, contents, "", 1'000'000, answers);
    EXPECT_EQ(answers.wrong, 0u) << answers.what;
    EXPECT_EQ(answers.refused, 1u) << "the cursor's status";
    EXPECT_LT(answers.right, contents.size());

    const auto zipper = (*snapshot)->NewZipper();
    uint64_t seen = 0, in_vain = 0;
    std::string path;
    while (zipper->NextValue() && seen <= contents.size()) {
      if (++seen % 16 != 0) continue;
      path = zipper->path();
      for (const size_t prefix_bytes : {path.size(), path.size() - 1, path.size() / 2}) {
        if (zipper->NextValueWithin(prefix_bytes)) {
          ASSERT_TRUE(zipper->SeekValue(path));
        } else {
          ++in_vain;
        }
        ASSERT_EQ(zipper->path(), path);
        ASSERT_TRUE(zipper->value().has_value());
      }
    }
    EXPECT_EQ(seen, answers.right);
    EXPECT_GT(in_vain, 0u);
    (*files.tree)[block * kSumBlockBytes + 7] ^= 1;
  }
}

// A file is changed under its mapping. Whoever comes between the moment when the change is counted
// and the one when all is forgotten, or later, must not believe what was known about the old bytes.
TEST(SnapshotBlocks, AfterAChangeAllIsLookedAtAnew) {
  const PairContents contents = SomeFacts(11'000, 1);
  const WrittenPair pair = WritePair(contents, TestDatabase());
  for (int round = 0; round < 4; ++round) {
    const bool change_tree = round % 2 == 0;
    HeldPair files(pair);
    const auto opened = files.Open(pair.record);
    ASSERT_TRUE(opened.ok()) << opened.status();
    const Snapshot& snapshot = **opened;
    const uint64_t changes_before = snapshot.OutsideChanges();
    Answers before;
    AskByWalking(snapshot, contents, "", 100'000, before);
    EXPECT_EQ(before.right, contents.size() + 1);
    EXPECT_EQ(snapshot.CheckIntact(changes_before), absl::OkStatus());

    HeldBytes& file = change_tree ? *files.tree : *files.terms;
    // The first half of it, or all with the root, the indexes and the end.
    const size_t changed_bytes = file.view().size() / (round < 2 ? 2 : 1);
    for (size_t i = 16; i < changed_bytes; ++i) file[i] = '\0';
    const auto ask = [&] {
      const uint64_t changes = snapshot.OutsideChanges();
      Answers answers;
      AskByWalking(snapshot, contents, "", 100'000, answers);
      for (const auto& [path, entry] : contents) AskForPath(snapshot, contents, path, answers);
      if (!snapshot.CheckIntact(changes).ok()) return;
      EXPECT_EQ(answers.wrong, 0u) << answers.what;
      EXPECT_GT(answers.refused, 0u);
    };
    int asked_in_between = 0;
    files.on_change = [&] {
      ++asked_in_between;
      ask();
    };
    EXPECT_EQ(snapshot.CheckIntact(changes_before).code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(asked_in_between, 1);
    // Reported to one, but it concerns whoever began before it.
    EXPECT_EQ(snapshot.CheckIntact(changes_before).code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(snapshot.CheckIntact(snapshot.OutsideChanges()), absl::OkStatus());
    ask();
  }
}

}  // namespace
}  // namespace pathkb
