// The present answer of a PatternSearch: what it is, and what unification says of it.

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/arg_index.h"
#include "core/facts/copy_mark.h"
#include "core/query/pattern_search.h"
#include "core/query/term_substitution.h"
#include "core/query/unify.h"
#include "core/term/path_encoding.h"
#include "core/term/subterm.h"

namespace pathkb {

std::string_view PatternSearch::encoded_term() const {
  if (other_ != nullptr) return std::string_view(other_->key).substr(0, other_->term_bytes);
  const std::string_view arranged = walk_->key().substr(0, walk_->term_bytes());
  const bool in_index = walk_ == others_walk_.get() || (walk_ == main_.get() && position_ != 0);
  if (!in_index) return arranged;
  if (!has_term_) {
    term_.clear();
    // The walk has seen that it is whole.
    static_cast<void>(AppendUnpermuted(arranged, position_, term_).status());
    has_term_ = true;
  }
  return term_;
}

std::string_view PatternSearch::name() const { return FactNameOf(behind_term()); }

std::string_view PatternSearch::behind_term() const {
  if (other_ != nullptr) return std::string_view(other_->key).substr(other_->term_bytes);
  return walk_->key().substr(walk_->term_bytes());
}

uint64_t PatternSearch::value() const { return other_ != nullptr ? other_->value : walk_->value(); }

int PatternSearch::value_layer() const {
  return other_ != nullptr ? other_->value_layer : walk_->value_layer();
}

std::string PatternSearch::Position() const {
  std::string position(encoded_term());
  position += behind_term();
  return position;
}

absl::Status PatternSearch::FillTerm() const {
  if (filled_.has_value()) return absl::OkStatus();
  std::vector<Term> values(pattern_.variable_names().size());
  TermsByName replaced;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!pattern_.is_input(i)) continue;
    std::string_view bytes = main_->input(i);
    PATHKB_ASSIGN_OR_RETURN(values[i], DecodeTerm(bytes));
    replaced.emplace(pattern_.variable_names()[i], &values[i]);
  }
  PATHKB_ASSIGN_OR_RETURN(filled_, Substitute(pattern_.term(), replaced));
  return absl::OkStatus();
}

absl::StatusOr<bool> PatternSearch::Accept() const {
  if (walk_->needs_unify()) {
    std::string_view bytes = encoded_term();
    PATHKB_ASSIGN_OR_RETURN(const Term fact, DecodeTerm(bytes));
    PATHKB_RETURN_IF_ERROR(FillTerm());
    PATHKB_ASSIGN_OR_RETURN(const bool unifies, Unifies(*filled_, fact));
    if (!unifies) return false;
  }
  if (!has_ranges_) return true;
  PATHKB_ASSIGN_OR_RETURN(const std::vector<Term> bindings, Bindings());
  for (size_t i = 0; i < ranges_.size() && i < bindings.size(); ++i) {
    if (ranges_[i].empty() || bindings[i].kind() == Term::Kind::kVariable) continue;
    std::string encoded;
    PATHKB_RETURN_IF_ERROR(EncodeTerm(bindings[i], encoded));
    if (!IsGround(bindings[i]) || !InRanges(i, encoded)) return false;
  }
  return true;
}

bool PatternSearch::InRanges(size_t variable, std::string_view encoded) const {
  return std::any_of(ranges_[variable].begin(), ranges_[variable].end(), [&](const Range& range) {
    return range.low <= encoded && encoded < range.high;
  });
}

absl::StatusOr<std::vector<Term>> PatternSearch::Bindings(
    const std::vector<std::string>& fact_variable_names) const {
  const size_t variables = pattern_.variable_names().size();
  std::vector<Term> bindings;
  bindings.reserve(variables);
  std::vector<Term> unified;
  const bool has_variable = FactHasVariable();
  if (has_variable) {
    std::vector<std::string> free;
    for (size_t i = 0; i < variables; ++i) {
      if (!pattern_.is_input(i)) free.push_back(pattern_.variable_names()[i]);
    }
    std::string_view bytes = encoded_term();
    PATHKB_ASSIGN_OR_RETURN(const Term fact, DecodeTerm(bytes, fact_variable_names));
    PATHKB_RETURN_IF_ERROR(FillTerm());
    PATHKB_ASSIGN_OR_RETURN(auto found, Unify(*filled_, fact, free));
    if (!found.has_value()) return absl::InternalError("an answer that does not unify");
    unified = *std::move(found);
  }
  size_t next = 0;
  for (size_t i = 0; i < variables; ++i) {
    if (has_variable && !pattern_.is_input(i)) {
      bindings.push_back(std::move(unified[next++]));
      continue;
    }
    std::string_view bytes = has_variable ? main_->input(i) : walk_->Binding(i);
    PATHKB_ASSIGN_OR_RETURN(Term term, DecodeTerm(bytes));
    bindings.push_back(std::move(term));
  }
  return bindings;
}

void PatternSearch::FindBindings() const {
  bound_ = Bound::kNotGround;
  const auto bindings = Bindings();
  if (!bindings.ok()) return;
  bindings_.assign(bindings->size(), "");
  for (size_t i = 0; i < bindings->size(); ++i) {
    size_t end = 0;
    bool has_variable = false;
    if (!EncodeTerm((*bindings)[i], bindings_[i]).ok() ||
        !PassSubterm(bindings_[i], end, has_variable) || has_variable) {
      return;
    }
  }
  bound_ = Bound::kGround;
}

bool PatternSearch::ground() const {
  if (!FactHasVariable()) return true;
  if (bound_ == Bound::kUnknown) FindBindings();
  return bound_ == Bound::kGround;
}

std::string_view PatternSearch::Binding(size_t variable) const {
  if (!FactHasVariable()) return walk_->Binding(variable);
  if (bound_ == Bound::kUnknown) FindBindings();
  return bindings_[variable];
}

}  // namespace pathkb
