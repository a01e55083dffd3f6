// What is asked of all facts of a space, and what is made of the answers: the calls of
// QueryService.

#include <string>

#include "client/cpp/client_calls.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::client {

absl::StatusOr<PathkbClient::QuerySummary> PathkbClient::Query(const v1::QueryRequest& request,
                                                               const OnMatch& on_match) {
  if (absl::Status status = CheckQueryUtf8(request); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(request.template_(), "the template"); !status.ok()) {
    return status;
  }
  grpc::ClientContext context;
  SetDeadline(context, options_.long_timeout);
  const auto reader = queries_->Query(&context, request);
  QuerySummary summary;
  absl::Status status =
      ReadAll<v1::QueryResponse>(context, *reader, [&](const v1::QueryResponse& response) {
        summary.revision = response.revision();
        summary.next_page_token = response.next_page_token();
        for (const v1::Match& match : response.matches()) {
          ++summary.matches;
          if (!on_match(match)) return false;
        }
        return true;
      });
  if (!status.ok()) return status;
  return summary;
}

absl::StatusOr<PathkbClient::QuerySummary> PathkbClient::Query(std::string_view space,
                                                               std::string_view pattern,
                                                               uint64_t limit,
                                                               const OnMatch& on_match,
                                                               uint64_t at_revision) {
  v1::QueryRequest request;
  request.set_space(std::string(space));
  request.set_pattern(std::string(pattern));
  request.set_limit(limit);
  request.set_at_revision(at_revision);
  return Query(request, on_match);
}

absl::StatusOr<v1::CountResponse> PathkbClient::Count(const v1::CountRequest& request) {
  if (absl::Status status = CheckQueryUtf8(request); !status.ok()) return status;
  return Call<v1::CountResponse>(*queries_, &v1::QueryService::Stub::Count, request,
                                 options_.long_timeout);
}

absl::StatusOr<v1::CountResponse> PathkbClient::Count(std::string_view space,
                                                      std::string_view pattern,
                                                      uint64_t at_revision) {
  v1::CountRequest request;
  request.set_space(std::string(space));
  request.set_pattern(std::string(pattern));
  request.set_at_revision(at_revision);
  return Count(request);
}

absl::StatusOr<v1::ExplainResponse> PathkbClient::Explain(const v1::ExplainRequest& request) {
  if (absl::Status status = CheckQueryUtf8(request.query()); !status.ok()) return status;
  return Call<v1::ExplainResponse>(*queries_, &v1::QueryService::Stub::Explain, request,
                                   options_.long_timeout);
}

absl::StatusOr<v1::TransformResponse> PathkbClient::Transform(const v1::TransformRequest& request) {
  if (absl::Status status = CheckQueryUtf8(request); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(request.template_(), "the template"); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckUtf8(request.into_space(), "the space"); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckUtf8(request.entry()); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(request.lease_id(), "the lease"); !status.ok()) return status;
  return Call<v1::TransformResponse>(*queries_, &v1::QueryService::Stub::Transform, request,
                                     options_.long_timeout);
}

absl::StatusOr<v1::CombineTotals> PathkbClient::Combine(const v1::CombineRequest& request,
                                                        const OnFact& on_fact) {
  if (absl::Status status = CheckUtf8(request.into_space(), "the space"); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckUtf8(request.lease_id(), "the lease"); !status.ok()) return status;
  for (const v1::CombineOperand& operand : request.operands()) {
    if (absl::Status status = CheckUtf8(operand.space(), "the space"); !status.ok()) return status;
    if (absl::Status status = CheckUtf8(operand.name_prefix(), "the prefix"); !status.ok()) {
      return status;
    }
  }
  grpc::ClientContext context;
  SetDeadline(context, options_.long_timeout);
  const auto reader = queries_->Combine(&context, request);
  v1::CombineTotals totals;
  absl::Status status =
      ReadAll<v1::CombineResponse>(context, *reader, [&](const v1::CombineResponse& response) {
        if (response.has_totals()) totals = response.totals();
        for (const v1::Fact& fact : response.facts()) {
          if (!on_fact(fact)) return false;
        }
        return true;
      });
  if (!status.ok()) return status;
  return totals;
}

}  // namespace pathkb::client
