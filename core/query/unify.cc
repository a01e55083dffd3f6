#include "core/query/unify.h"

#include <map>
#include <utility>

#include "fmt/format.h"

namespace pathkb {
namespace {

// Which world a term's variables belong to.
enum class Side : uint8_t { kPattern, kFact };

// A term where it stands, with the world its variables belong to. Borrows the term.
struct Placed {
  const Term* term;
  Side side;
};

using Variable = std::pair<Side, std::string>;

// A triangular substitution: a variable is bound to a term that may itself hold bound variables.
// Work lists are on the heap, so deep terms do no harm.
class Substitution {
 public:
  // True once kUnifyTermsMax terms have been looked at: what was answered since does not count.
  bool exhausted() const { return terms_seen_ > kUnifyTermsMax; }

  // Follows bindings until something other than a bound variable is met.
  Placed Resolve(Placed placed) const {
    while (placed.term->kind() == Term::Kind::kVariable) {
      const auto bound = bindings_.find({placed.side, placed.term->text()});
      if (bound == bindings_.end()) break;
      placed = bound->second;
    }
    return placed;
  }

  bool Unify(Placed a, Placed b) {
    std::vector<std::pair<Placed, Placed>> work = {{a, b}};
    while (!work.empty()) {
      if (++terms_seen_ > kUnifyTermsMax) return false;
      const Placed left = Resolve(work.back().first);
      const Placed right = Resolve(work.back().second);
      work.pop_back();
      const bool left_variable = left.term->kind() == Term::Kind::kVariable;
      const bool right_variable = right.term->kind() == Term::Kind::kVariable;
      if (left_variable && right_variable && left.side == right.side &&
          left.term->text() == right.term->text()) {
        continue;
      }
      if (left_variable || right_variable) {
        const Placed variable = left_variable ? left : right;
        const Placed other = left_variable ? right : left;
        if (Occurs(variable, other)) return false;
        bindings_.emplace(Variable(variable.side, variable.term->text()), other);
        continue;
      }
      if (left.term->kind() != right.term->kind()) return false;
      if (left.term->kind() != Term::Kind::kExpression) {
        if (!(*left.term == *right.term)) return false;
        continue;
      }
      const std::vector<Term>& left_children = left.term->children();
      const std::vector<Term>& right_children = right.term->children();
      if (left_children.size() != right_children.size()) return false;
      for (size_t i = left_children.size(); i-- > 0;) {
        work.push_back({{&left_children[i], left.side}, {&right_children[i], right.side}});
      }
    }
    return true;
  }

  // `placed` with every binding filled in. A free variable of the fact gets another name if `taken`
  // has its own.
  Term Fill(Placed placed, const std::vector<std::string>& taken) {
    struct Frame {
      Placed placed;
      std::vector<Term> done;
    };
    std::vector<Frame> stack;
    stack.push_back({Resolve(placed), {}});
    while (true) {
      if (++terms_seen_ > kUnifyTermsMax) return Term();
      Frame& top = stack.back();
      Term result;
      const Term& term = *top.placed.term;
      if (term.kind() == Term::Kind::kExpression) {
        if (top.done.size() < term.children().size()) {
          const Placed child = {&term.children()[top.done.size()], top.placed.side};
          stack.push_back({Resolve(child), {}});
          continue;
        }
        result = Term::Expression(std::move(top.done));
      } else if (term.kind() == Term::Kind::kVariable && top.placed.side == Side::kFact) {
        std::string name = term.text();
        for (const std::string& other : taken) {
          if (other == term.text()) {
            name += "#1";
            break;
          }
        }
        result = Term::Variable(name);
      } else {
        result = term;
      }
      stack.pop_back();
      if (stack.empty()) return result;
      stack.back().done.push_back(std::move(result));
    }
  }

 private:
  // True if the free `variable` is somewhere in `placed`.
  bool Occurs(Placed variable, Placed placed) {
    std::vector<Placed> work = {placed};
    while (!work.empty()) {
      if (++terms_seen_ > kUnifyTermsMax) return true;
      const Placed here = Resolve(work.back());
      work.pop_back();
      if (here.term->kind() == Term::Kind::kVariable) {
        if (here.side == variable.side && here.term->text() == variable.term->text()) return true;
      } else {
        for (const Term& child : here.term->children()) work.push_back({&child, here.side});
      }
    }
    return false;
  }

  std::map<Variable, Placed> bindings_;
  size_t terms_seen_ = 0;
};

absl::Status TooLarge() {
  return absl::ResourceExhaustedError(
      fmt::format("matching a fact that holds variables: more than {} terms", kUnifyTermsMax));
}

}  // namespace

absl::StatusOr<std::optional<std::vector<Term>>> Unify(
    const Term& pattern, const Term& fact, const std::vector<std::string>& pattern_variables) {
  Substitution substitution;
  const bool unified = substitution.Unify({&pattern, Side::kPattern}, {&fact, Side::kFact});
  std::vector<Term> bindings;
  for (size_t i = 0; unified && i < pattern_variables.size(); ++i) {
    const Term variable = Term::Variable(pattern_variables[i]);
    bindings.push_back(substitution.Fill({&variable, Side::kPattern}, pattern_variables));
  }
  if (substitution.exhausted()) return TooLarge();
  if (!unified) return std::nullopt;
  return bindings;
}

absl::StatusOr<bool> Unifies(const Term& pattern, const Term& fact) {
  Substitution substitution;
  const bool unified = substitution.Unify({&pattern, Side::kPattern}, {&fact, Side::kFact});
  if (substitution.exhausted()) return TooLarge();
  return unified;
}

}  // namespace pathkb
