#include "core/facts/entry_store.h"

#include "core/base/check.h"

namespace pathkb {

std::string_view EntryView::Find(uint64_t id) const {
  PATHKB_CHECK(id >= 1 && id <= entry_count_);
  return (*directory_)[(id - 1) / kSegmentEntries]->entries[(id - 1) % kSegmentEntries];
}

uint64_t EntryStore::Intern(std::string_view entry, uint64_t uses) {
  if (entry.empty()) return 0;
  view_.entry_uses_ += uses;
  if (const auto found = ids_.find(entry); found != ids_.end()) return found->second;
  const uint64_t index = view_.entry_count_;
  if (index % EntryView::kSegmentEntries == 0) {
    // Views hold the old directory; it is copied, its segments are shared.
    auto directory = std::make_shared<EntryView::Directory>();
    if (view_.directory_ != nullptr) *directory = *view_.directory_;
    directory->push_back(std::make_shared<EntryView::Segment>());
    view_.directory_ = std::move(directory);
  }
  // No view may read this slot yet: each stops at its own count.
  std::string& slot = view_.directory_->back()->entries[index % EntryView::kSegmentEntries];
  slot = entry;
  view_.entry_count_ = index + 1;
  ids_.emplace(slot, index + 1);
  view_.entry_bytes_ += entry.size();
  return index + 1;
}

std::optional<uint64_t> EntryStore::FindId(std::string_view entry) const {
  if (entry.empty()) return 0;
  const auto found = ids_.find(entry);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

void EntryStore::Clear() {
  ids_.clear();  // Before the bytes that its keys point to.
  view_ = EntryView();
}

}  // namespace pathkb
