// A query, checked and ready to be run: one pattern, or several joined by `,` and `or`, with `not`
// and comparisons among them. LANGUAGE.md beside this file is the whole language.
//
//   text --ParseTerm()--> Term --Query::Compile()--> Query --QueryRun::Start()--> answers
//                                                      `---Template::Compile()--> each as a term

#ifndef PATHKB_CORE_QUERY_QUERY_H_
#define PATHKB_CORE_QUERY_QUERY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/query/query_form.h"
#include "core/term/term.h"

namespace pathkb {

// Immutable and cheap to copy; any thread.
class Query {
 public:
  // `parameters`: names of variables whose values are given each time the query is started
  // (QueryRun::Restart), as if they stood in its text; those that are not in the term do no harm.
  // Errors name the form at fault and say what to do:
  //   InvalidArgument   a form with a wrong number of parts or operands, a variable that nothing
  //                     binds where it must be bound, or a bound of query_form.h
  static absl::StatusOr<Query> Compile(Term term, std::vector<std::string> parameters = {});

  // The variables that answers bind, by first occurrence in the text, without `$`. Those that are
  // only inside a `not` are not among them, and parameters neither.
  const std::vector<std::string>& variable_names() const { return variable_names_; }

  // True if it is a pattern alone, which answers with facts, in path order.
  bool is_single_pattern() const { return form_->single_pattern; }

  // What it consists of; for those who plan and run it.
  const QueryForm& form() const { return *form_; }
  // Numbers of variable_names() in form().variable_names, in the same order.
  const std::vector<uint32_t>& answer_variables() const { return answer_variables_; }

  // As they were given to Compile().
  const std::vector<std::string>& parameters() const { return parameters_; }
  // Numbers of parameters() in form().variable_names; kNoVariable for those that are not there.
  const std::vector<uint32_t>& parameter_variables() const { return parameter_variables_; }
  static constexpr uint32_t kNoVariable = ~uint32_t{0};
  // The same query with terms instead of its parameters, one for each, in their order. Its parts
  // have the same numbers.
  //   InvalidArgument     a term that cannot stand there, such as a symbol beside `<`
  //   ResourceExhausted   they are too large
  absl::StatusOr<Query> Fill(const std::vector<Term>& values) const;

 private:
  Query() = default;

  std::shared_ptr<const QueryForm> form_;
  std::vector<std::string> variable_names_;
  std::vector<uint32_t> answer_variables_;
  std::vector<std::string> parameters_;
  std::vector<uint32_t> parameter_variables_;
  std::shared_ptr<const Term> term_;  // Null without parameters.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_H_
