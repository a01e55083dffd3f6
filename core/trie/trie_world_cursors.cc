// What cursors do, which edit or only look.

#include <algorithm>
#include <iterator>
#include <utility>

#include "fmt/format.h"

#include "core/trie/trie_world.h"
#include "core/trie/write_zipper.h"

namespace pathkb {

Fault TrieWorld::WriteZipperLooks() {
  ModelPair& pair = Pick();
  WriteZipper zipper(&pair.trie);
  DrawPath();
  zipper.Descend(path_);
  const uint64_t up = Random(path_.size() + 2);
  if (zipper.Ascend(up) != (up <= path_.size())) return "Ascend() says otherwise";
  if (up <= path_.size()) path_.resize(path_.size() - up);
  if (zipper.path() != path_) return "path() says otherwise";
  const std::optional<uint64_t> before = ModelFind(pair.paths, path_);
  if (Fault fault = Unequal("value", zipper.value(), before); !fault.empty()) return fault;
  if (growing_) {
    const uint64_t value = RandomValue(random_);
    pair.paths[path_] = value;
    return Unequal("answer of SetValue", zipper.SetValue(value), before);
  }
  pair.paths.erase(path_);
  return Unequal("answer of RemoveValue", zipper.RemoveValue(), before);
}

Fault TrieWorld::WriteZipperTakes() {
  ModelPair& pair = PickAny();
  DrawPrefix();
  WriteZipper zipper(&pair.trie);
  zipper.Descend(path_);
  ModelPaths expected = ModelSubtrie(pair.paths, path_);
  Pay(expected.size());
  if (Fault fault = Unequal("count", zipper.CountValues(), uint64_t{expected.size()});
      !fault.empty()) {
    return fault;
  }
  if (Fault fault = FirstDifference(zipper.Subtrie(), expected); !fault.empty()) return fault;
  PathTrie taken = zipper.TakeSubtrie();
  ModelRemoveBelow(pair.paths, path_);
  if (Fault fault = FirstDifference(taken, expected); !fault.empty()) return fault;
  Fault fault = Unequal("count after", zipper.CountValues(), uint64_t{0});
  Keep(std::move(taken), std::move(expected));
  return fault;
}

Fault TrieWorld::WriteZipperInserts() {
  ModelPair& pair = PickAny();
  DrawPath();
  const std::string bytes = path_;
  DrawPrefix();
  const ModelPaths part = ModelSubtrie(pair.paths, path_);
  if (!FitsBelow(path_ + bytes, part)) return "";
  WriteZipper zipper(&pair.trie);
  zipper.Descend(path_);
  zipper.InsertPrefix(bytes);
  if (zipper.path() != path_) return "the zipper moved";
  ModelRemoveBelow(pair.paths, path_);
  ModelGraft(pair.paths, path_ + bytes, part);
  Pay(pair.paths.size());
  return FirstDifference(pair.trie, pair.paths);
}

Fault TrieWorld::WriteZipperRemovesPrefix() {
  ModelPair& pair = PickAny();
  // Two pieces of a path that exists, mostly.
  DrawExisting(pair);
  const size_t here = Random(path_.size() + 1);
  std::string bytes = path_.substr(here, Random(path_.size() - here + 1));
  if (Random(8) == 0) bytes.push_back('?');
  path_.resize(here);
  const ModelPaths part = ModelSubtrie(pair.paths, path_ + bytes);
  const PathTrie copy = pair.trie;
  WriteZipper zipper(&pair.trie);
  zipper.Descend(path_);
  const bool removed = zipper.RemovePrefix(bytes);
  if (zipper.path() != path_) return "the zipper moved";
  if (removed == part.empty()) return fmt::format("RemovePrefix() says {}", removed);
  if (!removed && !pair.trie.SharesRootWith(copy)) return "changed although nothing was there";
  if (removed) ModelGraft(pair.paths, path_, part);
  Pay(pair.paths.size());
  return FirstDifference(pair.trie, pair.paths);
}

Fault TrieWorld::WriteZipperAlgebra() {
  ModelPair& pair = PickAny();
  const ModelPair& from = PickAny();
  DrawPrefix();
  const std::string other_prefix = Random(2) == 0 ? path_ : std::string();
  const ModelPair other = {from.trie.Subtrie(other_prefix), ModelSubtrie(from.paths, other_prefix)};
  if (Random(2) == 0) DrawPrefix();
  if (!FitsBelow(path_, other.paths)) return "";
  if (pair.paths.size() + other.paths.size() > 2 * size_max_) return "";
  const ModelPaths before = ModelSubtrie(pair.paths, path_);
  const PathTrie copy = pair.trie;
  WriteZipper zipper(&pair.trie);
  zipper.Descend(path_);
  WatchedPolicy policy(random_);
  ModelPaths after;
  bool changed = false;
  switch (Random(4)) {
    case 0:
      changed = zipper.JoinInto(other.trie, policy);
      after = ModelJoin(before, other.paths, policy.model());
      break;
    case 1:
      changed = zipper.MeetInto(other.trie, policy);
      after = ModelMeet(before, other.paths, policy.model());
      break;
    case 2:
      changed = zipper.Subtract(other.trie);
      after = ModelSubtract(before, other.paths);
      break;
    default:
      changed = zipper.Restrict(other.trie);
      after = ModelRestrict(before, other.paths);
  }
  if (Fault fault = policy.fault(); !fault.empty()) return fault;
  if (Fault fault = Unequal("answer", changed, before != after); !fault.empty()) return fault;
  if (!changed && !pair.trie.SharesRootWith(copy)) return "other nodes, though nothing changed";
  ModelGraft(pair.paths, path_, after);
  Pay(2 * before.size() + other.paths.size() + pair.paths.size());
  return FirstDifference(pair.trie, pair.paths);
}

Fault TrieWorld::ReadZipperMoves() {
  const ModelPair& pair = PickAny();
  ReadZipper zipper(pair.trie);
  for (uint64_t moves = Random(12); moves > 0; --moves) {
    Random(3) == 0 ? DrawExisting(pair) : DrawPrefix();
    if (Fault fault = MoveOnce(zipper, pair.paths); !fault.empty()) return fault;
    const std::string here(zipper.path());
    if (zipper.value() != ModelFind(pair.paths, here)) {
      return fmt::format("value at \"{}\" is not as it must be", ReadablePath(here));
    }
  }
  return "";
}

Fault TrieWorld::MoveOnce(ReadZipper& zipper, const ModelPaths& paths) {
  const std::string here(zipper.path());
  switch (Random(5)) {
    case 0: {
      const auto at_or_after = paths.lower_bound(path_);
      const bool expected =
          path_.empty() || (at_or_after != paths.end() && at_or_after->first.starts_with(path_));
      zipper.Reset();
      return Unequal("answer of Descend", zipper.Descend(path_), expected);
    }
    case 1: {
      const uint64_t bytes = Random(here.size() + 2);
      return Unequal("answer of Ascend", zipper.Ascend(bytes), bytes <= here.size());
    }
    case 2: {
      const uint64_t limit = Random(2) == 0 ? Random(4) : ~uint64_t{0};
      const auto [first, last] = ModelBelow(paths, here);
      const auto count = static_cast<uint64_t>(std::distance(first, last));
      Pay(count);
      return Unequal("answer of CountValues", zipper.CountValues(limit), std::min(limit, count));
    }
    default:
      return MoveToValue(zipper, paths);
  }
}

// The moves from value to value.
Fault TrieWorld::MoveToValue(ReadZipper& zipper, const ModelPaths& paths) {
  const std::string here(zipper.path());
  const size_t within = Random(here.size() + 1);
  const std::string prefix = here.substr(0, within);
  auto expected = paths.end();
  bool moved = false;
  const uint64_t kind = Random(5);
  switch (kind) {
    case 0:
      expected = paths.lower_bound(path_);
      moved = zipper.SeekValue(path_);
      break;
    case 1:
      expected = paths.upper_bound(here);
      moved = zipper.NextValue();
      break;
    case 2:
      expected = paths.upper_bound(here);
      moved = zipper.NextValueWithin(within);
      break;
    case 3:
      expected = ModelBehind(paths, here);
      moved = zipper.NextValueBehind(within);
      break;
    default:
      expected = paths.lower_bound(here);
      expected = expected == paths.begin() ? paths.end() : std::prev(expected);
      moved = zipper.PreviousValue();
  }
  if ((kind == 2 || kind == 3) && expected != paths.end() && !expected->first.starts_with(prefix)) {
    expected = paths.end();
  }
  static constexpr const char* kNames[] = {"SeekValue", "NextValue", "NextValueWithin",
                                           "NextValueBehind", "PreviousValue"};
  const std::string_view to = expected == paths.end() ? std::string_view(here) : expected->first;
  if (moved == (expected != paths.end()) && zipper.path() == to) return "";
  return fmt::format("{} from \"{}\" within {} bytes: {}, at \"{}\", must be at \"{}\"",
                     kNames[kind], ReadablePath(here), within, moved, ReadablePath(zipper.path()),
                     ReadablePath(to));
}

}  // namespace pathkb
