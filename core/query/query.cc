#include "core/query/query.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/query/term_substitution.h"

namespace pathkb {

absl::StatusOr<Query> Query::Compile(Term term, std::vector<std::string> parameters) {
  Query query;
  if (!parameters.empty()) query.term_ = std::make_shared<const Term>(term);
  PATHKB_ASSIGN_OR_RETURN(QueryForm form, MakeQueryForm(std::move(term), parameters));
  query.parameters_ = std::move(parameters);
  for (uint32_t i = 0; i < form.variable_names.size(); ++i) {
    if (!form.answers[i]) continue;
    query.answer_variables_.push_back(i);
    query.variable_names_.push_back(form.variable_names[i]);
  }
  for (const std::string& parameter : query.parameters_) {
    const auto& names = form.variable_names;
    const auto found = std::find(names.begin(), names.end(), parameter);
    query.parameter_variables_.push_back(
        found == names.end() ? kNoVariable : static_cast<uint32_t>(found - names.begin()));
  }
  query.form_ = std::make_shared<const QueryForm>(std::move(form));
  return query;
}

absl::StatusOr<Query> Query::Fill(const std::vector<Term>& values) const {
  PATHKB_CHECK(values.size() == parameters_.size());
  if (parameters_.empty()) return *this;
  TermsByName by_name;
  for (size_t i = 0; i < values.size(); ++i) by_name.emplace(parameters_[i], &values[i]);
  PATHKB_ASSIGN_OR_RETURN(Term term, Substitute(*term_, by_name));
  return Compile(std::move(term));
}

}  // namespace pathkb
