// What the files that implement PathkbClient share, one for each service: texts looked through
// before they are sent, deadlines, and a call from the request to its answer or its error. For them
// only.

#ifndef PATHKB_CLIENT_CPP_CLIENT_CALLS_H_
#define PATHKB_CLIENT_CPP_CLIENT_CALLS_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

#include "client/cpp/pathkb_client.h"

namespace pathkb::client {

// The outcome of a call, with the server's code and message; an error is never without a message.
absl::Status ToAbsl(const grpc::Status& status);

// Lets a call end `timeout` from now. Without a deadline if that is more than a year.
void SetDeadline(grpc::ClientContext& context, absl::Duration timeout);

// InvalidArgument if `text` is not UTF-8. `what` names it, such as "the pattern".
absl::Status CheckUtf8(std::string_view text, std::string_view what);
// The same for all texts in a message.
absl::Status CheckUtf8(const google::protobuf::Map<std::string, std::string>& metadata);
absl::Status CheckUtf8(const v1::Entry& entry);
absl::Status CheckUtf8(const v1::Fact& fact);

// The same for what all requests have that ask a query.
template <typename Request>
absl::Status CheckQueryUtf8(const Request& request) {
  if (absl::Status status = CheckUtf8(request.space(), "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(request.pattern(), "the pattern"); !status.ok()) {
    return status;
  }
  const v1::FactFilter& filter = request.filter();
  if (absl::Status status = CheckUtf8(filter.source(), "the source"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(filter.name_prefix(), "the prefix"); !status.ok()) {
    return status;
  }
  return CheckUtf8(filter.metadata());
}

// Puts `options` into an Insert or Delete. Errors as CheckUtf8().
template <typename Request>
absl::Status SetOptions(const PathkbClient::WriteOptions& options, Request& request) {
  if (absl::Status status = CheckUtf8(options.request_id, "the request id"); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckUtf8(options.lease_id, "the lease"); !status.ok()) return status;
  request.set_lease_id(options.lease_id);
  if (!options.request_id.empty()) request.set_request_id(options.request_id);
  if (options.sync_always) request.set_sync(v1::SYNC_ALWAYS);
  return absl::OkStatus();
}

// Asks for one page after the other, from that of `request` on: `ask(request)` makes the call, and
// `on_page(page)` returns false to stop. Internal if the server would have us ask for ever.
template <typename Request, typename Ask, typename OnPage>
absl::Status ForEachPage(Request request, const Ask& ask, const OnPage& on_page) {
  do {
    const auto page = ask(request);
    if (!page.ok()) return page.status();
    if (!on_page(*page)) return absl::OkStatus();
    if (!page->next_page_token().empty() && page->next_page_token() == request.page_token()) {
      return absl::InternalError("the server answered a page token with the same page token");
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

// See pathkb_client.h. Here because each file that makes calls needs the body.
template <typename Response, typename Stub, typename Request>
absl::StatusOr<Response> PathkbClient::Call(Stub& stub,
                                            grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                         const Request&, Response*),
                                            const Request& request, absl::Duration timeout) {
  grpc::ClientContext context;
  SetDeadline(context, timeout);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return ExamineUnavailable(ToAbsl(status));
  return response;
}

// See pathkb_client.h.
template <typename Response>
absl::Status PathkbClient::ReadAll(grpc::ClientContext& context,
                                   grpc::ClientReader<Response>& reader,
                                   const std::function<bool(const Response&)>& on_response) {
  Response response;
  bool enough = false;
  while (!enough && reader.Read(&response)) enough = !on_response(response);
  if (enough) {
    context.TryCancel();
    while (reader.Read(&response)) {
    }
  }
  const grpc::Status status = reader.Finish();
  // After our own cancel the status says just that.
  if (!status.ok() && !enough) return ExamineUnavailable(ToAbsl(status));
  return absl::OkStatus();
}

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_CLIENT_CALLS_H_
