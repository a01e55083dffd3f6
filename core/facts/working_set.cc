#include "core/facts/working_set.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/changes_since.h"
#include "core/facts/copy_mark.h"
#include "core/facts/dropped_space.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/trie/overlay_zipper.h"
#include "core/trie/read_zipper.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

// Whether a key of the trie with this value counts in changed_facts(): a fact's, or that of a space
// that was dropped.
bool CountsAsChanged(std::string_view key, uint64_t value) {
  return IsTermKey(key) || (HidesBelow(value) && SpacePrefixOf(key) == key);
}

}  // namespace

ChangeCounts& ChangeCounts::operator+=(const ChangeCounts& other) {
  inserted += other.inserted;
  updated += other.updated;
  unchanged += other.unchanged;
  deleted += other.deleted;
  not_found += other.not_found;
  indexed += other.indexed;
  forked += other.forked;
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
  if (base == nullptr || IsHiddenByDrop(trie_, key)) return std::nullopt;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<uint64_t> id, base->Find(key));
  if (!id.has_value()) return std::nullopt;
  PATHKB_ASSIGN_OR_RETURN(const std::string_view entry, base->FindEntry(*id, scratch));
  return entry;
}

void WorkingSet::SetFact(std::string_view encoded_term, std::string_view behind_term,
                         uint64_t value, Work& work) {
  const std::string key = TermKey(work.space, encoded_term, behind_term);
  if (!trie_.Set(key, value).has_value()) ++changed_facts_;
  work.index.ForEach(encoded_term, behind_term,
                     [&](std::string_view index_key) { trie_.Set(index_key, value); });
}

absl::StatusOr<bool> WorkingSet::ApplySet(const Change& change, Work& work) {
  if (IsCopyMark(change.name)) return ApplySetCopy(change, work);
  const std::string key = change.name.empty() ? TermKey(work.space, change.encoded_term, "")
                                              : NameKey(work.space, change.name);
  std::string scratch;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> present,
                          Lookup(key, work.base, scratch));
  if (present.has_value() && change.name.empty()) {
    PATHKB_ASSIGN_OR_RETURN(const bool is_multiset, IsMultiset(work));
    if (is_multiset) return ApplyAddCopy(change, work);
  }
  if (present == change.entry) {
    ++work.counts.unchanged;
    return false;
  }
  if (present.has_value() && !change.name.empty()) {
    // The name may have stood for another term.
    PATHKB_ASSIGN_OR_RETURN(const Entry old_entry, DecodeEntry(*present));
    if (old_entry.encoded_term != change.encoded_term) {
      SetFact(old_entry.encoded_term, change.name, kDeletedBit, work);
    }
  }
  const uint64_t id = entries_->Intern(change.entry);
  SetFact(change.encoded_term, change.name, id, work);
  if (!change.name.empty()) trie_.Set(key, id);
  ++(present.has_value() ? work.counts.updated : work.counts.inserted);
  return true;
}

absl::StatusOr<bool> WorkingSet::ApplyDelete(const Change& change, Work& work) {
  const bool named = change.kind == Change::Kind::kDeleteName;
  const std::string key =
      named ? NameKey(work.space, change.name) : TermKey(work.space, change.encoded_term, "");
  std::string scratch;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> present,
                          Lookup(key, work.base, scratch));
  if (!present.has_value()) {
    ++work.counts.not_found;
    return false;
  }
  if (named) {
    PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(*present));
    SetFact(entry.encoded_term, change.name, kDeletedBit, work);
    trie_.Set(key, kDeletedBit);
  } else {
    PATHKB_ASSIGN_OR_RETURN(const bool is_multiset, IsMultiset(work));
    if (is_multiset) return ApplyDeleteCopies(change, work);
    SetFact(change.encoded_term, "", kDeletedBit, work);
  }
  ++work.counts.deleted;
  return true;
}

std::unique_ptr<Zipper> WorkingSet::NewZipper(const FactBase* base) const {
  return std::make_unique<OverlayZipper>(std::make_unique<ReadZipper>(trie_),
                                         base == nullptr ? nullptr : base->NewZipper());
}

absl::StatusOr<bool> WorkingSet::ApplyDeleteNamesBelow(std::string_view name_prefix, Work& work) {
  const std::string prefix = NameKey(work.space, name_prefix);
  const size_t name_at = prefix.size() - name_prefix.size();
  const std::unique_ptr<Zipper> zipper = NewZipper(work.base);
  const uint64_t deleted_before = work.counts.deleted;
  std::string scratch;
  bool at_value = zipper->SeekValue(prefix);
  for (; at_value && zipper->path().starts_with(prefix); at_value = zipper->NextValue()) {
    const uint64_t id = *zipper->value();
    std::string_view bytes;
    if (zipper->value_layer() == 1) {
      PATHKB_ASSIGN_OR_RETURN(bytes, work.base->FindEntry(id, scratch));
    } else if (id != 0) {
      bytes = entries_->Find(id);
    }
    PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(bytes));
    SetFact(entry.encoded_term, zipper->path().substr(name_at), kDeletedBit, work);
    trie_.Set(zipper->path(), kDeletedBit);
    ++work.counts.deleted;
  }
  PATHKB_RETURN_IF_ERROR(zipper->status());
  if (work.counts.deleted != deleted_before) return true;
  ++work.counts.not_found;
  return false;
}

void WorkingSet::DropBelow(std::string_view prefix) {
  const uint64_t tombstone = NextDropTombstone(trie_, prefix);
  RemoveBelow(prefix);
  trie_.Set(prefix, tombstone);
}

void WorkingSet::RemoveBelow(std::string_view prefix) {
  const uint64_t bytes_before = trie_.MemoryBytes();
  trie_.RemoveBelow(prefix);
  Unshare(bytes_before - trie_.MemoryBytes());
}

void WorkingSet::RemoveSpace(std::string_view space_prefix) {
  changed_facts_ -= trie_.CountBelow(TermsPrefix(SpaceNameOf(space_prefix)));
  const std::optional<uint64_t> mark = trie_.Find(space_prefix);
  if (mark.has_value() && CountsAsChanged(space_prefix, *mark)) --changed_facts_;
  RemoveBelow(space_prefix);
}

absl::StatusOr<bool> WorkingSet::ApplyDropSpace(Work& work) {
  PATHKB_ASSIGN_OR_RETURN(const uint64_t facts, FactsOf(work.space, work));
  if (facts == 0) {
    ++work.counts.not_found;
    return false;
  }
  const std::string prefix = SpacePrefix(work.space);
  const uint64_t tombstone = NextDropTombstone(trie_, prefix);
  RemoveSpace(prefix);
  trie_.Set(prefix, tombstone);
  ++changed_facts_;
  forks_.Remove(work.space);
  ShowForks(work);
  work.index = ArgumentKeys(work.space, IndexedArguments());
  work.is_multiset = false;
  work.counts.deleted += facts;
  return true;
}

absl::StatusOr<bool> WorkingSet::ApplyChange(Change& change, Work& work) {
  switch (change.kind) {
    case Change::Kind::kSet:
      return ApplySet(change, work);
    case Change::Kind::kDeleteTerm:
    case Change::Kind::kDeleteCopies:
    case Change::Kind::kDeleteName:
      return ApplyDelete(change, work);
    case Change::Kind::kDeleteNamesBelow:
      return ApplyDeleteNamesBelow(change.name, work);
    case Change::Kind::kDropSpace:
      return ApplyDropSpace(work);
    case Change::Kind::kIndexArguments:
      return ApplyIndexArguments(change.index, work);
    case Change::Kind::kIndexFacts:
      return ApplyIndexFacts(change, work);
    case Change::Kind::kForkSpace:
      return ApplyForkSpace(change, work);
    case Change::Kind::kDuplicates:
      return ApplyDuplicates(change.keeps_duplicates, work);
  }
  return absl::InternalError("a change of no kind");
}

absl::StatusOr<ChangeCounts> WorkingSet::Apply(Batch& batch, const FactBase* base) {
  Work work = {batch.space, base, base, std::nullopt, ArgumentKeys("", {}), ChangeCounts()};
  ShowForks(work);
  PATHKB_ASSIGN_OR_RETURN(const IndexSetting setting, ReadSetting(batch.space, work.base));
  work.index = ArgumentKeys(batch.space, setting.all());
  PATHKB_ASSIGN_OR_RETURN(const bool was_empty, BecomesCounted(batch, work.base));
  size_t kept = 0;
  for (size_t i = 0; i < batch.changes.size(); ++i) {
    PATHKB_ASSIGN_OR_RETURN(const bool changed, ApplyChange(batch.changes[i], work));
    if (!changed) continue;
    if (kept != i) batch.changes[kept] = std::move(batch.changes[i]);
    ++kept;
  }
  batch.changes.resize(kept);
  KeepCounts(work, was_empty);
  return work.counts;
}

void WorkingSet::ApplyKey(std::string_view key, KeyChange change, std::string_view entry) {
  const bool deletes = change == KeyChange::kDelete || change == KeyChange::kDeleteBelow;
  uint64_t value = deletes ? kDeletedBit : entries_->Intern(entry, IsTermKey(key) ? 1 : 0);
  const std::optional<uint64_t> present = trie_.Find(key);
  if (change == KeyChange::kDeleteBelow || change == KeyChange::kReplace) {
    const PathTrie below = trie_.Subtrie(key);
    ReadZipper zipper(below);
    std::string full_key(key);
    while (zipper.NextValue()) {
      full_key.replace(key.size(), std::string::npos, zipper.path());
      if (CountsAsChanged(full_key, *zipper.value())) --changed_facts_;
    }
    trie_.RemoveBelow(key);
    if (present.has_value() && CountsAsChanged(key, *present)) --changed_facts_;
    value |= kHidesBelowBit;
    // Another drop of the same key is another value, or it would be no change.
    if (deletes && present.has_value() && IsDeleted(*present)) value |= UpperValue(*present) + 1;
  } else if (present.has_value()) {
    if (CountsAsChanged(key, *present)) --changed_facts_;
    // What a drop took from the base stays hidden.
    value |= *present & kHidesBelowBit;
  }
  trie_.Set(key, value);
  if (CountsAsChanged(key, value)) ++changed_facts_;
}

WorkingSet WorkingSet::Since(const PathTrie& older, uint64_t forks_made) const {
  WorkingSet rest;
  rest.AddChanges(trie_, entries(), older);
  rest.Complete(*this, forks_made);
  return rest;
}

void WorkingSet::Complete(const WorkingSet& whole, uint64_t forks_made) {
  forks_ = whole.forks_.Since(forks_made);
  fact_counts_ = whole.fact_counts_;
}

void WorkingSet::AddChanges(const PathTrie& newer, const EntryView& entries,
                            const PathTrie& older) {
  const PathTrie changes = ChangesSince(newer, older);
  ReadZipper zipper(changes);
  bool at_value = zipper.value().has_value() || zipper.NextValue();
  for (; at_value; at_value = zipper.NextValue()) {
    const uint64_t value = *zipper.value();
    const bool hides = HidesBelow(value);
    if (IsForkMark(value)) {
      const uint64_t mark = NextForkMark(trie_, zipper.path());
      RemoveSpace(zipper.path());
      trie_.Set(zipper.path(), mark);
    } else if (IsDeleted(value)) {
      ApplyKey(zipper.path(), hides ? KeyChange::kDeleteBelow : KeyChange::kDelete, "");
    } else {
      const uint64_t id = UpperValue(value);
      ApplyKey(zipper.path(), hides ? KeyChange::kReplace : KeyChange::kSet,
               id == 0 ? std::string_view() : entries.Find(id));
    }
  }
}

}  // namespace pathkb
