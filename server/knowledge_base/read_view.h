// The unchanging picture that one request works on: working set, base and revision, taken together.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_READ_VIEW_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_READ_VIEW_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/facts/entry.h"
#include "core/facts/entry_store.h"
#include "core/facts/fact_base.h"
#include "core/facts/space_forks.h"
#include "core/facts/working_set.h"
#include "core/trie/path_trie.h"
#include "core/trie/zipper.h"

namespace pathkb {

// A value type of handles: copying costs a few reference counts. Never changes, whatever is
// written, installed or deleted meanwhile; keeps alive what it shows. Any thread.
struct ReadView {
  PathTrie working;                      // Changes since the base; deletes are tombstones.
  EntryView entries;                     // Of the working set.
  std::shared_ptr<const FactBase> base;  // Null before the first snapshot.
  SpaceForks forks;                      // Spaces that stand on what the base has of others.
  PathTrie fact_counts;                  // WorkingSet::fact_counts().
  uint64_t base_changes = 0;             // base->OutsideChanges() when the view was taken.
  uint64_t revision = 0;                 // The last commit it holds.
  uint64_t facts = 0;                    // In all spaces.
  uint64_t working_set_facts = 0;        // Of these changed since the base, deleted ones included.
  uint64_t changes = 0;                  // Changed facts since the process began; only grows.
  uint64_t working_set_bytes = 0;        // Memory of the working set, about.

  // Shows what `set` holds from now on.
  void Show(const WorkingSet& set);

  // A cursor over the working set laid over the base, at the root. Borrows the view. With `pages`,
  // the base's pages that it looks at are counted there.
  std::unique_ptr<Zipper> NewZipper(PageCounter* pages = nullptr) const;

  // True if a value that a cursor showed with `layer` is one of the base.
  bool IsFromBase(int layer) const {
    // A base on its own is layer 0 of its own cursor.
    return base != nullptr && (layer == 1 || working.empty());
  }

  // The entry that a value stands for; `layer` as in Zipper::value_layer(). DataLoss if the base's
  // file contradicts itself. The bytes live as long as the view and, as they may be in `scratch`,
  // as long as that is unchanged.
  absl::StatusOr<std::string_view> EntryBytes(uint64_t value, int layer,
                                              std::string& scratch) const;
  absl::StatusOr<Entry> FindEntry(uint64_t value, int layer) const;

  // The entry stored at exactly `key`; nullopt if nothing is there. DataLoss as EntryBytes(), or
  // what Confirm() says; a key that the working set knows of does not touch the base, and is
  // answered whatever has become of that.
  absl::StatusOr<std::optional<Entry>> FindKey(std::string_view key) const;

  // For the end of each call that read something: `status`, unless FactBase::CheckIntact() says
  // that what was read may not have been what the base holds; then that, as `status` means nothing.
  absl::Status Confirm(absl::Status status) const;

  // Facts of a space: in constant time where the number is known, else by a walk over what changed
  // in it, and over the base, unless that was asked before. DataLoss as EntryBytes(), or the error
  // of `interrupt` (may be null), which is called now and then.
  absl::StatusOr<uint64_t> CountFacts(std::string_view space, const Interrupt& interrupt) const;

  // NotFound, naming it, if `space` holds no fact. DataLoss as EntryBytes().
  absl::Status CheckSpaceExists(std::string_view space) const;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_READ_VIEW_H_
