#include "server/knowledge_base/view_diff.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/arg_index.h"
#include "core/facts/copy_mark.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/trie/path_order.h"

namespace pathkb {
namespace {

constexpr std::string_view kTermsPart = "terms/";
constexpr std::string_view kNamesPart = "facts/";
constexpr uint64_t kInterruptEvery = 4096;

}  // namespace

ViewDiff::Side::Side(const DiffScope& scope)
    : view_(scope.view),
      prefix_(scope.space.empty() ? std::string(kSpacesPrefix) : SpacePrefix(scope.space)),
      prefix_bytes_(prefix_.size()),
      zipper_(scope.view->NewZipper()) {}

absl::StatusOr<bool> ViewDiff::Side::StandsForFact() const {
  const std::string_view in_space = path_.substr(SpacePrefixOf(path_).size());
  if (!in_space.starts_with(kTermsPart)) return in_space.starts_with(kNamesPart);
  PATHKB_ASSIGN_OR_RETURN(const TermKeyParts parts,
                          SplitTermKey(in_space.substr(kTermsPart.size())));
  return parts.name.empty();
}

bool ViewDiff::Side::PassIndex() {
  // Of the keys of a space, index/ and multiset/ come before terms/, and terms1/ and so on are the
  // last ones.
  std::string target(SpacePrefixOf(path_));
  if (path_.substr(target.size()) < kTermsPart) {
    target += kTermsPart;
  } else {
    target = BehindAllBelow(std::move(target));
  }
  return zipper_->SeekValue(target);
}

absl::Status ViewDiff::Side::Next() {
  for (;;) {
    const bool is_first = !std::exchange(begun_, true);
    if (is_first) {
      at_key_ = zipper_->SeekValue(prefix_);
    } else {
      at_key_ = IsIndexKey(path_) || IsMultisetKey(path_) ? PassIndex() : zipper_->NextValue();
    }
    path_ = zipper_->path();
    at_key_ = at_key_ && path_.starts_with(prefix_);
    if (!at_key_) return zipper_->status();
    PATHKB_ASSIGN_OR_RETURN(const bool stands_for_fact, StandsForFact());
    if (stands_for_fact) return absl::OkStatus();
  }
}

ViewDiff::ViewDiff(const DiffScope& from, const DiffScope& to,
                   std::function<absl::Status()> interrupt)
    : from_(from), to_(to), keys_(from_, to_), interrupt_(std::move(interrupt)) {}

absl::StatusOr<bool> ViewDiff::SameInBoth() {
  const bool shared_base =
      from_.view().base == to_.view().base && from_.from_base() && to_.from_base();
  if (from_.value() == to_.value() && (shared_base || from_.value() == 0)) return true;
  PATHKB_ASSIGN_OR_RETURN(const std::string_view before, from_.Entry());
  PATHKB_ASSIGN_OR_RETURN(const std::string_view after, to_.Entry());
  return before == after;
}

absl::StatusOr<ViewDiff::Fact> ViewDiff::FactAt(Side& side) const {
  Fact fact;
  PATHKB_ASSIGN_OR_RETURN(const std::string_view bytes, side.Entry());
  fact.entry = bytes;
  if (name_.empty()) {
    fact.encoded_term = encoded_term_;
  } else {
    PATHKB_ASSIGN_OR_RETURN(pathkb::Entry entry, DecodeEntry(bytes));
    fact.encoded_term = std::move(entry.encoded_term);
  }
  return fact;
}

absl::Status ViewDiff::Fill() {
  const std::string_view path = keys_.in_second() ? to_.path() : from_.path();
  const std::string_view space_prefix = SpacePrefixOf(path);
  space_ = space_prefix.substr(kSpacesPrefix.size());
  space_.pop_back();  // The slash.
  const std::string_view in_space = path.substr(space_prefix.size());
  copy_ = 1;
  name_.clear();
  encoded_term_.clear();
  if (in_space.starts_with(kNamesPart)) {
    name_ = in_space.substr(kNamesPart.size());
  } else {
    PATHKB_ASSIGN_OR_RETURN(const TermKeyParts parts,
                            SplitTermKey(in_space.substr(kTermsPart.size())));
    encoded_term_ = parts.encoded_term;
    copy_ = CopyOf(parts.behind_term);
  }
  before_.reset();
  after_.reset();
  if (keys_.in_first()) {
    PATHKB_ASSIGN_OR_RETURN(before_, FactAt(from_));
  }
  if (keys_.in_second()) {
    PATHKB_ASSIGN_OR_RETURN(after_, FactAt(to_));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ViewDiff::Next() {
  for (;;) {
    if (++steps_ % kInterruptEvery == 0 && interrupt_ != nullptr) {
      PATHKB_RETURN_IF_ERROR(interrupt_());
    }
    PATHKB_ASSIGN_OR_RETURN(const bool at_key, keys_.Next());
    if (!at_key) return false;
    if (keys_.in_first() && keys_.in_second()) {
      PATHKB_ASSIGN_OR_RETURN(const bool same, SameInBoth());
      if (same) {
        ++equal_;
        continue;
      }
    }
    PATHKB_RETURN_IF_ERROR(Fill());
    return true;
  }
}

}  // namespace pathkb
