#include "tests/query/random_queries.h"

#include <algorithm>
#include <utility>

#include "core/term/sexpr.h"
#include "tests/support/naive_query.h"

namespace pathkb {
namespace {

using Kind = Term::Kind;

const std::vector<std::string> kNames = {"x", "y", "z", "w"};
const std::vector<std::string> kSpecial = {
    ",", "or", "not", "quote", "<", "<=", ">", ">=", "==", "!=", "prefix"};
const std::vector<std::string> kOrders = {"<", "<=", ">", ">="};

Term Form(std::string_view head, std::vector<Term> parts) {
  parts.insert(parts.begin(), Term::Symbol(head));
  return Term::Expression(std::move(parts));
}

void AddVariables(const Term& term, std::vector<std::string>& names) {
  if (term.kind() == Kind::kVariable &&
      std::find(names.begin(), names.end(), term.text()) == names.end()) {
    names.push_back(term.text());
  }
  for (const Term& child : term.children()) AddVariables(child, names);
}

}  // namespace

Term RandomQueries::Generalized(const Term& term, Names& names, size_t variable_in, bool at_top) {
  // The fact's own variables become the query's, of the same or another name.
  if (term.kind() == Kind::kVariable) return Term::Variable(random_.Any(kNames));
  if (!at_top && random_.OneIn(variable_in)) {
    std::string& name = names[PrintTerm(term)];
    if (name.empty() || random_.OneIn(6)) name = random_.Any(kNames);
    return Term::Variable(name);
  }
  if (term.kind() != Kind::kExpression) {
    return !at_top && random_.OneIn(30) ? random_.Constant() : term;
  }
  // A head is seldom free; what is wide or deep gets few variables.
  const size_t child_in = term.children().size() > 8 ? 40 : variable_in;
  std::vector<Term> children;
  for (const Term& child : term.children()) {
    const bool is_head = children.empty() && child.kind() == Kind::kSymbol && !random_.OneIn(8);
    children.push_back(is_head ? child : Generalized(child, names, child_in, false));
  }
  return Term::Expression(std::move(children));
}

Term RandomQueries::Pattern(const NaiveFacts& facts) {
  Names names;
  if (random_.OneIn(60)) return Term::Variable("x");
  if (facts.empty() || random_.OneIn(12)) {
    const NaiveFacts others = random_.Facts(3, true);
    if (others.empty()) return Form("r", {Term::Variable("x")});
    return Generalized(random_.Any(others).term, names, 3, true);
  }
  return Generalized(random_.Any(facts).term, names, 2 + random_.UpTo(1), true);
}

Term RandomQueries::AsPart(const Term& pattern) {
  const bool is_special =
      !pattern.children().empty() && pattern.children()[0].kind() == Kind::kSymbol &&
      std::find(kSpecial.begin(), kSpecial.end(), pattern.children()[0].text()) != kSpecial.end();
  return is_special || random_.OneIn(15) ? Form("quote", {pattern}) : pattern;
}

Term RandomQueries::Mutated(const Term& pattern) {
  if (pattern.children().empty()) return pattern;
  std::vector<Term> children = pattern.children();
  Term& child = children[random_.UpTo(children.size() - 1)];
  if (child.kind() == Kind::kSymbol && &child == &children[0]) {
    child = Term::Symbol(random_.OneIn(2) ? "r" : "s");
  } else if (child.kind() != Kind::kVariable && child.is_leaf()) {
    child = random_.Constant();
  }
  return Term::Expression(std::move(children));
}

Term RandomQueries::PositivePart(const Term& pattern, Names& names, const NaiveFacts& facts) {
  if (random_.OneIn(6)) {
    std::vector<Term> branches = {AsPart(pattern), AsPart(Mutated(pattern))};
    if (random_.OneIn(3)) {
      std::vector<std::string> bound;
      AddVariables(pattern, bound);
      branches[1] = Form(",", {branches[1]});
      if (!bound.empty()) {
        branches[1] = Form(",", {branches[1].children()[1], Check(bound, facts)});
      }
    }
    if (random_.OneIn(4)) branches.push_back(AsPart(Mutated(pattern)));
    return Form("or", std::move(branches));
  }
  if (random_.OneIn(8)) {
    const Term more = Generalized(random_.Any(facts).term, names, 2, true);
    return Form(",", {AsPart(pattern), AsPart(more)});
  }
  return AsPart(pattern);
}

Term RandomQueries::Negation(const std::vector<std::string>& bound, const NaiveFacts& facts) {
  // Variables are bound ones, or the negation's own, which no other part may have.
  const std::string own = "own" + std::to_string(++inner_names_);
  const auto variable = [&] {
    return Term::Variable(random_.OneIn(4) || bound.empty() ? own : random_.Any(bound));
  };
  std::vector<Term> children = {Term::Symbol("r")};
  if (!facts.empty() && random_.Any(facts).term.children().size() > 1) {
    const Term& fact = random_.Any(facts).term;
    if (!fact.children().empty()) children = fact.children();
  }
  for (size_t i = 1; i < children.size(); ++i) {
    std::vector<std::string> own_variables;
    AddVariables(children[i], own_variables);
    if (!own_variables.empty() || random_.OneIn(2)) children[i] = variable();
  }
  if (children[0].kind() != Kind::kSymbol) children[0] = Term::Symbol("s");
  if (children.size() == 1) children.push_back(variable());
  Term inside = AsPart(Term::Expression(std::move(children)));
  if (random_.OneIn(6)) {
    inside = Form("or", {inside, AsPart(Form("s", {variable()}))});
  } else if (random_.OneIn(6) && !bound.empty()) {
    inside = Form(",", {inside, Comparison(bound)});
  } else if (random_.OneIn(10)) {
    inside = Form("not", {inside});
  }
  return Form("not", {inside});
}

Term RandomQueries::ComparisonWithConstant(const std::string& variable) {
  const Term subject = Term::Variable(variable);
  if (random_.OneIn(5)) {
    const Term text =
        random_.OneIn(3) ? Term::Symbol(random_.OneIn(2) ? "a" : "l") : random_.String();
    return Form("prefix", {subject, text});
  }
  const Term constant = random_.OneIn(3) ? random_.String() : random_.Number();
  const std::string head =
      random_.OneIn(3) ? (random_.OneIn(2) ? "==" : "!=") : random_.Any(kOrders);
  return random_.OneIn(3) ? Form(head, {constant, subject}) : Form(head, {subject, constant});
}

Term RandomQueries::Comparison(const std::vector<std::string>& bound) {
  const std::string& left = random_.Any(bound);
  const std::string& right = random_.Any(bound);
  if (left == right || random_.OneIn(2)) return ComparisonWithConstant(left);
  const std::string head =
      random_.OneIn(2) ? (random_.OneIn(2) ? "==" : "!=") : random_.Any(kOrders);
  return Form(head, {Term::Variable(left), Term::Variable(right)});
}

Term RandomQueries::Check(const std::vector<std::string>& bound, const NaiveFacts& facts) {
  return bound.empty() || random_.OneIn(2) ? Negation(bound, facts) : Comparison(bound);
}

Term RandomQueries::Joined(const NaiveFacts& facts) {
  const NaiveFacts& from = facts.empty() ? random_.Facts(3, true) : facts;
  if (from.empty()) return Form(",", {Form("r", {Term::Variable("x")})});
  Names names;
  std::vector<Term> parts;
  std::vector<std::string> bound;
  for (size_t i = 1 + random_.UpTo(2); i > 0; --i) {
    const Term pattern = Generalized(random_.Any(from).term, names, 2, true);
    AddVariables(pattern, bound);
    parts.push_back(PositivePart(pattern, names, from));
  }
  if (random_.OneIn(8) && parts.size() > 1) return Form("or", std::move(parts));
  for (size_t i = random_.UpTo(3) / 2; i > 0; --i) parts.push_back(Check(bound, from));
  for (size_t i = parts.size(); i > 1; --i) std::swap(parts[i - 1], parts[random_.UpTo(i - 1)]);
  return Form(",", std::move(parts));
}

Term RandomQueries::Ranged(const NaiveFacts& facts) {
  Term pattern = Form("r", {Term::Variable("n")});
  bool is_number = true;
  for (int tries = 0; tries < 20 && !facts.empty(); ++tries) {
    std::vector<Term> children = random_.Any(facts).term.children();
    if (children.size() < 2) continue;
    const size_t place = 1 + random_.UpTo(children.size() - 2);
    const Kind kind = children[place].kind();
    if (kind == Kind::kVariable || kind == Kind::kExpression) continue;
    is_number = kind == Kind::kInteger || kind == Kind::kFloat;
    for (size_t i = 1; i < children.size(); ++i) {
      if (i == place || random_.OneIn(12)) {
        children[i] = Term::Variable("n");
      } else if (!random_.OneIn(3)) {
        children[i] = Term::Variable(random_.Any(kNames));
      }
    }
    pattern = Term::Expression(std::move(children));
    break;
  }
  std::vector<Term> parts = {AsPart(pattern)};
  for (size_t i = 1 + random_.UpTo(1); i > 0; --i) {
    const Term variable = Term::Variable("n");
    const Term constant = is_number ? random_.Number() : random_.String();
    if (random_.OneIn(8)) {
      parts.push_back(ComparisonWithConstant("n"));
    } else if (!is_number && random_.OneIn(2)) {
      parts.push_back(Form("prefix", {variable, constant}));
    } else if (random_.OneIn(3)) {
      parts.push_back(Form(random_.Any(kOrders), {constant, variable}));
    } else {
      parts.push_back(Form(random_.Any(kOrders), {variable, constant}));
    }
  }
  return Form(",", std::move(parts));
}

NaiveFilter RandomQueries::Filter() {
  NaiveFilter filter;
  if (random_.OneIn(2)) return filter;
  switch (random_.UpTo(3)) {
    case 0:
      filter.min_confidence = 0.25 * static_cast<double>(random_.UpTo(4));
      break;
    case 1:
      filter.source = random_.OneIn(3) ? "" : "s1";
      break;
    case 2:
      filter.metadata["k"] = "v";
      if (random_.OneIn(3)) filter.metadata["l"] = "v";
      break;
    default:
      filter.name_prefix = random_.OneIn(3) ? "" : "n/";
  }
  if (random_.OneIn(4)) filter.min_confidence = 0.5;
  return filter;
}

Term RandomQueries::Template(const std::vector<std::string>& variables) {
  if (!variables.empty() && random_.OneIn(5)) return Term::Variable(random_.Any(variables));
  std::vector<Term> children = {Term::Symbol("t")};
  for (size_t i = random_.UpTo(4); i > 0; --i) {
    if (!variables.empty() && !random_.OneIn(3)) {
      children.push_back(Term::Variable(random_.Any(variables)));
      if (random_.OneIn(4)) children.back() = Form("g", {children.back()});
    } else {
      children.push_back(random_.Constant());
    }
  }
  return Term::Expression(std::move(children));
}

}  // namespace pathkb
