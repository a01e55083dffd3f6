#include "core/query/query_form.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/query/query_binding.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

// The symbol that an expression begins with; empty if there is none.
std::string_view HeadOf(const Term& term) {
  const std::vector<Term>& children = term.children();
  if (children.empty() || children[0].kind() != Term::Kind::kSymbol) return {};
  return children[0].text();
}

bool IsSpecialHead(std::string_view head) {
  return head == "," || head == "or" || head == "not" || head == "quote" ||
         ComparisonKindOf(head).has_value();
}

// A term in an error message: its text, not too much of it.
std::string Excerpt(const Term& term) { return ExcerptOfForm(PrintTerm(term)); }

// Takes one query apart. What recurses does so for `,`, `or` and `not` inside one another only,
// which kQueryNestingMax bounds.
class FormMaker {
 public:
  absl::StatusOr<QueryForm> Make(Term term, const std::vector<std::string>& parameters) {
    const std::string_view head = HeadOf(term);
    form_.single_pattern = head != "," && head != "or";
    if (form_.single_pattern) {
      PATHKB_RETURN_IF_ERROR(AddPattern(std::move(term), form_.top));
    } else {
      PATHKB_RETURN_IF_ERROR(Add(std::move(term), 1, form_.top));
    }
    for (const std::string& parameter : parameters) {
      const auto found = numbers_.find(parameter);
      if (found != numbers_.end()) form_.parameters.set(found->second);
    }
    form_.answers &= ~form_.parameters;
    PATHKB_RETURN_IF_ERROR(ResolveBindings(form_));
    return std::move(form_);
  }

 private:
  // Adds what `term` says to `into`.
  absl::Status Add(Term term, size_t nesting, Conjunction& into) {
    const std::string_view head = HeadOf(term);
    if (!IsSpecialHead(head)) return AddPattern(std::move(term), into);
    if (nesting > kQueryNestingMax) {
      return absl::InvalidArgumentError(
          fmt::format("query: `,`, `or` and `not` are nested more than {} deep", kQueryNestingMax));
    }
    const size_t operands = term.children().size() - 1;
    if (head == ",") {
      if (operands == 0) return WrongCount(term, "at least one part");
      for (size_t i = 1; i <= operands; ++i) {
        PATHKB_RETURN_IF_ERROR(Add(std::move(term.mutable_children()[i]), nesting + 1, into));
      }
      return absl::OkStatus();
    }
    if (head == "or") return AddOr(std::move(term), nesting, into);
    if (head == "not") return AddNot(std::move(term), nesting, into);
    if (head == "quote") {
      if (operands != 1) return WrongCount(term, "one pattern");
      Term pattern = std::move(term.mutable_children()[1]);
      return AddPattern(std::move(pattern), into);
    }
    return AddComparison(*ComparisonKindOf(head), term, into);
  }

  absl::Status AddOr(Term term, size_t nesting, Conjunction& into) {
    const size_t operands = term.children().size() - 1;
    if (operands == 0) return WrongCount(term, "at least one branch");
    if (operands > kQueryPartsMax) {
      return absl::InvalidArgumentError(
          fmt::format("query: an `or` has {} branches; {} are allowed", operands, kQueryPartsMax));
    }
    QueryPart part;
    part.kind = QueryPart::Kind::kOr;
    part.branches.resize(operands);
    for (size_t i = 0; i < operands; ++i) {
      PATHKB_RETURN_IF_ERROR(
          Add(std::move(term.mutable_children()[i + 1]), nesting + 1, part.branches[i]));
      part.occurring |= part.branches[i].occurring;
    }
    return AddPart(std::move(part), into);
  }

  absl::Status AddNot(Term term, size_t nesting, Conjunction& into) {
    if (term.children().size() != 2) return WrongCount(term, "one query");
    QueryPart part;
    part.kind = QueryPart::Kind::kNot;
    part.branches.resize(1);
    ++nots_;
    PATHKB_RETURN_IF_ERROR(
        Add(std::move(term.mutable_children()[1]), nesting + 1, part.branches[0]));
    --nots_;
    part.occurring = part.branches[0].occurring;
    return AddPart(std::move(part), into);
  }

  absl::Status AddPattern(Term pattern, Conjunction& into) {
    QueryPart part;
    PATHKB_RETURN_IF_ERROR(NumberVariables(pattern, part));
    if (part.variables.size() > kVariablesMax) {
      return absl::InvalidArgumentError(
          fmt::format("query: the pattern {} has {} different variables; {} are allowed in one",
                      Excerpt(pattern), part.variables.size(), kVariablesMax));
    }
    part.pattern = std::move(pattern);
    return AddPart(std::move(part), into);
  }

  absl::Status AddComparison(ComparisonKind kind, const Term& term, Conjunction& into) {
    if (term.children().size() != 3) return WrongCount(term, "two operands");
    QueryPart part;
    part.kind = QueryPart::Kind::kCompare;
    part.comparison.kind = kind;
    PATHKB_RETURN_IF_ERROR(NumberVariables(term, part));
    PATHKB_RETURN_IF_ERROR(SetOperand(term, 1, kind, part.comparison.left));
    PATHKB_RETURN_IF_ERROR(SetOperand(term, 2, kind, part.comparison.right));
    return AddPart(std::move(part), into);
  }

  absl::Status SetOperand(const Term& term, size_t child, ComparisonKind kind, Operand& operand) {
    using Kind = Term::Kind;
    const Term& given = term.children()[child];
    if (given.kind() == Kind::kVariable && !(kind == ComparisonKind::kPrefix && child == 2)) {
      operand.variable = numbers_.at(given.text());
      return absl::OkStatus();
    }
    const bool is_number = given.kind() == Kind::kInteger || given.kind() == Kind::kFloat;
    const bool is_string = given.kind() == Kind::kString;
    std::string_view wanted;
    if (kind == ComparisonKind::kPrefix) {
      if (!is_string && given.kind() != Kind::kSymbol) {
        wanted = child == 1 ? "a variable, a string or a symbol" : "a string or a symbol";
      }
    } else if (kind != ComparisonKind::kEqual && kind != ComparisonKind::kNotEqual) {
      if (!is_number && !is_string) wanted = "a variable, a number or a string";
    }
    if (!wanted.empty()) {
      return absl::InvalidArgumentError(fmt::format("query: {}: operand {} must be {}, not {}",
                                                    Excerpt(term), child, wanted, Excerpt(given)));
    }
    std::vector<std::string> variables;
    PATHKB_RETURN_IF_ERROR(EncodeTerm(given, operand.encoded, &variables));
    if (!variables.empty()) {
      return absl::InvalidArgumentError(fmt::format(
          "query: {}: operand {} holds the variable ${}; compare variables or terms without any",
          Excerpt(term), child, variables[0]));
    }
    return absl::OkStatus();
  }

  // Takes note of the variables in `term`, which is all of `part`, in the order of the text.
  absl::Status NumberVariables(const Term& term, QueryPart& part) {
    std::vector<const Term*> pending = {&term};
    while (!pending.empty()) {
      const Term& here = *pending.back();
      pending.pop_back();
      const std::vector<Term>& children = here.children();
      for (size_t i = children.size(); i-- > 0;) pending.push_back(&children[i]);
      if (here.kind() == Term::Kind::kSymbol && here.text().empty()) {
        return absl::InvalidArgumentError("query: an empty symbol, which no fact can hold");
      }
      if (here.kind() != Term::Kind::kVariable) continue;
      const uint32_t next = static_cast<uint32_t>(form_.variable_names.size());
      const auto [found, is_new] = numbers_.emplace(here.text(), next);
      if (is_new) {
        if (next == kQueryVariablesMax) {
          return absl::InvalidArgumentError(
              fmt::format("query: more than {} different variables", kQueryVariablesMax));
        }
        form_.variable_names.push_back(here.text());
      }
      const uint32_t number = found->second;
      if (!part.occurring[number]) part.variables.push_back(number);
      part.occurring.set(number);
      if (nots_ == 0) form_.answers.set(number);
    }
    return absl::OkStatus();
  }

  absl::Status AddPart(QueryPart part, Conjunction& into) {
    if (into.parts.size() == kQueryPartsMax) {
      return absl::InvalidArgumentError(
          fmt::format("query: a `,` has more than {} parts", kQueryPartsMax));
    }
    if (++parts_ > kQueryAllPartsMax) {
      return absl::InvalidArgumentError(fmt::format(
          "query: more than {} patterns, comparisons, `or`s and `not`s in all", kQueryAllPartsMax));
    }
    into.occurring |= part.occurring;
    into.parts.push_back(std::move(part));
    return absl::OkStatus();
  }

  static absl::Status WrongCount(const Term& term, std::string_view wanted) {
    return absl::InvalidArgumentError(
        fmt::format("query: {}: `{}` takes {}, not {}; a pattern that begins with this word is "
                    "written (quote PATTERN)",
                    Excerpt(term), HeadOf(term), wanted, term.children().size() - 1));
  }

  QueryForm form_;
  absl::flat_hash_map<std::string, uint32_t> numbers_;  // Of variables, by name.
  size_t parts_ = 0;
  size_t nots_ = 0;  // Around the part that is being added.
};

std::string OperandText(const Operand& operand, const std::vector<std::string>& variable_names) {
  if (operand.is_variable()) return PrintTerm(Term::Variable(variable_names[operand.variable]));
  std::string_view encoded = operand.encoded;
  const auto term = DecodeTerm(encoded);
  return term.ok() ? PrintTerm(*term) : std::string();
}

std::string ConjunctionText(const Conjunction& conjunction,
                            const std::vector<std::string>& variable_names) {
  if (conjunction.parts.size() == 1) return FormText(conjunction.parts[0], variable_names);
  std::string text = "(,";
  for (const QueryPart& part : conjunction.parts) text += " " + FormText(part, variable_names);
  return text + ")";
}

}  // namespace

absl::StatusOr<QueryForm> MakeQueryForm(Term term, const std::vector<std::string>& parameters) {
  return FormMaker().Make(std::move(term), parameters);
}

std::string FormText(const QueryPart& part, const std::vector<std::string>& variable_names) {
  if (part.kind == QueryPart::Kind::kMatch) {
    const std::string text = PrintTerm(part.pattern);
    return IsSpecialHead(HeadOf(part.pattern)) ? "(quote " + text + ")" : text;
  }
  if (part.kind == QueryPart::Kind::kCompare) {
    return fmt::format("({} {} {})", SymbolOf(part.comparison.kind),
                       OperandText(part.comparison.left, variable_names),
                       OperandText(part.comparison.right, variable_names));
  }
  std::string text = part.kind == QueryPart::Kind::kNot ? "(not" : "(or";
  for (const Conjunction& branch : part.branches) {
    text += " " + ConjunctionText(branch, variable_names);
  }
  return text + ")";
}

std::string ExcerptOfForm(std::string text) {
  constexpr size_t kBytesMax = 100;
  if (text.size() <= kBytesMax) return text;
  size_t bytes = kBytesMax;
  while (bytes > 0 && (static_cast<uint8_t>(text[bytes]) & 0xC0) == 0x80) --bytes;
  text.resize(bytes);
  return text + "...";
}

}  // namespace pathkb
