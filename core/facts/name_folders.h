// Names as folders: what lies directly below a folder, one entry at a time. Names are paths with
// `/` between their parts, so a space of
//
//     facts/math/addition   facts/math/zero   rules/r1   zero
//
// has at its top `facts/` with two facts, `rules/` with one, and the fact `zero`. A name that ends
// with a slash is, in the folder it names, the entry with no name.

#ifndef PATHKB_CORE_FACTS_NAME_FOLDERS_H_
#define PATHKB_CORE_FACTS_NAME_FOLDERS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "core/trie/zipper.h"

namespace pathkb {

// One part of a name.
struct FolderEntry {
  std::string name;            // Without the folder; ends with a slash if it is one itself.
  uint64_t facts = 0;          // With this name, or with names in this folder; as far as counted.
  bool counted_to_end = true;  // False if there are more.
};

// Goes from entry to entry in the order of their names, with one seek for each: what lies inside a
// folder is only counted, as far as the bounds say. One thread at a time. Borrows the cursor.
class FolderWalk {
 public:
  // How far facts are counted: within one folder, and in all that this object counts. A folder's
  // first fact is always counted.
  struct Bounds {
    uint64_t folder_facts;
    uint64_t walk_facts;
  };

  // Walks over the keys that begin with `prefix`: NamesPrefix() of a space, and behind it the
  // folder, empty or with a slash at its end. Begins at the first, or, if `place` is not empty,
  // where the walk that said it stood.
  FolderWalk(Zipper& zipper, std::string prefix, std::string place, Bounds bounds)
      : zipper_(zipper), prefix_(std::move(prefix)), place_(std::move(place)), bounds_(bounds) {
    if (place_.empty()) place_ = prefix_;
  }

  // The next entry; false if there is none, or if status() is not OK.
  bool Next(FolderEntry& entry);

  // True if Next() would find something. Costs a seek.
  bool HasNext();

  // Where a later walk over the same keys goes on behind the last entry.
  const std::string& place() const { return place_; }

  // What the cursor says of damage.
  absl::Status status() const { return zipper_.status(); }

 private:
  Zipper& zipper_;
  const std::string prefix_;
  std::string place_;  // The least key behind the last entry, be it there or not.
  Bounds bounds_;      // What is left of them.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_NAME_FOLDERS_H_
