// Each change of a node leaves it, its sums and its references as told, whether the node was shared
// or not: by examples, and by growing and shrinking branches through all kinds beside a std::map.
// Leaks and double frees show under --config=asan.

#include "core/trie/node.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "core/trie/node_reaper.h"
#include "core/trie/zipper_testing.h"

namespace pathkb {
namespace {

std::string Bytes(size_t count) { return std::string(count, 'r'); }

// The sums of a branch, from its children.
void ExpectRightSums(const TrieSlot& slot) {
  ASSERT_TRUE(slot.is_branch());
  const TrieBranch& branch = *slot.branch();
  uint64_t values = branch.has_value();
  uint32_t units = slot.own_memory_units();
  TrieBranch::Child child = branch.First();
  do {
    values += branch.slot(child.position).value_count();
    units += branch.slot(child.position).memory_units();
  } while (branch.Next(&child));
  EXPECT_EQ(slot.value_count(), values);
  EXPECT_EQ(slot.memory_units(), units);
}

TEST(NodeTest, LeafIsInlineIfItFits) {
  struct Case {
    size_t run_bytes;
    uint64_t value;
    bool is_inline;
  };
  const uint64_t tombstone = uint64_t{3} << 62;
  const std::vector<Case> cases = {
      {0, 0, true},
      {0, (uint64_t{1} << 56) - 1, true},
      {0, uint64_t{1} << 56, false},
      {0, ~uint64_t{0}, false},
      {4, (1u << 24) - 1, true},
      {4, 1u << 24, false},
      {6, 255, true},
      {6, 256, false},
      {7, 0, true},
      {7, tombstone, true},
      {7, uint64_t{1} << 62, true},
      {7, uint64_t{1} << 63, true},
      {7, 1, false},
      {8, 0, false},
      {100, 0, false},
      {70'000, ~uint64_t{0}, false},
  };
  for (const Case& c : cases) {
    const std::string run = Bytes(c.run_bytes);
    for (size_t cut : {size_t{0}, c.run_bytes / 2, c.run_bytes}) {
      const TrieSlot leaf = TrieSlot::NewLeaf(run.substr(0, cut), run.substr(cut), c.value);
      EXPECT_EQ(leaf.is_inline(), c.is_inline) << c.run_bytes << " " << c.value;
      EXPECT_EQ(leaf.is_node(), !c.is_inline);
      EXPECT_EQ(leaf.run(), run);
      EXPECT_EQ(leaf.run_bytes(), run.size());
      EXPECT_EQ(leaf.optional_value(), c.value);
      EXPECT_EQ(leaf.value_count(), 1u);
      EXPECT_EQ(leaf.FindChild('r'), nullptr);
      EXPECT_TRUE(leaf.child_mask().empty());
      EXPECT_EQ(leaf.memory_bytes() == 0, c.is_inline);
      EXPECT_FALSE(leaf.IsShared());
      TrieSlot::Release(leaf);
    }
  }
}

TEST(NodeTest, EmptySlot) {
  const TrieSlot slot;
  EXPECT_TRUE(slot.empty());
  EXPECT_FALSE(slot.has_value());
  EXPECT_EQ(slot.run(), "");
  EXPECT_EQ(slot.value_count(), 0u);
  EXPECT_EQ(slot.memory_bytes(), 0u);
  TrieSlot::Release(slot);
}

// A fork with value 9 and children under 'b' and 'd', the second one a node.
TrieSlot NewFork() {
  static const std::string long_run = Bytes(50);
  TrieEdge edges[] = {TrieEdge::Leaf('b', "", 1), TrieEdge::Leaf('d', long_run, 2)};
  return TrieBranch::New("r", "un", 9, edges);
}

// Runs `change` on an unshared fork, then on a copy of a shared one, which must stay as it was.
template <typename Change, typename Check>
void ChangeBoth(Change change, Check check) {
  TrieSlot alone = NewFork();
  change(&alone);
  check(alone);
  TrieSlot::Release(alone);

  const TrieSlot kept = NewFork();
  TrieSlot changed = kept.AddReference();
  TrieBranch::Unshare(&changed);
  EXPECT_FALSE(changed.SharesNodeWith(kept));
  change(&changed);
  check(changed);
  EXPECT_FALSE(kept.IsShared());
  EXPECT_EQ(kept.run(), "run");
  EXPECT_EQ(kept.optional_value(), 9u);
  EXPECT_EQ(kept.child_count(), 2);
  EXPECT_EQ(kept.value_count(), 3u);
  TrieSlot::Release(kept);
  check(changed);  // Whoever goes last frees what both hold.
  TrieSlot::Release(changed);
}

TEST(NodeTest, InsertRemoveAndValues) {
  ChangeBoth([](TrieSlot* slot) { TrieBranch::Insert(slot, TrieEdge::Leaf('c', "x", 3)); },
             [](const TrieSlot& slot) {
               EXPECT_EQ(slot.child_count(), 3);
               EXPECT_EQ(slot.run(), "run");
               EXPECT_EQ(slot.FindChild('c')->value(), 3u);
               EXPECT_EQ(slot.FindChild('d')->value(), 2u);
               EXPECT_EQ(slot.value_count(), 4u);
               ExpectRightSums(slot);
             });
  ChangeBoth([](TrieSlot* slot) { TrieBranch::Remove(slot, 'b'); },
             [](const TrieSlot& slot) {
               EXPECT_EQ(slot.child_count(), 1);
               EXPECT_EQ(slot.FindChild('b'), nullptr);
               EXPECT_EQ(slot.value_count(), 2u);
               ExpectRightSums(slot);
             });
  ChangeBoth(
      [](TrieSlot* slot) {
        TrieBranch::Remove(slot, 'd');
        TrieBranch::Remove(slot, 'b');
      },
      [](const TrieSlot& slot) {
        EXPECT_TRUE(slot.is_inline());  // A leaf again.
        EXPECT_EQ(slot.run(), "run");
        EXPECT_EQ(slot.value(), 9u);
      });
  ChangeBoth(TrieBranch::RemoveValue, [](const TrieSlot& slot) {
    EXPECT_FALSE(slot.has_value());
    EXPECT_EQ(slot.child_count(), 2);
    ExpectRightSums(slot);
  });
  ChangeBoth(
      [](TrieSlot* slot) {
        TrieBranch::RemoveValue(slot);
        TrieBranch::Remove(slot, 'b');
      },
      [](const TrieSlot& slot) {
        EXPECT_EQ(slot.child_count(), 0);
        EXPECT_EQ(slot.run(), "rund" + Bytes(50));
        EXPECT_EQ(slot.value(), 2u);
      });
  ChangeBoth(
      [](TrieSlot* slot) {
        TrieBranch::Remove(slot, 'd');
        TrieBranch::RemoveValue(slot);
      },
      [](const TrieSlot& slot) {
        EXPECT_EQ(slot.run(), "runb");
        EXPECT_EQ(slot.value(), 1u);
      });
}

TEST(NodeTest, RunsAndSplits) {
  ChangeBoth([](TrieSlot* slot) { TrieBranch::SetRun(slot, "-head-", slot->run().substr(1)); },
             [](const TrieSlot& slot) {
               EXPECT_EQ(slot.run(), "-head-un");
               EXPECT_EQ(slot.optional_value(), 9u);
               ExpectRightSums(slot);
             });
  ChangeBoth([](TrieSlot* slot) { TrieBranch::Split(slot, 1, 5, nullptr); },
             [](const TrieSlot& slot) {
               EXPECT_EQ(slot.run(), "r");
               EXPECT_EQ(slot.optional_value(), 5u);
               EXPECT_EQ(slot.child_count(), 1);
               EXPECT_EQ(slot.FindChild('u')->run(), "n");
               EXPECT_EQ(slot.value_count(), 4u);
               ExpectRightSums(slot);
             });
  for (const char byte : {'a', 'z'}) {
    ChangeBoth(
        [&](TrieSlot* slot) {
          const TrieEdge edge = TrieEdge::Leaf(static_cast<uint8_t>(byte), "", 7);
          TrieBranch::Split(slot, 2, std::nullopt, &edge);
        },
        [&](const TrieSlot& slot) {
          EXPECT_EQ(slot.run(), "ru");
          EXPECT_FALSE(slot.has_value());
          EXPECT_EQ(slot.FindChild('n')->value(), 9u);
          EXPECT_EQ(slot.FindChild(static_cast<uint8_t>(byte))->value(), 7u);
          ExpectRightSums(slot);
        });
  }
}

TEST(NodeTest, CopyWithRunSharesTheChildren) {
  const TrieSlot fork = NewFork();
  const TrieSlot copy = TrieBranch::CopyWithRun(fork, "x", fork.run());
  EXPECT_EQ(copy.run(), "xrun");
  EXPECT_EQ(copy.value_count(), 3u);
  EXPECT_TRUE(copy.FindChild('d')->SharesNodeWith(*fork.FindChild('d')));
  EXPECT_TRUE(copy.FindChild('d')->IsShared());
  TrieSlot::Release(fork);
  EXPECT_FALSE(copy.FindChild('d')->IsShared());
  EXPECT_EQ(copy.FindChild('d')->value(), 2u);
  TrieSlot::Release(copy);
}

// The run of the child for a byte: inline for some, embedded for some, a node for others.
std::string RunFor(uint8_t byte) { return Bytes(byte % 3 == 0 ? byte % 12 : byte % 64); }

void ExpectChildren(const TrieSlot& slot, const std::map<uint8_t, uint64_t>& expected) {
  ASSERT_EQ(slot.child_count(), static_cast<int>(expected.size()));
  const TrieBranch& branch = *slot.branch();
  TrieBranch::Child child = branch.First();
  std::vector<uint8_t> forward;
  do {
    forward.push_back(child.byte);
    ASSERT_EQ(branch.Find(child.byte), child.position);
    ASSERT_EQ(branch.slot(child.position).value(), child.byte);
    ASSERT_EQ(branch.slot(child.position).run(), RunFor(child.byte));
  } while (branch.Next(&child));
  ASSERT_EQ(forward.size(), expected.size());
  ASSERT_TRUE(std::equal(forward.begin(), forward.end(), expected.begin(),
                         [](uint8_t byte, const auto& entry) { return byte == entry.first; }));
  std::vector<uint8_t> backward;
  child = branch.Last();
  do {
    backward.push_back(child.byte);
  } while (branch.Previous(&child));
  std::reverse(backward.begin(), backward.end());
  ASSERT_EQ(forward, backward);
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto next = expected.lower_bound(static_cast<uint8_t>(byte));
    const std::optional<uint8_t> found = slot.child_mask().NextFrom(byte);
    ASSERT_EQ(found.has_value(), next != expected.end());
    if (next != expected.end()) {
      ASSERT_EQ(*found, next->first);
    }
    ASSERT_EQ(branch.Find(static_cast<uint8_t>(byte)) >= 0,
              next != expected.end() && next->first == byte);
  }
  ASSERT_EQ(slot.child_mask().count(), static_cast<int>(expected.size()));
  ASSERT_NO_FATAL_FAILURE(ExpectRightSums(slot));
}

// Up to 256 children and down to one, again and again, in random order, with a run and a value or
// without; copies are made on the way and keep what they had.
TEST(NodeTest, GrowsAndShrinksThroughAllKinds) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 12; ++round) {
    const std::string run = Bytes(random() % 40);
    TrieSlot slot = TrieSlot::NewLeaf(run, {}, 77);
    std::map<uint8_t, uint64_t> expected;
    std::vector<uint8_t> bytes(256);
    for (unsigned i = 0; i < 256; ++i) bytes[i] = static_cast<uint8_t>(i);
    std::shuffle(bytes.begin(), bytes.end(), random);
    for (const uint8_t byte : bytes) {
      TrieBranch::Insert(&slot, TrieEdge::Leaf(byte, RunFor(byte), byte));
      expected[byte] = byte;
      ASSERT_NO_FATAL_FAILURE(ExpectChildren(slot, expected));
    }
    EXPECT_EQ(slot.branch()->kind(), TrieBranch::Kind::kDense);
    if (round % 2 == 0) TrieBranch::RemoveValue(&slot);
    std::shuffle(bytes.begin(), bytes.end(), random);
    bytes.resize(254);
    for (const uint8_t byte : bytes) {
      TrieSlot copy;
      if (random() % 8 == 0) {
        copy = slot.AddReference();
        TrieBranch::Unshare(&slot);
      }
      const std::map<uint8_t, uint64_t> before = expected;
      TrieBranch::Remove(&slot, byte);
      expected.erase(byte);
      ASSERT_NO_FATAL_FAILURE(ExpectChildren(slot, expected));
      if (!copy.empty()) {
        ASSERT_NO_FATAL_FAILURE(ExpectChildren(copy, before));
        TrieSlot::Release(copy);
      }
    }
    EXPECT_EQ(slot.run(), run);
    EXPECT_EQ(slot.has_value(), round % 2 != 0);
    EXPECT_LE(slot.branch()->AllocationBytes(), 384u);
    TrieSlot::Release(slot);
  }
}

TEST(NodeReaperTest, FreesWhatIsHandedOver) {
  // A chain of branches with `kept` at its end, which counts whether the end was reached.
  const std::string long_run = Bytes(60);
  const TrieSlot kept = NewFork();
  std::vector<TrieSlot> tops;
  for (size_t length = 1; length <= 10; ++length) {
    TrieSlot top = kept.AddReference();
    for (size_t depth = 0; depth < length * NodeReaper::kNodesAtOnce; ++depth) {
      TrieEdge edges[] = {TrieEdge::Leaf('a', long_run, depth), TrieEdge::Slot('b', top),
                          TrieEdge::Leaf('c', "", 1)};
      top = TrieBranch::New("", "", std::nullopt, edges);
    }
    tops.push_back(top);
  }
  // The longest first: while it is freed, the others queue up.
  while (!tops.empty()) {
    TrieSlot::Release(tops.back());
    tops.pop_back();
  }
  NodeReaper::WaitUntilIdle();
  EXPECT_FALSE(kept.IsShared());
  TrieSlot::Release(kept);
}

}  // namespace
}  // namespace pathkb
