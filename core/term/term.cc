#include "core/term/term.h"

#include <bit>
#include <cmath>

#include "core/base/check.h"

namespace pathkb {
namespace {

bool SameFloat(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// Equality of two terms, but for their children: of those only the number is compared.
bool SameNode(const Term& a, const Term& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Term::Kind::kSymbol:
    case Term::Kind::kVariable:
    case Term::Kind::kString:
      return a.text() == b.text();
    case Term::Kind::kInteger:
      return a.integer() == b.integer();
    case Term::Kind::kFloat:
      return SameFloat(a.number(), b.number());
    case Term::Kind::kExpression:
      return a.children().size() == b.children().size();
  }
  return false;
}

// Fills the empty expression `to` with copies of the children of `from`.
void CopyChildren(const Term& from, Term& to) {
  struct Pair {
    const Term* from;
    Term* to;
  };
  std::vector<Pair> pending = {{&from, &to}};
  while (!pending.empty()) {
    const Pair pair = pending.back();
    pending.pop_back();
    std::vector<Term>& copies = pair.to->mutable_children();
    copies.reserve(pair.from->children().size());  // From here on the copies stay where they are.
    for (const Term& child : pair.from->children()) {
      if (child.is_leaf()) {
        copies.push_back(child);
      } else {
        copies.emplace_back();
        pending.push_back({&child, &copies.back()});
      }
    }
  }
}

}  // namespace

Term::Term(const Term& other)
    : value_(other.is_leaf() ? other.value_ : Value(std::in_place_index<kExpressionIndex>)) {
  if (!other.is_leaf()) CopyChildren(other, *this);
}

Term& Term::operator=(const Term& other) {
  if (this != &other) *this = Term(other);
  return *this;
}

Term& Term::operator=(Term&& other) noexcept {
  // `other` may lie inside this term, so it is taken out before anything is destroyed.
  Term taken(std::move(other));
  value_.swap(taken.value_);
  return *this;
}

const std::string& Term::text() const {
  static const std::string* const kNoText = new std::string;
  switch (kind()) {
    case Kind::kSymbol:
      return *std::get_if<kSymbolIndex>(&value_);
    case Kind::kVariable:
      return *std::get_if<kVariableIndex>(&value_);
    case Kind::kString:
      return *std::get_if<kStringIndex>(&value_);
    default:
      return *kNoText;
  }
}

std::vector<Term>& Term::mutable_children() {
  auto* children = std::get_if<kExpressionIndex>(&value_);
  PATHKB_CHECK(children != nullptr);
  return *children;
}

const std::vector<Term>& Term::NoChildren() {
  static const std::vector<Term>* const kNone = new std::vector<Term>;
  return *kNone;
}

void Term::ReleaseDescendants() {
  // Lists of children taken out of the expressions that held them. What is destroyed is always a
  // list of terms without children, so destructors nest at most two deep.
  std::vector<std::vector<Term>> pending;
  const auto take_from = [&pending](std::vector<Term>& terms) {
    for (Term& term : terms) {
      if (!term.is_leaf()) pending.push_back(std::move(term.mutable_children()));
    }
  };
  take_from(mutable_children());
  while (!pending.empty()) {
    std::vector<Term> terms = std::move(pending.back());
    pending.pop_back();
    take_from(terms);
  }
}

bool operator==(const Term& a, const Term& b) {
  if (!SameNode(a, b)) return false;
  if (a.is_leaf()) return true;
  std::vector<std::pair<const Term*, const Term*>> pending = {{&a, &b}};
  while (!pending.empty()) {
    const auto [left, right] = pending.back();
    pending.pop_back();
    for (size_t i = 0; i < left->children().size(); ++i) {
      const Term& left_child = left->children()[i];
      const Term& right_child = right->children()[i];
      if (!SameNode(left_child, right_child)) return false;
      if (!left_child.is_leaf()) pending.emplace_back(&left_child, &right_child);
    }
  }
  return true;
}

}  // namespace pathkb
