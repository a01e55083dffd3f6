// What a working set does when a space is forked, and how it knows how many facts a space has.

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/facts/dropped_space.h"
#include "core/facts/fact_count.h"
#include "core/facts/keys.h"
#include "core/facts/working_set.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

// What a change of a fact copies of what forks share, at most, about: the nodes on the way to its
// keys, two or three of them with a few hundred bytes each.
constexpr uint64_t kBytesCopiedByChange = 1024;

}  // namespace

void WorkingSet::ShowForks(Work& work) const {
  work.base = work.plain_base;
  if (forks_.empty() || work.base == nullptr) return;
  work.forked.emplace(*work.plain_base, forks_);
  work.base = &*work.forked;
}

absl::StatusOr<bool> WorkingSet::HasFacts(std::string_view space, const FactBase* base) const {
  return pathkb::HasFacts(*NewZipper(base), space);
}

absl::StatusOr<std::optional<std::string>> WorkingSet::SourceOfFork(
    std::string_view space, const FactBase* plain_base) const {
  if (plain_base == nullptr || IsHiddenByDrop(trie_, TermsPrefix(space))) return std::nullopt;
  if (std::optional<std::string> source = forks_.SourceOf(space)) return source;
  const std::unique_ptr<Zipper> zipper = plain_base->NewZipper();
  const bool is_there = zipper->Descend(SpacePrefix(space));
  PATHKB_RETURN_IF_ERROR(zipper->status());
  return is_there ? std::optional<std::string>(space) : std::nullopt;
}

absl::StatusOr<bool> WorkingSet::ApplyForkSpace(Change& change, Work& work) {
  const std::string& source = change.name;
  PATHKB_ASSIGN_OR_RETURN(const bool exists, HasFacts(work.space, work.base));
  if (exists) {
    return absl::AlreadyExistsError(fmt::format("there is a space \"{}\" already", work.space));
  }
  PATHKB_ASSIGN_OR_RETURN(const bool source_exists, HasFacts(source, work.base));
  if (!source_exists) {
    ++work.counts.not_found;
    return false;
  }
  uint64_t facts = 0;
  if (change.entry.empty()) {
    PATHKB_ASSIGN_OR_RETURN(facts, FactsOf(source, work));
    AppendVarint(facts, change.entry);
  } else if (std::string_view rest = change.entry; !ConsumeVarint(rest, facts) || !rest.empty()) {
    return absl::DataLossError("a fork without a number of facts");
  }
  PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string> base_source,
                          SourceOfFork(source, work.plain_base));
  const std::string prefix = SpacePrefix(work.space);
  // Without a base beneath the source, what the base may have of a space of the new name that was
  // dropped must stay hidden.
  const uint64_t mark =
      base_source.has_value() ? NextForkMark(trie_, prefix) : NextDropTombstone(trie_, prefix);
  RemoveSpace(prefix);
  const uint64_t bytes_before = trie_.MemoryBytes();
  trie_.Graft(prefix, trie_.Subtrie(SpacePrefix(source)));
  shared_bytes_ += trie_.MemoryBytes() - bytes_before;
  trie_.Set(prefix, mark);
  changed_facts_ += trie_.CountBelow(TermsPrefix(work.space)) + (base_source.has_value() ? 0 : 1);
  if (base_source.has_value()) {
    forks_.Set(work.space, source, *base_source);
  } else {
    forks_.Remove(work.space);
  }
  ShowForks(work);
  work.is_multiset.reset();
  fact_counts_.Set(source, facts);
  work.counts.forked += facts;

  PATHKB_ASSIGN_OR_RETURN(const IndexSetting setting, ReadSetting(work.space, work.base));
  work.index = ArgumentKeys(work.space, setting.all());
  // Who builds an index for the source does not build one for the fork.
  Change::Index unfinished;
  unfinished.dropped = setting.building;
  if (!setting.building.empty()) {
    PATHKB_RETURN_IF_ERROR(ApplyIndexArguments(unfinished, work).status());
  }
  return true;
}

absl::StatusOr<uint64_t> WorkingSet::FactsOf(std::string_view space, const Work& work) const {
  if (const std::optional<uint64_t> known = fact_counts_.Find(space)) {
    return space == work.space ? *known + work.counts.added() : *known;
  }
  return CountFacts(space, trie_, work.base);
}

absl::StatusOr<bool> WorkingSet::BecomesCounted(const Batch& batch, const FactBase* base) const {
  const bool adds = std::any_of(batch.changes.begin(), batch.changes.end(), [](const Change& c) {
    return c.kind == Change::Kind::kSet || c.kind == Change::Kind::kForkSpace;
  });
  if (!adds || fact_counts_.Contains(batch.space)) return false;
  PATHKB_ASSIGN_OR_RETURN(const bool has_facts, HasFacts(batch.space, base));
  return !has_facts;
}

void WorkingSet::KeepCounts(const Work& work, bool was_empty) {
  const std::optional<uint64_t> known = fact_counts_.Find(work.space);
  if (known.has_value() || was_empty) {
    const uint64_t facts = known.value_or(0) + work.counts.added();
    if (facts == 0) {
      fact_counts_.Remove(work.space);
    } else if (known != facts) {
      fact_counts_.Set(work.space, facts);
    }
  }
  if (shared_bytes_ != 0) Unshare(work.counts.changed() * kBytesCopiedByChange);
}

}  // namespace pathkb
