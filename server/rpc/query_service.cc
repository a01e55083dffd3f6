#include "server/rpc/query_service.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "core/base/status_macros.h"
#include "server/rpc/call.h"
#include "server/rpc/combine_stream.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/query_stream.h"
#include "server/rpc/status_conversion.h"
#include "server/rpc/transform.h"

namespace pathkb {
namespace {

// Every fact of a space.
absl::StatusOr<uint64_t> CountSpace(const ReadView& view, const std::string& space,
                                    const grpc::CallbackServerContext& context) {
  PATHKB_RETURN_IF_ERROR(view.CheckSpaceExists(space));
  return view.CountFacts(space, [&context] { return CheckStillWanted(context); });
}

// How many answers `call` has from here on.
absl::StatusOr<uint64_t> CountAnswers(QueryCall& call) {
  uint64_t count = 0;
  for (;; ++count) {
    const absl::StatusOr<bool> found = call.Next();
    if (!found.ok()) return call.Confirm(found.status());
    if (!*found) break;
  }
  PATHKB_RETURN_IF_ERROR(call.Confirm(absl::OkStatus()));
  return count;
}

// True if every fact passes.
bool TakesAll(const v1::FactFilter& filter) {
  return !filter.has_min_confidence() && !filter.has_source() && filter.metadata().empty() &&
         !filter.has_name_prefix();
}

absl::Status CountMatches(const QueryEnvironment& environment, const v1::CountRequest& request,
                          const grpc::CallbackServerContext& context, v1::CountResponse& response) {
  if (request.pattern().empty() && TakesAll(request.filter())) {
    PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(request.space()));
    PATHKB_ASSIGN_OR_RETURN(const ReadView view,
                            environment.generations.AtRevision(request.at_revision()));
    const absl::StatusOr<uint64_t> count = CountSpace(view, space, context);
    PATHKB_RETURN_IF_ERROR(view.Confirm(count.status()));
    response.set_count(*count);
    response.set_revision(view.revision);
    return absl::OkStatus();
  }
  Ask ask = AskOf(request);
  if (ask.pattern.empty()) ask.pattern = "$fact";
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<QueryCall> call,
                          QueryCall::Start(environment, ask, context));
  PATHKB_ASSIGN_OR_RETURN(const uint64_t count, CountAnswers(*call));
  response.set_count(count);
  response.set_revision(call->view().revision);
  return absl::OkStatus();
}

void FillStep(const PlanStepReport& report, v1::PlanStep& step) {
  step.set_kind(report.kind);
  step.set_form(report.form);
  step.set_access(report.access);
  for (const std::string& variable : report.binds) step.add_binds(variable);
  step.set_depth(report.depth);
  step.set_estimated_rows(report.estimated_rows);
  step.set_rows(report.rows);
  step.set_cursor_steps(report.cursor_steps);
  step.set_pages(report.pages);
}

absl::Status ExplainQuery(const QueryEnvironment& environment, const v1::ExplainRequest& request,
                          const grpc::CallbackServerContext& context,
                          v1::ExplainResponse& response) {
  const auto begin = std::chrono::steady_clock::now();
  Ask ask = AskOf(request.query());
  ask.count_pages = request.analyze();
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<QueryCall> call,
                          QueryCall::Start(environment, ask, context));
  response.set_revision(call->view().revision);
  if (request.analyze()) {
    PATHKB_ASSIGN_OR_RETURN(const uint64_t answers, CountAnswers(*call));
    const auto passed = std::chrono::steady_clock::now() - begin;
    response.set_answers(answers);
    response.set_cursor_steps(call->run().steps());
    response.set_pages(call->run().pages());
    response.set_microseconds(static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(passed).count()));
  }
  for (const PlanStepReport& report : call->run().Steps()) FillStep(report, *response.add_steps());
  return absl::OkStatus();
}

}  // namespace

grpc::ServerWriteReactor<v1::QueryResponse>* QueryService::Query(
    grpc::CallbackServerContext* context, const v1::QueryRequest* request) {
  return StreamAnswers(environment_, threads_, *context, *request);
}

grpc::ServerUnaryReactor* QueryService::Count(grpc::CallbackServerContext* context,
                                              const v1::CountRequest* request,
                                              v1::CountResponse* response) {
  return RunUnary(context, threads_, [this, context, request, response] {
    return CountMatches(environment_, *request, *context, *response);
  });
}

grpc::ServerUnaryReactor* QueryService::Explain(grpc::CallbackServerContext* context,
                                                const v1::ExplainRequest* request,
                                                v1::ExplainResponse* response) {
  return RunUnary(context, threads_, [this, context, request, response] {
    return ExplainQuery(environment_, *request, *context, *response);
  });
}

grpc::ServerUnaryReactor* QueryService::Transform(grpc::CallbackServerContext* context,
                                                  const v1::TransformRequest* request,
                                                  v1::TransformResponse* response) {
  return RunTransform(environment_, commits_, threads_, *context, *request, *response);
}

grpc::ServerWriteReactor<v1::CombineResponse>* QueryService::Combine(
    grpc::CallbackServerContext* context, const v1::CombineRequest* request) {
  return StreamCombination(environment_.generations, commits_, threads_, *context, *request);
}

}  // namespace pathkb
