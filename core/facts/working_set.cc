#include "core/facts/working_set.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/changes_since.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {

ChangeCounts& ChangeCounts::operator+=(const ChangeCounts& other) {
  inserted += other.inserted;
  updated += other.updated;
  unchanged += other.unchanged;
  deleted += other.deleted;
  not_found += other.not_found;
  return *this;
}

absl::StatusOr<std::optional<std::string_view>> WorkingSet::Lookup(std::string_view key,
                                                                   const FactBase* base,
                                                                   std::string& scratch) const {
  if (const std::optional<uint64_t> value = trie_.Find(key)) {
    if (*value & kDeletedBit) return std::nullopt;
    const uint64_t id = *value & kUpperValueMax;
    return id == 0 ? std::string_view() : entries_->Find(id);
  }
  if (base == nullptr) return std::nullopt;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<uint64_t> id, base->Find(key));
  if (!id.has_value()) return std::nullopt;
  PATHKB_ASSIGN_OR_RETURN(const std::string_view entry, base->FindEntry(*id, scratch));
  return entry;
}

void WorkingSet::SetTermKey(std::string_view key, uint64_t value) {
  if (!trie_.Set(key, value).has_value()) ++changed_facts_;
}

absl::Status WorkingSet::ApplySet(std::string_view space, const Change& change,
                                  const FactBase* base, ChangeCounts& counts) {
  const std::string term_key = TermKey(space, change.encoded_term, change.name);
  const std::string key = change.name.empty() ? term_key : NameKey(space, change.name);
  std::string scratch;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> present,
                          Lookup(key, base, scratch));
  if (present == change.entry) {
    ++counts.unchanged;
    return absl::OkStatus();
  }
  if (present.has_value() && !change.name.empty()) {
    // The name may have stood for another term.
    PATHKB_ASSIGN_OR_RETURN(const Entry old_entry, DecodeEntry(*present));
    if (old_entry.encoded_term != change.encoded_term) {
      SetTermKey(TermKey(space, old_entry.encoded_term, change.name), kDeletedBit);
    }
  }
  const uint64_t id = entries_->Intern(change.entry);
  SetTermKey(term_key, id);
  if (!change.name.empty()) trie_.Set(key, id);
  ++(present.has_value() ? counts.updated : counts.inserted);
  return absl::OkStatus();
}

absl::Status WorkingSet::ApplyDelete(std::string_view space, const Change& change,
                                     const FactBase* base, ChangeCounts& counts) {
  const bool named = change.kind == Change::Kind::kDeleteName;
  const std::string key =
      named ? NameKey(space, change.name) : TermKey(space, change.encoded_term, "");
  std::string scratch;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> present,
                          Lookup(key, base, scratch));
  if (!present.has_value()) {
    ++counts.not_found;
    return absl::OkStatus();
  }
  if (named) {
    PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(*present));
    SetTermKey(TermKey(space, entry.encoded_term, change.name), kDeletedBit);
    trie_.Set(key, kDeletedBit);
  } else {
    SetTermKey(key, kDeletedBit);
  }
  ++counts.deleted;
  return absl::OkStatus();
}

absl::StatusOr<ChangeCounts> WorkingSet::Apply(Batch& batch, const FactBase* base) {
  ChangeCounts counts;
  size_t kept = 0;
  for (size_t i = 0; i < batch.changes.size(); ++i) {
    const Change& change = batch.changes[i];
    const uint64_t changed_before = counts.changed();
    PATHKB_RETURN_IF_ERROR(change.kind == Change::Kind::kSet
                               ? ApplySet(batch.space, change, base, counts)
                               : ApplyDelete(batch.space, change, base, counts));
    if (counts.changed() == changed_before) continue;
    if (kept != i) batch.changes[kept] = std::move(batch.changes[i]);
    ++kept;
  }
  batch.changes.resize(kept);
  return counts;
}

void WorkingSet::ApplyKey(std::string_view key, KeyChange change, std::string_view entry) {
  const bool deletes = change == KeyChange::kDelete || change == KeyChange::kDeleteBelow;
  uint64_t value = deletes ? kDeletedBit : entries_->Intern(entry);
  const std::optional<uint64_t> present = trie_.Find(key);
  if (change == KeyChange::kDeleteBelow || change == KeyChange::kReplace) {
    const PathTrie below = trie_.Subtrie(key);
    ReadZipper zipper(below);
    std::string full_key(key);
    while (zipper.NextValue()) {
      full_key.replace(key.size(), std::string::npos, zipper.path());
      if (IsTermKey(full_key)) --changed_facts_;
    }
    trie_.RemoveBelow(key);
    if (present.has_value() && IsTermKey(key)) --changed_facts_;
    value |= kHidesBelowBit;
    // Another drop of the same key is another value, or it would be no change.
    if (deletes && present.has_value() && IsDeleted(*present)) value |= UpperValue(*present) + 1;
  } else if (present.has_value()) {
    // What a drop took from the base stays hidden.
    value |= *present & kHidesBelowBit;
  }
  const bool is_new = !trie_.Set(key, value).has_value();
  if (is_new && IsTermKey(key)) ++changed_facts_;
}

WorkingSet WorkingSet::Since(const PathTrie& older) const {
  WorkingSet rest;
  const PathTrie changes = ChangesSince(trie_, older);
  ReadZipper zipper(changes);
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) {
    uint64_t value = *zipper.value();
    if ((value & kDeletedBit) == 0 && (value & kUpperValueMax) != 0) {
      const uint64_t flags = value & ~kUpperValueMax;
      value = flags | rest.entries_->Intern(entries_->Find(value & kUpperValueMax));
    }
    rest.trie_.Set(zipper.path(), value);
    if (IsTermKey(zipper.path())) ++rest.changed_facts_;
  }
  return rest;
}

}  // namespace pathkb
