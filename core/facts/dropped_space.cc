#include "core/facts/dropped_space.h"

#include <optional>

#include "core/facts/keys.h"
#include "core/trie/tombstone.h"

namespace pathkb {

namespace {

// In the value of a deleted path, which means nothing to an overlay.
constexpr uint64_t kForkedBit = uint64_t{1} << 61;

uint64_t NextNumber(const PathTrie& working, std::string_view prefix) {
  const std::optional<uint64_t> before = working.Find(prefix);
  const uint64_t number = before.has_value() ? UpperValue(*before) : 0;
  return (number + 1) & (kForkedBit - 1);
}

}  // namespace

uint64_t NextDropTombstone(const PathTrie& working, std::string_view prefix) {
  return kDeletedBit | kHidesBelowBit | NextNumber(working, prefix);
}

uint64_t NextForkMark(const PathTrie& working, std::string_view prefix) {
  return kDeletedBit | kForkedBit | NextNumber(working, prefix);
}

bool IsForkMark(uint64_t value) {
  return IsDeleted(value) && !HidesBelow(value) && (value & kForkedBit) != 0;
}

bool ReplacesBelow(uint64_t value) { return HidesBelow(value) || IsForkMark(value); }

bool IsHiddenByDrop(const PathTrie& working, std::string_view key) {
  const std::string_view prefix = SpacePrefixOf(key);
  if (prefix.empty() || prefix.size() == key.size()) return false;
  const std::optional<uint64_t> value = working.Find(prefix);
  return value.has_value() && HidesBelow(*value);
}

}  // namespace pathkb
