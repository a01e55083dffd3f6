#include "core/query/query.h"

#include <utility>

#include "core/base/status_macros.h"

namespace pathkb {

absl::StatusOr<Query> Query::Compile(Term term) {
  PATHKB_ASSIGN_OR_RETURN(QueryForm form, MakeQueryForm(std::move(term)));
  Query query;
  for (uint32_t i = 0; i < form.variable_names.size(); ++i) {
    if (!form.answers[i]) continue;
    query.answer_variables_.push_back(i);
    query.variable_names_.push_back(form.variable_names[i]);
  }
  query.form_ = std::make_shared<const QueryForm>(std::move(form));
  return query;
}

}  // namespace pathkb
