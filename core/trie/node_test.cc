// Each change of a node leaves it, its sums and its references as told, whether the node was shared
// or not. Leaks and double frees show under --config=asan.

#include "core/trie/node.h"

#include <string>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

// A node with value 9 and children under 'b' and 'd'.
TrieNode* NewFork() {
  return TrieNode::NewBranch("run", 9,
                             {{'d', TrieNode::NewLeaf("ee", 2)}, {'b', TrieNode::NewLeaf("", 1)}});
}

uint64_t SumOfBytes(const TrieNode& node) {
  uint64_t bytes = node.OwnMemoryBytes();
  for (int i = 0; i < node.child_count(); ++i) bytes += node.child(i)->memory_bytes();
  return bytes;
}

// Runs `change` on an unshared fork, then on a shared one, which must stay as it was.
template <typename Change, typename Check>
void ChangeBoth(Change change, Check check) {
  TrieNode* changed = change(NewFork());
  check(*changed);
  EXPECT_FALSE(changed->IsShared());
  TrieNode::Release(changed);

  TrieNode* kept = NewFork();
  changed = change(kept->AddReference());
  check(*changed);
  EXPECT_NE(changed, kept);
  EXPECT_FALSE(kept->IsShared());
  EXPECT_EQ(kept->run(), "run");
  EXPECT_EQ(kept->optional_value(), 9u);
  EXPECT_EQ(kept->child_count(), 2);
  EXPECT_EQ(kept->value_count(), 3u);
  // Whoever goes last frees what both hold.
  TrieNode::Release(kept);
  check(*changed);
  TrieNode::Release(changed);
}

TEST(NodeTest, Leaf) {
  for (size_t bytes : {0, 1, 5, 6, 100, 70'000}) {
    TrieNode* leaf = TrieNode::NewLeaf(std::string(bytes, 'r'), ~uint64_t{0});
    EXPECT_EQ(leaf->run(), std::string(bytes, 'r'));
    EXPECT_EQ(leaf->value(), ~uint64_t{0});
    EXPECT_EQ(leaf->value_count(), 1u);
    EXPECT_EQ(leaf->FindChild('r'), nullptr);
    EXPECT_TRUE(leaf->child_mask().empty());
    EXPECT_GE(leaf->memory_bytes(), bytes + 24);
    TrieNode::Release(leaf);
  }
  EXPECT_EQ(TrieNode::Nothing()->value_count(), 0u);
}

TEST(NodeTest, Branch) {
  TrieNode* fork = NewFork();
  EXPECT_EQ(fork->child(0)->value(), 1u);
  EXPECT_EQ(fork->FindChild('d')->run(), "ee");
  EXPECT_EQ(fork->FindChild('c'), nullptr);
  EXPECT_EQ(fork->value_count(), 3u);
  EXPECT_EQ(fork->memory_bytes(), SumOfBytes(*fork));
  TrieNode::Release(fork);
}

TEST(NodeTest, WithChild) {
  for (const char byte : {'a', 'c', 'e', '\xFF'}) {
    ChangeBoth(
        [&](TrieNode* node) {
          return TrieNode::WithChild(node, static_cast<uint8_t>(byte), TrieNode::NewLeaf("x", 3));
        },
        [&](const TrieNode& node) {
          EXPECT_EQ(node.child_count(), 3);
          EXPECT_EQ(node.run(), "run");
          EXPECT_EQ(node.FindChild(static_cast<uint8_t>(byte))->value(), 3u);
          EXPECT_EQ(node.FindChild('b')->value(), 1u);
          EXPECT_EQ(node.FindChild('d')->value(), 2u);
          EXPECT_EQ(node.value_count(), 4u);
          EXPECT_EQ(node.memory_bytes(), SumOfBytes(node));
        });
  }
  TrieNode* leaf = TrieNode::WithChild(TrieNode::NewLeaf("l", 1), 0, TrieNode::NewLeaf("", 2));
  EXPECT_EQ(leaf->value_count(), 2u);
  EXPECT_EQ(leaf->memory_bytes(), SumOfBytes(*leaf));
  TrieNode::Release(leaf);
}

TEST(NodeTest, WithoutChild) {
  ChangeBoth([](TrieNode* node) { return TrieNode::WithoutChild(node, 'b'); },
             [](const TrieNode& node) {
               EXPECT_EQ(node.child_count(), 1);
               EXPECT_EQ(node.FindChild('b'), nullptr);
               EXPECT_EQ(node.FindChild('d')->value(), 2u);
               EXPECT_EQ(node.value_count(), 2u);
               EXPECT_EQ(node.memory_bytes(), SumOfBytes(node));
             });
  ChangeBoth(
      [](TrieNode* node) { return TrieNode::WithoutChild(TrieNode::WithoutChild(node, 'd'), 'b'); },
      [](const TrieNode& node) {
        EXPECT_EQ(node.child_count(), 0);
        EXPECT_EQ(node.value_count(), 1u);
        EXPECT_EQ(node.memory_bytes(), node.OwnMemoryBytes());
      });
}

TEST(NodeTest, WithRunAndMerge) {
  ChangeBoth([](TrieNode* node) { return TrieNode::WithRun(node, node->run().substr(1), "-tail"); },
             [](const TrieNode& node) {
               EXPECT_EQ(node.run(), "un-tail");
               EXPECT_EQ(node.child_count(), 2);
               EXPECT_EQ(node.optional_value(), 9u);
               EXPECT_EQ(node.memory_bytes(), SumOfBytes(node));
             });
  ChangeBoth(
      [](TrieNode* node) {
        return TrieNode::MergedWithOnlyChild(TrieNode::WithoutChild(node, 'b'));
      },
      [](const TrieNode& node) {
        EXPECT_EQ(node.run(), "rundee");
        EXPECT_EQ(node.optional_value(), 2u);
        EXPECT_EQ(node.child_count(), 0);
      });
}

TEST(NodeTest, ValueInPlace) {
  ChangeBoth(
      [](TrieNode* node) {
        node = TrieNode::Unshare(node);
        node->SetValue(std::nullopt);
        node->SetValue(std::nullopt);
        return node;
      },
      [](const TrieNode& node) {
        EXPECT_EQ(node.optional_value(), std::nullopt);
        EXPECT_EQ(node.value_count(), 2u);
      });
}

}  // namespace
}  // namespace pathkb
