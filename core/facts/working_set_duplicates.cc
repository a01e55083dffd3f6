// What a working set does with copies of unnamed facts, in a space that keeps them; see
// DUPLICATES.md. The copies of a fact are numbered without gaps, so that how many there are is
// found by looking whether single ones are there.

#include <algorithm>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/copy_mark.h"
#include "core/facts/dropped_space.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/facts/working_set.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/tombstone.h"

namespace pathkb {
namespace {

// What follows the term in the key of a copy.
std::string BehindTerm(uint32_t copy) { return copy == 1 ? std::string() : CopyMark(copy); }

}  // namespace

absl::StatusOr<bool> WorkingSet::Has(std::string_view key, const FactBase* base) const {
  if (const std::optional<uint64_t> value = trie_.Find(key)) return !IsDeleted(*value);
  if (base == nullptr || IsHiddenByDrop(trie_, key)) return false;
  PATHKB_ASSIGN_OR_RETURN(const std::optional<uint64_t> id, base->Find(key));
  return id.has_value();
}

absl::StatusOr<bool> WorkingSet::IsMultiset(Work& work) const {
  if (!work.is_multiset.has_value()) {
    PATHKB_ASSIGN_OR_RETURN(work.is_multiset, Has(MultisetKey(work.space), work.base));
  }
  return *work.is_multiset;
}

absl::StatusOr<uint32_t> WorkingSet::CountCopies(std::string_view encoded_term,
                                                 const Work& work) const {
  PATHKB_ASSIGN_OR_RETURN(const bool has_first,
                          Has(TermKey(work.space, encoded_term, ""), work.base));
  if (!has_first) return 0;
  PATHKB_ASSIGN_OR_RETURN(const bool has_more,
                          Has(CopiedTermKey(work.space, encoded_term), work.base));
  if (!has_more) return 1;
  const auto has = [&](uint32_t copy) {
    return Has(TermKey(work.space, encoded_term, BehindTerm(copy)), work.base);
  };
  // There are at least `there`; doubled until there are not so many.
  uint64_t there = 1;
  uint64_t missing = 2;
  for (; missing <= kCopiesMax; missing *= 2) {
    PATHKB_ASSIGN_OR_RETURN(const bool is_there, has(static_cast<uint32_t>(missing)));
    if (!is_there) break;
    there = missing;
  }
  while (there + 1 < missing) {
    const uint64_t middle = there + (missing - there) / 2;
    if (middle > kCopiesMax) {
      missing = middle;
      continue;
    }
    PATHKB_ASSIGN_OR_RETURN(const bool is_there, has(static_cast<uint32_t>(middle)));
    (is_there ? there : missing) = middle;
  }
  return static_cast<uint32_t>(there);
}

absl::StatusOr<bool> WorkingSet::ApplyAddCopy(const Change& change, Work& work) {
  PATHKB_ASSIGN_OR_RETURN(const uint32_t copies, CountCopies(change.encoded_term, work));
  if (copies == kCopiesMax) {
    return absl::ResourceExhaustedError(
        fmt::format("a fact is there {} times: more are not kept", copies));
  }
  const uint32_t copy = copies + 1;
  SetFact(change.encoded_term, BehindTerm(copy), entries_->Intern(change.entry), work);
  if (copy == 2) trie_.Set(CopiedTermKey(work.space, change.encoded_term), 0);
  ++work.counts.inserted;
  return true;
}

absl::StatusOr<bool> WorkingSet::ApplySetCopy(const Change& change, Work& work) {
  PATHKB_ASSIGN_OR_RETURN(const bool is_multiset, IsMultiset(work));
  PATHKB_ASSIGN_OR_RETURN(const uint32_t copies, CountCopies(change.encoded_term, work));
  const uint32_t copy = is_multiset ? CopyOf(change.name) : 1;
  if (copy > copies) return ApplyAddCopy(change, work);
  std::string scratch;
  const std::string key = TermKey(work.space, change.encoded_term, BehindTerm(copy));
  PATHKB_ASSIGN_OR_RETURN(const std::optional<std::string_view> present,
                          Lookup(key, work.base, scratch));
  if (present == change.entry) {
    ++work.counts.unchanged;
    return false;
  }
  SetFact(change.encoded_term, BehindTerm(copy), entries_->Intern(change.entry), work);
  ++work.counts.updated;
  return true;
}

absl::StatusOr<bool> WorkingSet::ApplyDeleteCopies(const Change& change, Work& work) {
  PATHKB_ASSIGN_OR_RETURN(const uint32_t copies, CountCopies(change.encoded_term, work));
  const bool all = change.kind == Change::Kind::kDeleteCopies;
  const uint32_t left = all ? 0 : copies - 1;
  for (uint32_t copy = copies; copy > left; --copy) {
    SetFact(change.encoded_term, BehindTerm(copy), kDeletedBit, work);
    ++work.counts.deleted;
  }
  if (left <= 1) {
    const std::string copied = CopiedTermKey(work.space, change.encoded_term);
    PATHKB_ASSIGN_OR_RETURN(const bool had_more, Has(copied, work.base));
    if (had_more) trie_.Set(copied, kDeletedBit);
  }
  return true;
}

absl::StatusOr<bool> WorkingSet::ApplyDuplicates(bool keep, Work& work) {
  PATHKB_ASSIGN_OR_RETURN(const bool is_multiset, IsMultiset(work));
  if (is_multiset == keep) return false;
  if (!keep) {
    const std::string prefix = CopiedTermKey(work.space, "");
    const std::unique_ptr<Zipper> zipper = NewZipper(work.base);
    const bool has_copies = zipper->SeekValue(prefix) && zipper->path().starts_with(prefix);
    PATHKB_RETURN_IF_ERROR(zipper->status());
    if (has_copies) {
      std::string_view encoded_term = zipper->path().substr(prefix.size());
      PATHKB_ASSIGN_OR_RETURN(const uint32_t copies, CountCopies(encoded_term, work));
      PATHKB_ASSIGN_OR_RETURN(const Term term, DecodeTerm(encoded_term));
      return absl::FailedPreconditionError(
          fmt::format("space \"{}\" has {} facts {}: a set has one of each; delete those that are "
                      "too many first",
                      work.space, copies, PrintTerm(term)));
    }
  }
  trie_.Set(MultisetKey(work.space), keep ? 0 : kDeletedBit);
  work.is_multiset = keep;
  return true;
}

}  // namespace pathkb
