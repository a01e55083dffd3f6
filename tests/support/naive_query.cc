#include "tests/support/naive_query.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

namespace pathkb {
namespace {

using Kind = Term::Kind;
// What variables stand for; the terms may hold variables that stand for something, too.
using Substitution = std::map<std::string, Term>;

constexpr std::string_view kComparisons[] = {"<", "<=", ">", ">=", "==", "!=", "prefix"};

// The symbol that an expression begins with; empty if there is none.
std::string_view HeadOf(const Term& term) {
  if (term.children().empty() || term.children()[0].kind() != Kind::kSymbol) return {};
  return term.children()[0].text();
}

bool IsComparison(std::string_view head) {
  return std::find(std::begin(kComparisons), std::end(kComparisons), head) !=
         std::end(kComparisons);
}

// The term with `mark` in front of the names of all variables.
Term Renamed(const Term& term, const std::string& mark) {
  if (term.kind() == Kind::kVariable) return Term::Variable(mark + term.text());
  if (term.kind() != Kind::kExpression) return term;
  std::vector<Term> children;
  for (const Term& child : term.children()) children.push_back(Renamed(child, mark));
  return Term::Expression(std::move(children));
}

// The term with everything filled in that is known.
Term Filled(const Term& term, const Substitution& known) {
  if (term.kind() == Kind::kVariable) {
    const auto found = known.find(term.text());
    return found == known.end() ? term : Filled(found->second, known);
  }
  if (term.kind() != Kind::kExpression) return term;
  std::vector<Term> children;
  for (const Term& child : term.children()) children.push_back(Filled(child, known));
  return Term::Expression(std::move(children));
}

bool Holds(const Term& term, const std::string& variable) {
  if (term.kind() == Kind::kVariable) return term.text() == variable;
  for (const Term& child : term.children()) {
    if (Holds(child, variable)) return true;
  }
  return false;
}

bool IsGround(const Term& term) {
  if (term.kind() == Kind::kVariable) return false;
  for (const Term& child : term.children()) {
    if (!IsGround(child)) return false;
  }
  return true;
}

// Unification as in a textbook. On false, `known` is spoilt.
bool Unify(const Term& left, const Term& right, Substitution& known) {
  // Variables are followed one step at a time; whatever they end at is compared.
  const auto follow = [&](const Term& term) {
    const Term* here = &term;
    while (here->kind() == Kind::kVariable) {
      const auto found = known.find(here->text());
      if (found == known.end()) break;
      here = &found->second;
    }
    return *here;
  };
  const Term a = follow(left);
  const Term b = follow(right);
  if (a.kind() == Kind::kVariable && b.kind() == Kind::kVariable && a.text() == b.text()) {
    return true;
  }
  if (a.kind() == Kind::kVariable) {
    if (Holds(Filled(b, known), a.text())) return false;
    known.emplace(a.text(), b);
    return true;
  }
  if (b.kind() == Kind::kVariable) return Unify(b, a, known);
  if (a.kind() != b.kind()) return false;
  if (a.kind() != Kind::kExpression) return a == b;
  if (a.children().size() != b.children().size()) return false;
  for (size_t i = 0; i < a.children().size(); ++i) {
    if (!Unify(a.children()[i], b.children()[i], known)) return false;
  }
  return true;
}

// --- Comparisons ---------------------------------------------------------------------------------

bool IsNumber(const Term& term) {
  return term.kind() == Kind::kInteger || term.kind() == Kind::kFloat;
}

// Exact: a long double here has 64 bits of mantissa, enough for every int64_t and every double.
long double ValueOf(const Term& number) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  return number.kind() == Kind::kInteger ? static_cast<long double>(number.integer())
                                         : static_cast<long double>(number.number());
}

bool Compare(std::string_view head, const Term& a, const Term& b) {
  if (!IsGround(a) || !IsGround(b)) return false;
  if (head == "prefix") {
    const bool has_text = a.kind() == Kind::kString || a.kind() == Kind::kSymbol;
    return has_text && a.text().starts_with(b.text());
  }
  if (IsNumber(a) && IsNumber(b)) {
    const long double x = ValueOf(a);
    const long double y = ValueOf(b);
    if (head == "==") return x == y;
    if (head == "!=") return x != y;
    if (head == "<") return x < y;
    if (head == "<=") return x <= y;
    if (head == ">") return x > y;
    return x >= y;
  }
  if (head == "==") return a == b;
  if (head == "!=") return !(a == b);
  if (a.kind() != Kind::kString || b.kind() != Kind::kString) return false;
  // std::string compares bytes as unsigned ones.
  const int order = a.text().compare(b.text());
  if (head == "<") return order < 0;
  if (head == "<=") return order <= 0;
  if (head == ">") return order > 0;
  return order >= 0;
}

// --- Queries -------------------------------------------------------------------------------------

// A query without `or` and `,`.
struct Branch {
  std::vector<Term> patterns;
  std::vector<Term> checks;  // `not` and comparisons.
};

// The query multiplied out. At the top of a query, only `,` and `or` are special.
std::vector<Branch> BranchesOf(const Term& query, bool at_top) {
  const std::string_view head = HeadOf(query);
  const std::vector<Term>& parts = query.children();
  if (head == ",") {
    std::vector<Branch> all = {Branch()};
    for (size_t i = 1; i < parts.size(); ++i) {
      std::vector<Branch> longer;
      for (const Branch& before : all) {
        for (const Branch& more : BranchesOf(parts[i], false)) {
          Branch& both = longer.emplace_back(before);
          both.patterns.insert(both.patterns.end(), more.patterns.begin(), more.patterns.end());
          both.checks.insert(both.checks.end(), more.checks.begin(), more.checks.end());
        }
      }
      all = longer;
    }
    return all;
  }
  if (head == "or") {
    std::vector<Branch> all;
    for (size_t i = 1; i < parts.size(); ++i) {
      for (const Branch& branch : BranchesOf(parts[i], false)) all.push_back(branch);
    }
    return all;
  }
  if (!at_top && head == "quote") return {Branch{{parts[1]}, {}}};
  if (!at_top && (head == "not" || IsComparison(head))) return {Branch{{}, {query}}};
  return {Branch{{query}, {}}};
}

// One evaluation. Facts are renamed apart for each use.
class Evaluation {
 public:
  Evaluation(const NaiveFacts& facts, const NaiveFilter& filter) : facts_(facts), filter_(filter) {}

  // What holds where a pattern of each fact and all checks do; `last_fact` is the one that the last
  // pattern matched.
  struct Solution {
    Substitution known;
    size_t last_fact = 0;
  };

  void Solve(const Branch& branch, size_t pattern, const Substitution& known, size_t last_fact,
             std::vector<Solution>& solutions) {
    if (pattern == branch.patterns.size()) {
      for (const Term& check : branch.checks) {
        if (!Check(check, known)) return;
      }
      solutions.push_back({known, last_fact});
      return;
    }
    for (size_t i = 0; i < facts_.size(); ++i) {
      if (!filter_.Passes(facts_[i])) continue;
      const Term fact = Renamed(facts_[i].term, std::to_string(++uses_) + "#");
      Substitution next = known;
      if (!Unify(branch.patterns[pattern], fact, next)) continue;
      Solve(branch, pattern + 1, next, i, solutions);
    }
  }

 private:
  bool Check(const Term& check, const Substitution& known) {
    const std::vector<Term>& parts = check.children();
    if (HeadOf(check) != "not") {
      return Compare(HeadOf(check), Filled(parts[1], known), Filled(parts[2], known));
    }
    std::vector<Solution> solutions;
    for (const Branch& branch : BranchesOf(parts[1], false)) {
      Solve(branch, 0, known, 0, solutions);
    }
    return solutions.empty();
  }

  const NaiveFacts& facts_;
  const NaiveFilter& filter_;
  size_t uses_ = 0;
};

// Adds the variables of a pattern or of the operands of a check.
void AddVariables(const Term& term, std::vector<std::string>& names) {
  if (term.kind() == Kind::kVariable &&
      std::find(names.begin(), names.end(), term.text()) == names.end()) {
    names.push_back(term.text());
  }
  for (const Term& child : term.children()) AddVariables(child, names);
}

void AddAnswerVariables(const Term& query, bool at_top, std::vector<std::string>& names) {
  const std::string_view head = HeadOf(query);
  if (!at_top && head == "not") return;
  if (head == "," || head == "or") {
    for (const Term& part : query.children()) AddAnswerVariables(part, false, names);
  } else {
    AddVariables(query, names);
  }
}

}  // namespace

std::vector<std::string> NaiveVariables(const Term& query) {
  std::vector<std::string> names;
  AddAnswerVariables(query, true, names);
  return names;
}

bool IsNaivePattern(const Term& query) {
  const std::string_view head = HeadOf(query);
  return head != "," && head != "or";
}

std::vector<NaiveAnswer> NaiveAnswers(const NaiveFacts& facts, const Term& query,
                                      const NaiveFilter& filter) {
  // A query's variables get a mark that no fact's have.
  const Term marked = Renamed(query, "?");
  std::vector<Evaluation::Solution> solutions;
  Evaluation evaluation(facts, filter);
  for (const Branch& branch : BranchesOf(marked, true)) {
    evaluation.Solve(branch, 0, {}, 0, solutions);
  }
  std::vector<NaiveAnswer> answers;
  for (const Evaluation::Solution& solution : solutions) {
    NaiveAnswer& answer = answers.emplace_back();
    answer.fact = solution.last_fact;
    for (const std::string& name : NaiveVariables(query)) {
      answer.bindings.push_back(Filled(Term::Variable("?" + name), solution.known));
    }
  }
  return answers;
}

std::vector<NaiveAnswer> NaiveMatches(const NaiveFacts& facts, const Term& pattern,
                                      const NaiveFilter& filter) {
  const Term quoted = Term::Expression({Term::Symbol("quote"), pattern});
  return NaiveAnswers(facts, Term::Expression({Term::Symbol(","), quoted}), filter);
}

Term NaiveFill(const Term& the_template, const std::vector<std::string>& variables,
               const NaiveAnswer& answer) {
  Substitution known;
  for (size_t i = 0; i < variables.size(); ++i) {
    // Marked, so that a free variable which stands for itself is not looked up again.
    known.emplace("!" + variables[i], answer.bindings[i]);
  }
  return Filled(Renamed(the_template, "!"), known);
}

std::string NaiveKey(const std::vector<Term>& terms) {
  // Variables are numbered by first occurrence in the encoding.
  return NaiveEncoding(Term::Expression(terms));
}

}  // namespace pathkb
