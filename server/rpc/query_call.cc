#include "server/rpc/query_call.h"

#include <map>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/varint.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"
#include "server/rpc/call.h"
#include "server/rpc/page_token.h"

namespace pathkb {
namespace {

absl::StatusOr<FactFilter> ToFilter(const v1::FactFilter& message) {
  FactFilter filter;
  if (message.has_min_confidence()) filter.min_confidence = message.min_confidence();
  if (message.has_source()) filter.source = message.source();
  filter.metadata = {message.metadata().begin(), message.metadata().end()};
  if (message.has_name_prefix()) filter.name_prefix = message.name_prefix();
  PATHKB_RETURN_IF_ERROR(filter.Check());
  return filter;
}

absl::StatusOr<uint64_t> BudgetOf(uint64_t asked, uint64_t setting) {
  if (asked == 0) return setting;
  if (setting == 0 || asked <= setting) return asked;
  return absl::InvalidArgumentError(fmt::format(
      "step_budget {}: at most {}, the server's --query-step-budget, is allowed", asked, setting));
}

// A text that two requests share only if they ask the same.
std::string RequestText(const Ask& ask, const std::string& space, const FactFilter& filter) {
  std::string text = "query";
  const auto add = [&text](std::string_view part) { AppendLengthPrefixed(part, text); };
  add(space);
  add(ask.pattern);
  add(ask.template_text);
  add(fmt::format("{} {}", ask.at_revision, filter.min_confidence.value_or(-1)));
  add(filter.source.has_value() ? "source" : "");
  add(filter.source.value_or(""));
  add(filter.name_prefix.has_value() ? "name" : "");
  add(filter.name_prefix.value_or(""));
  for (const auto& [key, value] : filter.metadata) {
    add(key);
    add(value);
  }
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<QueryCall>> QueryCall::Start(
    const QueryEnvironment& environment, const Ask& ask,
    const grpc::CallbackServerContext& context) {
  PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(ask.space));
  RunOptions options;
  PATHKB_ASSIGN_OR_RETURN(options.filter, ToFilter(ask.filter));
  PATHKB_ASSIGN_OR_RETURN(options.step_budget, BudgetOf(ask.step_budget, environment.step_budget));
  options.interrupt = [&context, meanwhile = ask.meanwhile] {
    if (meanwhile != nullptr) meanwhile();
    return CheckStillWanted(context);
  };
  PATHKB_ASSIGN_OR_RETURN(Term term, ToPatternTerm(ask.pattern));
  PATHKB_ASSIGN_OR_RETURN(Query query, Query::Compile(std::move(term)));
  std::optional<Template> answer_template;
  if (!ask.template_text.empty()) {
    PATHKB_ASSIGN_OR_RETURN(Term shape, ToTemplateTerm(ask.template_text));
    PATHKB_ASSIGN_OR_RETURN(answer_template, Template::Compile(std::move(shape), query));
  }
  std::string request_text = RequestText(ask, space, options.filter);
  PagePlace place;
  absl::StatusOr<ReadView> view;
  if (ask.page_token.empty()) {
    view = environment.generations.AtRevision(ask.at_revision);
  } else {
    PATHKB_ASSIGN_OR_RETURN(place, ParsePageToken(request_text, ask.page_token));
    view = ViewOfPage(environment.generations, environment.held_views, place.revision);
  }
  PATHKB_RETURN_IF_ERROR(view.status());

  auto call = std::unique_ptr<QueryCall>(new QueryCall(*std::move(view), environment.held_views));
  call->request_text_ = std::move(request_text);
  call->query_ = std::move(query);
  call->template_ = std::move(answer_template);
  call->form_ = ask.form;
  options.count_pages = ask.count_pages;
  options.keeping = call->Keeping(*environment.plans);
  absl::Status status = call->view().CheckSpaceExists(space);
  if (status.ok()) {
    absl::StatusOr<std::unique_ptr<QueryRun>> run =
        ask.page_token.empty()
            ? QueryRun::Start(*call->query_, call->source_, space, std::move(options))
            : QueryRun::StartAfter(*call->query_, call->source_, space, std::move(options),
                                   place.position);
    status = run.status();
    if (run.ok()) call->run_ = *std::move(run);
  }
  PATHKB_RETURN_IF_ERROR(call->Confirm(std::move(status)));
  return call;
}

PlanKeeping QueryCall::Keeping(PlanMemory& plans) {
  PlanKeeping keeping = {.memory = &plans, .revision = view().revision};
  if (view().base == nullptr) return keeping;
  ReadView base_view = view();
  base_view.working = PathTrie();
  base_view.forks = {};  // Which forks there are may change while the base stays.
  keeping.base = &base_source_.emplace(std::move(base_view));
  keeping.base_number = plans.NumberOf(view().base);
  return keeping;
}

absl::Status QueryCall::Fill(v1::Match& match) const {
  if (template_.has_value()) {
    std::vector<std::string> variable_names;
    PATHKB_ASSIGN_OR_RETURN(const std::string encoded,
                            template_->FillEncoded(*run_, &variable_names));
    std::string_view bytes = encoded;
    PATHKB_ASSIGN_OR_RETURN(const Term term, DecodeTerm(bytes, variable_names));
    FillForm(term, form_, match);
    return absl::OkStatus();
  }
  std::vector<std::string> fact_variable_names;
  if (query_->is_single_pattern()) {
    PATHKB_ASSIGN_OR_RETURN(Entry entry, view().FindEntry(run_->value(), run_->value_layer()));
    PATHKB_RETURN_IF_ERROR(
        FillFact(run_->encoded_term(), run_->name(), entry, *match.mutable_fact(), form_));
    fact_variable_names = std::move(entry.variable_names);
  }
  PATHKB_ASSIGN_OR_RETURN(const std::vector<Term> bindings, run_->Bindings(fact_variable_names));
  for (size_t i = 0; i < bindings.size(); ++i) {
    v1::Binding& binding = *match.add_bindings();
    binding.set_variable(query_->variable_names()[i]);
    FillForm(bindings[i], form_, binding);
  }
  return absl::OkStatus();
}

std::string QueryCall::PageTokenFor(std::string position) const {
  return MakePageToken(request_text_, {view().revision, std::move(position)});
}

}  // namespace pathkb
