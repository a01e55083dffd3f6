#include "core/query/combine.h"

#include <utility>

#include "fmt/format.h"

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "core/trie/zipper.h"

namespace pathkb {
namespace {

constexpr uint64_t kLooksPerInterrupt = 1024;

}  // namespace

// One operand: a cursor over its facts in a range, by their keys behind the prefix of its terms.
class Combination::Side {
 public:
  Side(CombineOperand operand, const CombineRange& range)
      : operand_(std::move(operand)),
        range_(range),
        prefix_(TermsPrefix(operand_.space)),
        zipper_(operand_.source->NewZipper()) {}

  // True if it stands at a fact.
  bool at_fact() const { return at_fact_; }
  // The fact's key.
  std::string_view key() const { return zipper_->path().substr(prefix_.size()); }
  uint64_t revision() const { return operand_.revision; }

  // Goes to the first fact, or from one to the next.
  absl::Status Next() {
    if (!std::exchange(begun_, true)) return SeekFrom(range_.from);
    at_fact_ = zipper_->NextValueWithin(prefix_.size());
    return Settle();
  }

  // Goes forward to the first fact at or behind `key`, which is in the range; stays where it is if
  // that is such.
  absl::Status Seek(std::string_view key) {
    if (begun_ && (!at_fact_ || this->key() >= key)) return absl::OkStatus();
    begun_ = true;
    return SeekFrom(key);
  }

  // Whether this operand has a fact, in the range or not, whose key is `key`, or begins it and
  // holds its first `term_bytes` bytes. The place of the cursor does not matter before or
  // afterwards.
  absl::StatusOr<bool> HasPrefixOf(std::string_view key, size_t term_bytes) {
    zipper_->Reset();
    bool found = false;
    if (zipper_->Descend(prefix_) && zipper_->Descend(key.substr(0, term_bytes))) {
      size_t bytes = term_bytes;
      found = zipper_->value().has_value() && Passes();
      while (!found && bytes < key.size() &&
             zipper_->DescendByte(static_cast<uint8_t>(key[bytes]))) {
        ++bytes;
        found = zipper_->value().has_value() && Passes();
      }
    }
    PATHKB_RETURN_IF_ERROR(zipper_->status());
    return found;
  }

  // The entry of the fact where it stands; the bytes may be in `scratch`.
  absl::StatusOr<std::string_view> Entry(std::string& scratch) const {
    return operand_.source->EntryBytes(*zipper_->value(), zipper_->value_layer(), scratch);
  }

 private:
  absl::Status SeekFrom(std::string_view key) {
    at_fact_ =
        zipper_->SeekValue(prefix_ + std::string(key)) && zipper_->path().starts_with(prefix_);
    return Settle();
  }

  // Passes over facts that the operand's name prefix leaves out, and ends behind the range.
  absl::Status Settle() {
    while (at_fact_ && !Passes()) at_fact_ = zipper_->NextValueWithin(prefix_.size());
    if (at_fact_ && range_.until.has_value() && key() >= *range_.until) at_fact_ = false;
    return zipper_->status();
  }

  bool Passes() const {
    if (!operand_.name_prefix.has_value()) return true;
    const absl::StatusOr<TermKeyParts> parts = SplitTermKey(key());
    // What is no term is refused where it is used.
    if (!parts.ok()) return true;
    return !parts->name.empty() && parts->name.starts_with(*operand_.name_prefix);
  }

  const CombineOperand operand_;
  const CombineRange& range_;
  const std::string prefix_;
  const std::unique_ptr<Zipper> zipper_;
  bool begun_ = false;
  bool at_fact_ = false;
};

Combination::Combination(CombineOperation operation, ConflictPolicy policy,
                         std::vector<CombineOperand> operands,
                         std::function<absl::Status()> interrupt, CombineRange range)
    : operation_(operation),
      policy_(policy),
      interrupt_(std::move(interrupt)),
      range_(std::move(range)) {
  PATHKB_CHECK(!operands.empty());
  for (CombineOperand& operand : operands) {
    sides_.push_back(std::make_unique<Side>(std::move(operand), range_));
  }
}

Combination::~Combination() = default;

absl::StatusOr<bool> Combination::Next() {
  PATHKB_ASSIGN_OR_RETURN(const bool found, NextKey());
  if (!found) return false;
  PATHKB_RETURN_IF_ERROR(ChooseEntry());
  return true;
}

absl::StatusOr<bool> Combination::NextKey() {
  switch (operation_) {
    case CombineOperation::kUnion:
      return NextOfUnion();
    case CombineOperation::kIntersection:
      return NextOfIntersection();
    case CombineOperation::kDifference:
    case CombineOperation::kRestriction:
      return NextOfFirst();
  }
  return absl::InternalError("no such operation");
}

absl::StatusOr<bool> Combination::NextOfUnion() {
  if (++looks_ % kLooksPerInterrupt == 0 && interrupt_ != nullptr) {
    PATHKB_RETURN_IF_ERROR(interrupt_());
  }
  // Those that had the last key move on; at the start, all.
  if (present_.empty()) {
    for (const auto& side : sides_) PATHKB_RETURN_IF_ERROR(side->Next());
  } else {
    for (Side* side : present_) PATHKB_RETURN_IF_ERROR(side->Next());
  }
  present_.clear();
  for (const auto& side : sides_) {
    if (!side->at_fact()) continue;
    const int order = present_.empty() ? -1 : side->key().compare(present_.front()->key());
    if (order > 0) continue;
    if (order < 0) present_.clear();
    present_.push_back(side.get());
  }
  if (present_.empty()) return false;
  key_ = present_.front()->key();
  PATHKB_RETURN_IF_ERROR(SplitKey());
  return true;
}

absl::StatusOr<bool> Combination::NextOfIntersection() {
  PATHKB_RETURN_IF_ERROR(sides_.front()->Next());
  // Whoever is behind seeks the key of whoever is ahead, until all agree.
  size_t agreed = 1;
  size_t ahead = 0;
  for (size_t i = 1 % sides_.size(); agreed < sides_.size(); i = (i + 1) % sides_.size()) {
    if (++looks_ % kLooksPerInterrupt == 0 && interrupt_ != nullptr) {
      PATHKB_RETURN_IF_ERROR(interrupt_());
    }
    if (!sides_[ahead]->at_fact()) return false;
    PATHKB_RETURN_IF_ERROR(sides_[i]->Seek(sides_[ahead]->key()));
    if (!sides_[i]->at_fact()) return false;
    if (sides_[i]->key() == sides_[ahead]->key()) {
      ++agreed;
    } else {
      ahead = i;
      agreed = 1;
    }
  }
  if (!sides_.front()->at_fact()) return false;
  present_.clear();
  for (const auto& side : sides_) present_.push_back(side.get());
  PATHKB_RETURN_IF_ERROR(TakeFirst());
  return true;
}

absl::StatusOr<bool> Combination::NextOfFirst() {
  const bool wanted = operation_ == CombineOperation::kRestriction;
  for (;;) {
    if (++looks_ % kLooksPerInterrupt == 0 && interrupt_ != nullptr) {
      PATHKB_RETURN_IF_ERROR(interrupt_());
    }
    PATHKB_RETURN_IF_ERROR(sides_.front()->Next());
    if (!sides_.front()->at_fact()) return false;
    PATHKB_RETURN_IF_ERROR(TakeFirst());
    bool found = false;
    for (size_t i = 1; i < sides_.size() && !found; ++i) {
      if (wanted) {
        PATHKB_ASSIGN_OR_RETURN(found, sides_[i]->HasPrefixOf(key_, term_bytes_));
      } else {
        PATHKB_RETURN_IF_ERROR(sides_[i]->Seek(key_));
        found = sides_[i]->at_fact() && sides_[i]->key() == key_;
      }
    }
    if (found == wanted) return true;
  }
}

absl::Status Combination::TakeFirst() {
  key_ = sides_.front()->key();
  if (operation_ != CombineOperation::kIntersection) present_ = {sides_.front().get()};
  return SplitKey();
}

absl::Status Combination::SplitKey() {
  PATHKB_ASSIGN_OR_RETURN(const TermKeyParts parts, SplitTermKey(key_));
  term_bytes_ = parts.encoded_term.size();
  return absl::OkStatus();
}

absl::Status Combination::ChooseEntry() {
  std::string scratch, other_scratch;
  PATHKB_ASSIGN_OR_RETURN(std::string_view chosen, present_.front()->Entry(scratch));
  entry_ = chosen;
  is_of_first_ = present_.front() == sides_.front().get();
  bool conflict = false;
  uint64_t revision = present_.front()->revision();
  std::optional<double> confidence;  // Of entry_, once it is needed.
  for (size_t i = 1; i < present_.size(); ++i) {
    PATHKB_ASSIGN_OR_RETURN(const std::string_view other, present_[i]->Entry(other_scratch));
    if (other == entry_) {
      revision = std::max(revision, present_[i]->revision());
      continue;
    }
    conflict = true;
    bool better = false;
    switch (policy_) {
      case ConflictPolicy::kLeft:
        break;
      case ConflictPolicy::kRight:
        better = true;
        break;
      case ConflictPolicy::kNewest:
        better = present_[i]->revision() >= revision;
        break;
      case ConflictPolicy::kMaxConfidence: {
        if (!confidence.has_value()) {
          PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(entry_));
          confidence = entry.confidence;
        }
        PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(other));
        better = entry.confidence > *confidence;
        if (better) confidence = entry.confidence;
        break;
      }
      case ConflictPolicy::kError:
        return ConflictError();
    }
    if (better) {
      entry_ = other;
      is_of_first_ = false;
      revision = present_[i]->revision();
    }
  }
  if (conflict) ++conflicts_;
  return absl::OkStatus();
}

absl::Status Combination::ConflictError() const {
  std::string_view bytes = encoded_term();
  PATHKB_ASSIGN_OR_RETURN(const Term term, DecodeTerm(bytes));
  const std::string named = name().empty() ? "" : fmt::format(" named {}", name());
  return absl::FailedPreconditionError(fmt::format(
      "the fact {}{} has different entries in two of the operands", PrintTerm(term), named));
}

}  // namespace pathkb
