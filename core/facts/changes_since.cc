#include "core/facts/changes_since.h"

#include <string>
#include <vector>

#include "core/facts/dropped_space.h"
#include "core/trie/difference.h"
#include "core/trie/read_zipper.h"

namespace pathkb {

PathTrie ChangesSince(const PathTrie& newer, const PathTrie& older) {
  PathTrie changes = Difference(newer, older);
  std::vector<std::string> hiding;
  {
    ReadZipper zipper(changes);
    bool at_value = zipper.value().has_value() || zipper.NextValue();
    for (; at_value; at_value = zipper.NextValue()) {
      if (!ReplacesBelow(*zipper.value())) continue;
      // What is below one of them comes with it.
      if (!hiding.empty() && zipper.path().starts_with(hiding.back())) continue;
      hiding.emplace_back(zipper.path());
    }
  }
  for (const std::string& path : hiding) changes.Graft(path, newer.Subtrie(path));
  return changes;
}

}  // namespace pathkb
