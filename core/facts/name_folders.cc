#include "core/facts/name_folders.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/trie/path_order.h"

namespace pathkb {

bool FolderWalk::HasNext() {
  return zipper_.SeekValue(place_) && zipper_.path().starts_with(prefix_);
}

bool FolderWalk::Next(FolderEntry& entry) {
  if (!HasNext()) return false;
  const std::string_view name = zipper_.path().substr(prefix_.size());
  const size_t slash = name.find('/');
  entry.name = name.substr(0, slash == std::string_view::npos ? slash : slash + 1);
  place_ = prefix_ + entry.name;
  if (slash == std::string_view::npos) {
    entry.facts = 1;
    entry.counted_to_end = true;
    place_ += '\0';  // Names have no zero byte: this is the next key of all that could be.
    return true;
  }
  zipper_.Ascend(zipper_.path().size() - place_.size());
  const uint64_t limit = std::max<uint64_t>(1, std::min(bounds_.folder_facts, bounds_.walk_facts));
  const uint64_t counted = zipper_.CountValues(limit + 1);
  entry.facts = std::min(counted, limit);
  entry.counted_to_end = counted <= limit;
  bounds_.walk_facts -= std::min(bounds_.walk_facts, entry.facts);
  place_ = BehindAllBelow(std::move(place_));
  return zipper_.status().ok();
}

}  // namespace pathkb
