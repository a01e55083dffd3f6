// Entries of the working set: entry bytes to entry id and back, each distinct entry once.
//
// Bytes lie in append-only segments. A view copies one handle, and whatever was stored up to then
// stays readable through it for as long as it lives, without a lock, while the store goes on
// growing:
//
//   EntryStore ---> directory ---> [segment 0][segment 1] ... [segment n]   1,024 entries each
//   EntryView  ---> an older directory, and how many entries it may read
//
// Ids count from 1; 0 is the default entry, which has no bytes and is not stored.

#ifndef PATHKB_CORE_FACTS_ENTRY_STORE_H_
#define PATHKB_CORE_FACTS_ENTRY_STORE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace pathkb {

// A fixed set of entries, and what keeps their bytes alive. Immutable and cheap to copy; any
// thread.
class EntryView {
 public:
  // An empty view.
  EntryView() = default;

  // Bytes of entry `id`, which must be 1 to entry_count(); they live as long as any view or store.
  std::string_view Find(uint64_t id) const;

  uint64_t entry_count() const { return entry_count_; }
  // Bytes of all entries together.
  uint64_t entry_bytes() const { return entry_bytes_; }
  // How often facts were given one of them: entry_count() is this where no two were given the same.
  uint64_t entry_uses() const { return entry_uses_; }

 private:
  friend class EntryStore;

  static constexpr uint64_t kSegmentEntries = 1024;

  struct Segment {
    std::array<std::string, kSegmentEntries> entries;  // Filled from the front, never changed.
  };
  using Directory = std::vector<std::shared_ptr<Segment>>;

  std::shared_ptr<const Directory> directory_;
  uint64_t entry_count_ = 0;
  uint64_t entry_bytes_ = 0;
  uint64_t entry_uses_ = 0;
};

// One thread at a time; views of it may be read by any thread meanwhile.
class EntryStore {
 public:
  // The id of `entry`, storing it if it is new. Empty bytes have id 0. `uses` is how many facts are
  // given it hereby. Amortised constant time.
  uint64_t Intern(std::string_view entry, uint64_t uses = 1);

  // The id of `entry` if it is stored, 0 if it is empty; else nullopt, and nothing is stored.
  std::optional<uint64_t> FindId(std::string_view entry) const;

  // Forgets all entries; ids begin at 1 again. Views keep what they see.
  void Clear();

  // What is stored now, with the figures about it.
  EntryView View() const { return view_; }

  // Bytes of entry `id`, 1 to the view's entry_count().
  std::string_view Find(uint64_t id) const { return view_.Find(id); }

  // Bytes of all entries together.
  uint64_t entry_bytes() const { return view_.entry_bytes(); }

 private:
  EntryView view_;
  absl::flat_hash_map<std::string_view, uint64_t> ids_;  // Keys point into segments.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_ENTRY_STORE_H_
