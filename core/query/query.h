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
  // Errors name the form at fault and say what to do:
  //   InvalidArgument   a form with a wrong number of parts or operands, a variable that nothing
  //                     binds where it must be bound, or a bound of query_form.h
  static absl::StatusOr<Query> Compile(Term term);

  // The variables that answers bind, by first occurrence in the text, without `$`. Those that are
  // only inside a `not` are not among them.
  const std::vector<std::string>& variable_names() const { return variable_names_; }

  // True if it is a pattern alone, which answers with facts, in path order.
  bool is_single_pattern() const { return form_->single_pattern; }

  // What it consists of; for those who plan and run it.
  const QueryForm& form() const { return *form_; }
  // Numbers of variable_names() in form().variable_names, in the same order.
  const std::vector<uint32_t>& answer_variables() const { return answer_variables_; }

 private:
  Query() = default;

  std::shared_ptr<const QueryForm> form_;
  std::vector<std::string> variable_names_;
  std::vector<uint32_t> answer_variables_;
};

}  // namespace pathkb

#endif  // PATHKB_CORE_QUERY_QUERY_H_
