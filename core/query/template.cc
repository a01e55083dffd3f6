#include "core/query/template.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/query/term_substitution.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb {

absl::StatusOr<Template> Template::Compile(Term term, const Query& query) {
  Template result;
  std::vector<std::string> names;
  std::string code;
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, code, &names));
  std::vector<size_t> variables;  // By the template's own numbers: those of the query.
  for (const std::string& name : names) {
    const std::vector<std::string>& known = query.variable_names();
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      return absl::InvalidArgumentError(fmt::format(
          "template: the answers of the query do not bind {}", PrintTerm(Term::Variable(name))));
    }
    variables.push_back(static_cast<size_t>(found - known.begin()));
  }
  TermScanner scanner;
  size_t seen = 0;
  for (const char c : code) {
    const uint8_t byte = static_cast<uint8_t>(c);
    const bool is_tag = scanner.at_tag();
    scanner.Feed(byte);
    if (is_tag && byte == kNewVariableTag) {
      result.pieces_.push_back({variables[seen++], ""});
    } else if (is_tag && byte >= kVariableAgainTagMin && byte <= kVariableAgainTagMax) {
      result.pieces_.push_back({variables[byte - kVariableAgainTagMin], ""});
    } else {
      (result.pieces_.empty() ? result.head_ : result.pieces_.back().bytes).push_back(c);
    }
  }
  result.term_ = std::move(term);
  return result;
}

absl::StatusOr<std::string> Template::FillEncoded(const QueryRun& run,
                                                  std::vector<std::string>* variable_names) const {
  std::string filled = head_;
  bool all_ground = true;
  for (const Piece& piece : pieces_) {
    std::string_view encoded;
    all_ground = run.GroundBinding(piece.variable, encoded);
    if (!all_ground) break;
    filled += encoded;
    filled += piece.bytes;
  }
  if (variable_names != nullptr) variable_names->clear();
  if (all_ground) return filled;
  PATHKB_ASSIGN_OR_RETURN(const Term term, Fill(run));
  filled.clear();
  PATHKB_RETURN_IF_ERROR(EncodeTerm(term, filled, variable_names));
  return filled;
}

absl::StatusOr<Term> Template::Fill(const QueryRun& run,
                                    const std::vector<std::string>& fact_variable_names) const {
  PATHKB_ASSIGN_OR_RETURN(const std::vector<Term> bindings, run.Bindings(fact_variable_names));
  TermsByName values;
  for (size_t i = 0; i < bindings.size(); ++i) {
    values.emplace(run.query().variable_names()[i], &bindings[i]);
  }
  return Substitute(term_, values);
}

}  // namespace pathkb
