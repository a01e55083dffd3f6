// Edits, and looks at what they left.

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>

#include "core/trie/trie_world.h"

namespace pathkb {

// --- Edits ---------------------------------------------------------------------------------------

Fault TrieWorld::SetOrRemove() { return (Random(8) < 6) == growing_ ? Set() : Remove(); }

Fault TrieWorld::Set() {
  ModelPair& pair = Pick();
  Random(8) == 0 ? DrawExisting(pair) : DrawPath();
  const uint64_t value = RandomValue(random_);
  const std::optional<uint64_t> before = ModelFind(pair.paths, path_);
  if (Fault fault = Unequal("answer", pair.trie.Set(path_, value), before); !fault.empty()) {
    return fault;
  }
  pair.paths[path_] = value;
  if (pair.paths.size() >= size_max_) growing_ = false;
  return Unequal("size", pair.trie.size(), pair.paths.size());
}

Fault TrieWorld::Remove() {
  ModelPair& pair = Pick();
  Random(4) == 0 ? DrawPath() : DrawExisting(pair);
  const std::optional<uint64_t> before = ModelFind(pair.paths, path_);
  if (Fault fault = Unequal("answer", pair.trie.Remove(path_), before); !fault.empty()) {
    return fault;
  }
  pair.paths.erase(path_);
  if (pair.paths.size() <= size_max_ / 16) growing_ = true;
  return Unequal("size", pair.trie.size(), pair.paths.size());
}

Fault TrieWorld::RemoveBelow() {
  ModelPair& pair = PickAny();
  DrawPrefix();
  // All at once would be too often.
  if (path_.size() < 2 && Random(4) != 0) DrawPath();
  const uint64_t removed = ModelRemoveBelow(pair.paths, path_);
  Pay(removed);
  return Unequal("answer", pair.trie.RemoveBelow(path_), removed);
}

Fault TrieWorld::Clear() {
  ModelPair& pair = PickAny();
  Pay(pair.paths.size());
  pair.trie.Clear();
  pair.paths.clear();
  return pair.trie.empty() ? "" : "not empty";
}

// Puts a part of any trie, perhaps of this very one, somewhere.
Fault TrieWorld::Graft() {
  ModelPair& pair = PickAny();
  ModelPair& from = PickAny();
  DrawPrefix();
  const std::string prefix = path_;
  ModelPair part = {from.trie.Subtrie(prefix), ModelSubtrie(from.paths, prefix)};
  Pay(part.paths.size());
  DrawPath();
  if (Random(4) == 0) DrawPrefix();
  if (!FitsBelow(path_, part.paths)) return "";
  if (pair.paths.size() + part.paths.size() > 2 * size_max_) return "";
  ModelGraft(pair.paths, path_, part.paths);
  if (Random(2) == 0) {
    pair.trie.Graft(path_, std::move(part.trie));
  } else {
    pair.trie.Graft(path_, part.trie);
    if (Fault fault = FirstDifference(part.trie, part.paths); !fault.empty()) {
      return "grafted part: " + fault;
    }
  }
  return Unequal("size", pair.trie.size(), pair.paths.size());
}

namespace {

std::array<uint8_t, 256> BytesInSomeOrder(std::mt19937_64& random) {
  std::array<uint8_t, 256> bytes;
  for (size_t byte = 0; byte < bytes.size(); ++byte) bytes[byte] = static_cast<uint8_t>(byte);
  const uint64_t order = random() % 3;
  if (order == 1) std::reverse(bytes.begin(), bytes.end());
  if (order == 2) std::shuffle(bytes.begin(), bytes.end(), random);
  return bytes;
}

}  // namespace

// One node through all fan-outs.
Fault TrieWorld::SetEachByte() {
  if (size_max_ < 300) return "";
  ModelPair& pair = PickAny();
  const std::string prefix = PathSource::DrawDensePrefix(random_);
  Pay(256);
  for (const uint8_t byte : BytesInSomeOrder(random_)) {
    path_ = prefix + static_cast<char>(byte);
    const uint64_t value = Random(2) == 0 ? 0 : RandomValue(random_);
    const std::optional<uint64_t> before = ModelFind(pair.paths, path_);
    if (Fault fault = Unequal("answer", pair.trie.Set(path_, value), before); !fault.empty()) {
      return fault;
    }
    pair.paths[path_] = value;
  }
  growing_ = false;
  const absl::Status valid = pair.trie.IsValid();
  return valid.ok() ? "" : valid.ToString();
}

Fault TrieWorld::RemoveEachByte() {
  ModelPair& pair = PickAny();
  const std::string prefix = PathSource::DrawDensePrefix(random_);
  Pay(256);
  uint64_t left = Random(2) == 0 ? 256 : Random(256);
  for (const uint8_t byte : BytesInSomeOrder(random_)) {
    if (left-- == 0) break;
    path_ = prefix + static_cast<char>(byte);
    const std::optional<uint64_t> before = ModelFind(pair.paths, path_);
    if (Fault fault = Unequal("answer", pair.trie.Remove(path_), before); !fault.empty()) {
      return fault;
    }
    pair.paths.erase(path_);
  }
  return Unequal("size", pair.trie.size(), pair.paths.size());
}

// What changes nothing copies nothing.
Fault TrieWorld::EditInVain() {
  ModelPair& pair = Pick();
  const PathTrie copy = pair.trie;
  DrawExisting(pair);
  if (const auto value = ModelFind(pair.paths, path_); value.has_value()) {
    pair.trie.Set(path_, *value);
    pair.trie.Graft(path_ + "/nothing", PathTrie());
  }
  DrawPath();
  if (!ModelFind(pair.paths, path_).has_value()) pair.trie.Remove(path_);
  if (ModelBelow(pair.paths, path_).first == ModelBelow(pair.paths, path_).second) {
    pair.trie.RemoveBelow(path_);
  }
  return pair.trie.SharesRootWith(copy) ? "" : "the nodes are not the same any more";
}

// --- Looks ---------------------------------------------------------------------------------------

Fault TrieWorld::Find() {
  const ModelPair& pair = PickAny();
  Random(2) == 0 ? DrawPath() : DrawExisting(pair);
  if (Random(4) == 0) path_.resize(Random(path_.size() + 1));
  if (Random(8) == 0) path_.push_back(static_cast<char>(Random(256)));
  const std::optional<uint64_t> expected = ModelFind(pair.paths, path_);
  if (pair.trie.Contains(path_) != expected.has_value()) return "Contains() says otherwise";
  return Unequal("answer", pair.trie.Find(path_), expected);
}

Fault TrieWorld::FindBatch() {
  const ModelPair& pair = PickAny();
  std::deque<std::string> paths;
  std::vector<std::string_view> views;
  for (uint64_t count = Random(Random(8) == 0 ? 70 : 12); count > 0; --count) {
    Random(2) == 0 ? DrawPath() : DrawExisting(pair);
    if (Random(8) == 0) path_.resize(Random(path_.size() + 1));
    views.push_back(paths.emplace_back(path_));
  }
  // What was there before must be overwritten.
  std::vector<std::optional<uint64_t>> values(views.size(), 12345);
  pair.trie.FindBatch(views, values);
  for (size_t i = 0; i < views.size(); ++i) {
    path_ = paths[i];
    const std::optional<uint64_t> expected = ModelFind(pair.paths, path_);
    if (Fault fault = Unequal("answer", values[i], expected); !fault.empty()) return fault;
  }
  return "";
}

Fault TrieWorld::CountBelow() {
  const ModelPair& pair = PickAny();
  DrawPrefix();
  const auto [first, last] = ModelBelow(pair.paths, path_);
  const auto expected = static_cast<uint64_t>(std::distance(first, last));
  Pay(expected);
  return Unequal("answer", pair.trie.CountBelow(path_), expected);
}

Fault TrieWorld::Subtrie() {
  const ModelPair& pair = PickAny();
  DrawPrefix();
  ModelPair part = {pair.trie.Subtrie(path_), ModelSubtrie(pair.paths, path_)};
  Pay(part.paths.size());
  Fault fault = FirstDifference(part.trie, part.paths);
  if (fault.empty() && Random(4) == 0) Keep(std::move(part.trie), std::move(part.paths));
  return fault;
}

Fault TrieWorld::EqualTo() {
  const ModelPair& left = PickAny();
  const ModelPair& right = PickAny();
  Pay(left.paths.size() + right.paths.size());
  const bool expected = left.paths == right.paths;
  if (left.trie.SharesRootWith(right.trie) && !expected) return "other paths in the same nodes";
  if (Fault fault = Unequal("answer", left.trie.EqualTo(right.trie), expected); !fault.empty()) {
    return fault;
  }
  // Equal content in nodes of its own.
  PathTrie twin = TrieOf(left.paths);
  if (!twin.EqualTo(left.trie)) return "not equal to a trie made of the same paths";
  DrawExisting(left);
  const std::optional<uint64_t> value = left.trie.Find(path_);
  twin.Set(path_, value.value_or(0) ^ (uint64_t{1} << Random(64)));
  return left.trie.EqualTo(twin) ? "equal to a trie with one other value" : "";
}

Fault TrieWorld::Compare() {
  const ModelPair& pair = PickAny();
  Pay(pair.paths.size());
  return FirstDifference(pair.trie, pair.paths);
}

Fault TrieWorld::CompareBackwards() {
  const ModelPair& pair = PickAny();
  Pay(pair.paths.size());
  return FirstDifferenceBackwards(pair.trie, pair.paths);
}

Fault TrieWorld::Validate() {
  const ModelPair& pair = Pick();
  Pay(2 * pair.paths.size());
  const absl::Status valid = pair.trie.IsValid();
  return valid.ok() ? "" : valid.ToString();
}

}  // namespace pathkb
