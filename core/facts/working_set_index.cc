// What a working set does to the argument index as a whole: positions that come and go, and facts
// that are put into a family that is being built. Single facts take their index keys along with
// them, in working_set.cc.

#include "core/base/status_macros.h"
#include "core/facts/dropped_space.h"
#include "core/facts/keys.h"
#include "core/facts/working_set.h"
#include "core/trie/tombstone.h"

namespace pathkb {

absl::StatusOr<IndexSetting> WorkingSet::ReadSetting(std::string_view space,
                                                     const FactBase* base) const {
  return ReadIndexSetting(*NewZipper(base), space);
}

absl::StatusOr<bool> WorkingSet::IsNewSpace(std::string_view space, const FactBase* base) const {
  const std::string prefix = SpacePrefix(space);
  // What a drop leaves at the prefix itself is no key of the space.
  if (trie_.CountBelow(prefix) > (trie_.Contains(prefix) ? 1 : 0)) return false;
  if (base == nullptr || IsHiddenByDrop(trie_, TermsPrefix(space))) return true;
  const std::unique_ptr<Zipper> zipper = ForkedBase(*base, forks_).NewZipper();
  const bool is_there = zipper->Descend(prefix) && zipper->NextValueWithin(prefix.size());
  PATHKB_RETURN_IF_ERROR(zipper->status());
  return !is_there;
}

absl::StatusOr<bool> WorkingSet::ApplyIndexArguments(const Change::Index& index, Work& work) {
  PATHKB_ASSIGN_OR_RETURN(const IndexSetting before, ReadSetting(work.space, work.base));
  IndexSetting now = before;
  for (int position = 1; position <= kIndexPositionsMax; ++position) {
    if (index.dropped.Has(position) && now.all().Has(position)) {
      DropBelow(ArgumentPrefix(work.space, position));
      now.whole.Remove(position);
      now.building.Remove(position);
    }
    if (index.begun.Has(position) && !now.all().Has(position)) now.building.Add(position);
    if (index.whole.Has(position) && now.building.Has(position)) {
      now.building.Remove(position);
      now.whole.Add(position);
    }
    const auto tell = [&](const std::string& key, bool was, bool is) {
      if (was != is) trie_.Set(key, is ? 0 : kDeletedBit);
    };
    tell(IndexedKey(work.space, position), before.whole.Has(position), now.whole.Has(position));
    tell(IndexingKey(work.space, position), before.building.Has(position),
         now.building.Has(position));
  }
  work.index = ArgumentKeys(work.space, now.all());
  // Dropped and begun anew in one: the setting is the same, but nothing is in the family.
  return now != before || !index.dropped.Within(before.all()).empty();
}

absl::StatusOr<bool> WorkingSet::ApplyIndexFacts(const Change& change, Work& work) {
  PATHKB_ASSIGN_OR_RETURN(const IndexSetting setting, ReadSetting(work.space, work.base));
  if (setting.building.empty()) return false;
  ArgumentKeys keys(work.space, setting.building);
  const std::string prefix = TermsPrefix(work.space);
  const std::string last = prefix + change.entry;
  const std::string before = prefix + change.encoded_term;
  const std::unique_ptr<Zipper> zipper = NewZipper(work.base);
  const uint64_t indexed_before = work.counts.indexed;
  bool at_value = zipper->SeekValue(before);
  // The beginning of all facts is no fact.
  if (at_value && !change.encoded_term.empty() && zipper->path() == before) {
    at_value = zipper->NextValue();
  }
  for (; at_value && zipper->path().starts_with(prefix); at_value = zipper->NextValue()) {
    if (!change.entry.empty() && zipper->path() > last) break;
    PATHKB_ASSIGN_OR_RETURN(const TermKeyParts parts,
                            SplitTermKey(zipper->path().substr(prefix.size())));
    PATHKB_RETURN_IF_ERROR(IndexFact(parts, *zipper->value(), zipper->value_layer(), keys, work));
    ++work.counts.indexed;
  }
  PATHKB_RETURN_IF_ERROR(zipper->status());
  return work.counts.indexed != indexed_before;
}

absl::Status WorkingSet::IndexFact(const TermKeyParts& fact, uint64_t value, int layer,
                                   ArgumentKeys& keys, Work& work) {
  absl::Status status;
  std::string scratch;
  // What the fact's value is in this working set; of one in the base it is looked up if need be.
  std::optional<uint64_t> id;
  if (value == 0 || layer == 0) id = value;
  keys.ForEach(fact.encoded_term, fact.behind_term, [&](std::string_view key) {
    if (!status.ok()) return;
    if (layer == 1 && !trie_.Contains(key) && !IsHiddenByDroppedFamily(key)) {
      // A walk that is made again finds in the base what a snapshot has put there meanwhile.
      const absl::StatusOr<std::optional<uint64_t>> there = work.base->Find(key);
      status.Update(there.status());
      if (!status.ok() || *there == value) return;
    }
    if (!id.has_value()) {
      const absl::StatusOr<std::string_view> entry = work.base->FindEntry(value, scratch);
      status.Update(entry.status());
      if (!status.ok()) return;
      id = entries_->Intern(*entry);
    }
    trie_.Set(key, *id);
  });
  return status;
}

bool WorkingSet::IsHiddenByDroppedFamily(std::string_view key) const {
  const size_t space_bytes = SpacePrefixOf(key).size();
  const std::optional<uint64_t> family = trie_.Find(key.substr(0, key.find('/', space_bytes) + 1));
  return family.has_value() && HidesBelow(*family);
}

}  // namespace pathkb
