// Answers shaped by a term: `(grandparent $x $z)`, filled with what an answer's variables stand
// for.
//
//   (grandparent $x "of" $z)    03 CB grandparent | $x | 52 of 00 01 | $z
//                               bytes                     bytes           and the variables' terms
//                                                                         in between

#ifndef PATHKB_CORE_QUERY_TEMPLATE_H_
#define PATHKB_CORE_QUERY_TEMPLATE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/query.h"
#include "core/query/query_run.h"
#include "core/term/term.h"

namespace pathkb {

// Immutable; any thread.
class Template {
 public:
  // Any term; a variable alone is one, too.
  //   InvalidArgument   a variable that the query's answers do not have, or a term without an
  //                     encoding
  static absl::StatusOr<Template> Compile(Term term, const Query& query);

  // The encoded term that the present answer of `run` gives, which must be one of the query that
  // the template was compiled for. Where all its variables stand for ground terms, their bytes are
  // put together. A variable that stays free gives a term with a variable. `variable_names`, if
  // not null, gets the names of the term's variables.
  //   InvalidArgument   more than kVariablesMax different variables stay free
  //   as QueryRun::Bindings()
  absl::StatusOr<std::string> FillEncoded(const QueryRun& run,
                                          std::vector<std::string>* variable_names = nullptr) const;

  // The same as a term. For a single pattern the fact's own variables are called
  // `fact_variable_names`.
  absl::StatusOr<Term> Fill(const QueryRun& run,
                            const std::vector<std::string>& fact_variable_names = {}) const;

 private:
  // A piece of the encoded template: a variable of the answer, then bytes.
  struct Piece {
    size_t variable;
    std::string bytes;
  };

  Template() = default;

  Term term_;
  std::string head_;  // Bytes in front of the first piece.
  std::vector<Piece> pieces_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_TEMPLATE_H_
