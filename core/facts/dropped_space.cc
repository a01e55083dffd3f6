#include "core/facts/dropped_space.h"

#include <optional>

#include "core/facts/keys.h"
#include "core/trie/tombstone.h"

namespace pathkb {

uint64_t NextDropTombstone(const PathTrie& working, std::string_view prefix) {
  const std::optional<uint64_t> before = working.Find(prefix);
  const uint64_t drops = before.has_value() ? UpperValue(*before) : 0;
  return kDeletedBit | kHidesBelowBit | UpperValue(drops + 1);
}

bool IsHiddenByDrop(const PathTrie& working, std::string_view key) {
  const std::string_view prefix = SpacePrefixOf(key);
  if (prefix.empty() || prefix.size() == key.size()) return false;
  const std::optional<uint64_t> value = working.Find(prefix);
  return value.has_value() && HidesBelow(*value);
}

}  // namespace pathkb
