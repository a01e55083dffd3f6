// Long because each call of each service has its method here; they are short, and much alike.

#include "client/cpp/pathkb_client.h"

#include <chrono>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "fmt/format.h"

#include "core/base/utf8.h"

namespace pathkb::client {
namespace {

// Marks a status as IsConnectionError().
constexpr char kNotConnected[] = "pathkb/not-connected";

absl::Status ToAbsl(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  // The canonical codes have the same numbers in both.
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (!status.error_message().empty()) return absl::Status(code, status.error_message());
  return absl::Status(code, fmt::format("the server answered {} and gave no reason",
                                        absl::StatusCodeToString(code)));
}

absl::Status ConnectionError(const std::string& message) {
  absl::Status status = absl::UnavailableError(message);
  status.SetPayload(kNotConnected, absl::Cord());
  return status;
}

void SetDeadline(grpc::ClientContext& context, absl::Duration timeout) {
  // Beyond a year the clock's arithmetic could overflow, and nobody will know the difference.
  if (timeout < absl::Hours(24 * 365)) {
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(timeout));
  }
}

// InvalidArgument if `text` is not UTF-8. `what` names it, such as "the pattern".
absl::Status CheckUtf8(std::string_view text, std::string_view what) {
  const std::optional<size_t> bad = FindInvalidUtf8(text);
  if (!bad) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} is not valid UTF-8: byte 0x{:02X} at offset {}",
                                                what, static_cast<unsigned char>(text[*bad]),
                                                *bad));
}

absl::Status CheckUtf8(const google::protobuf::Map<std::string, std::string>& metadata) {
  for (const auto& [key, value] : metadata) {
    if (absl::Status status = CheckUtf8(key, "a metadata key"); !status.ok()) return status;
    if (absl::Status status = CheckUtf8(value, "a metadata value"); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckUtf8(const v1::Entry& entry) {
  if (absl::Status status = CheckUtf8(entry.source(), "the source"); !status.ok()) return status;
  return CheckUtf8(entry.metadata());
}

absl::Status CheckUtf8(const v1::Fact& fact) {
  if (absl::Status status = CheckUtf8(fact.term(), "the fact"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(fact.name(), "the name"); !status.ok()) return status;
  return CheckUtf8(fact.entry());
}

// What all requests have that ask a query.
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

// The last and telling part of gRPC's message, such as "Connection refused" behind
// "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:7420: Failed to ...".
std::string ReasonIn(const std::string& message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

// Puts `options` into an Insert or Delete.
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

// Everything a started Insert needs until it is answered.
struct InsertCall {
  grpc::ClientContext context;
  v1::InsertRequest request;
  v1::InsertResponse response;
  PathkbClient::InsertDone done;
};

}  // namespace

bool IsConnectionError(const absl::Status& status) {
  return status.GetPayload(kNotConnected).has_value();
}

PathkbClient::PathkbClient(std::string address, std::shared_ptr<grpc::Channel> channel,
                           const Options& options)
    : address_(std::move(address)),
      options_(options),
      channel_(std::move(channel)),
      facts_(v1::FactService::NewStub(channel_)),
      queries_(v1::QueryService::NewStub(channel_)),
      snapshots_(v1::SnapshotService::NewStub(channel_)),
      spaces_(v1::SpaceService::NewStub(channel_)),
      leases_(v1::LeaseService::NewStub(channel_)),
      admin_(v1::AdminService::NewStub(channel_)) {}

absl::StatusOr<std::unique_ptr<PathkbClient>> PathkbClient::Connect(const std::string& address,
                                                                    const Options& options) {
  // gRPC 1.51 looks at errno after other calls have had a chance to change it, so that now and then
  // a connection that is just being made counts as failed, for a reason that makes no sense.
  constexpr int kAttempts = 3;
  auto client = ConnectOnce(address, options);
  for (int attempt = 1; attempt < kAttempts && !client.ok(); ++attempt) {
    const absl::string_view reason = client.status().message();
    if (!absl::IsUnavailable(client.status()) || absl::StrContains(reason, "Connection refused") ||
        absl::StrContains(reason, "no answer")) {
      break;
    }
    client = ConnectOnce(address, options);
  }
  return client;
}

absl::StatusOr<std::unique_ptr<PathkbClient>> PathkbClient::ConnectOnce(const std::string& address,
                                                                        const Options& options) {
  if (address.find(':') == std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "the server's address '{}' has no port; it should look like 127.0.0.1:7420", address));
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  // A proxy for web pages, set in the environment, is not meant for us.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Another client in this process must not share this one's broken connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);

  const auto deadline =
      std::chrono::system_clock::now() +
      absl::ToChronoNanoseconds(std::min(options.connect_timeout, absl::Hours(24)));
  grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE) {
    if (!channel->WaitForStateChange(state, deadline)) {
      return ConnectionError(fmt::format("cannot connect to {}: no answer within {}", address,
                                         absl::FormatDuration(options.connect_timeout)));
    }
    state = channel->GetState(/*try_to_connect=*/true);
  }
  std::unique_ptr<PathkbClient> client(new PathkbClient(address, std::move(channel), options));
  if (state == GRPC_CHANNEL_TRANSIENT_FAILURE) {
    // A call fails at once in this state, and its message holds the reason.
    grpc::ClientContext context;
    context.set_deadline(deadline);
    v1::GetStatusResponse response;
    const grpc::Status status = client->admin_->GetStatus(&context, {}, &response);
    if (!status.ok()) {
      return ConnectionError(fmt::format("cannot connect to {}: {} (is pathkbd running there?)",
                                         address, ReasonIn(status.error_message())));
    }
  }
  return client;
}

absl::Status PathkbClient::ExamineUnavailable(absl::Status status) const {
  if (status.code() != absl::StatusCode::kUnavailable || IsConnectionError(status)) return status;
  // A broken connection fails its calls and changes the channel's state, in either order.
  const auto soon = std::chrono::system_clock::now() + std::chrono::milliseconds(50);
  if (channel_->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY &&
      !channel_->WaitForStateChange(GRPC_CHANNEL_READY, soon)) {
    return status;
  }
  return ConnectionError(fmt::format("lost the connection to {}: {}", address_,
                                     ReasonIn(std::string(status.message()))));
}

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

absl::StatusOr<v1::InsertResponse> PathkbClient::Insert(std::string_view space,
                                                        std::vector<v1::Fact> facts,
                                                        v1::InsertRequest::OnInvalid on_invalid,
                                                        const WriteOptions& options) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  v1::InsertRequest request;
  if (absl::Status status = SetOptions(options, request); !status.ok()) return status;
  request.set_space(std::string(space));
  request.set_on_invalid(on_invalid);
  for (v1::Fact& fact : facts) {
    if (absl::Status status = CheckUtf8(fact); !status.ok()) return status;
    *request.add_facts() = std::move(fact);
  }
  return Call<v1::InsertResponse>(*facts_, &v1::FactService::Stub::Insert, request,
                                  options_.timeout);
}

void PathkbClient::StartInsert(v1::InsertRequest request, InsertDone done) {
  auto* call = new InsertCall;
  call->request = std::move(request);
  call->done = std::move(done);
  SetDeadline(call->context, options_.timeout);
  facts_->async()->Insert(
      &call->context, &call->request, &call->response, [call](const grpc::Status& status) {
        const InsertDone done = std::move(call->done);
        absl::StatusOr<v1::InsertResponse> answer =
            status.ok() ? absl::StatusOr<v1::InsertResponse>(std::move(call->response))
                        : ToAbsl(status);
        // Before `done`: our caller may then end the client, and a context that is left over would
        // make the channel end here, on its own thread.
        delete call;
        done(std::move(answer));
      });
}

absl::StatusOr<v1::GetResponse> PathkbClient::GetByTerm(std::string_view space,
                                                        std::string_view term,
                                                        uint64_t at_revision) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(term, "the fact"); !status.ok()) return status;
  v1::GetRequest request;
  request.set_space(std::string(space));
  request.set_term(std::string(term));
  request.set_at_revision(at_revision);
  return Call<v1::GetResponse>(*facts_, &v1::FactService::Stub::Get, request, options_.timeout);
}

absl::StatusOr<v1::GetResponse> PathkbClient::GetByName(std::string_view space,
                                                        std::string_view name,
                                                        uint64_t at_revision) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(name, "the name"); !status.ok()) return status;
  v1::GetRequest request;
  request.set_space(std::string(space));
  request.set_name(std::string(name));
  request.set_at_revision(at_revision);
  return Call<v1::GetResponse>(*facts_, &v1::FactService::Stub::Get, request, options_.timeout);
}

absl::StatusOr<v1::ListResponse> PathkbClient::ListPage(std::string_view space,
                                                        std::optional<std::string_view> name_prefix,
                                                        uint32_t page_size,
                                                        std::string_view page_token,
                                                        uint64_t at_revision) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  v1::ListRequest request;
  request.set_space(std::string(space));
  if (name_prefix) {
    if (absl::Status status = CheckUtf8(*name_prefix, "the prefix"); !status.ok()) return status;
    request.set_name_prefix(std::string(*name_prefix));
  }
  request.set_page_size(page_size);
  request.set_page_token(std::string(page_token));
  request.set_at_revision(at_revision);
  return Call<v1::ListResponse>(*facts_, &v1::FactService::Stub::List, request, options_.timeout);
}

absl::StatusOr<uint64_t> PathkbClient::List(std::string_view space,
                                            std::optional<std::string_view> name_prefix,
                                            const OnFact& on_fact, uint64_t at_revision) {
  constexpr uint32_t kPageFactsMax = 10'000;
  uint64_t facts = 0;
  std::string page_token;
  do {
    absl::StatusOr<v1::ListResponse> page =
        ListPage(space, name_prefix, kPageFactsMax, page_token, at_revision);
    if (!page.ok()) return std::move(page).status();
    for (const v1::Fact& fact : page->facts()) {
      ++facts;
      if (!on_fact(fact)) return facts;
    }
    if (!page->next_page_token().empty() && page->next_page_token() == page_token) {
      return absl::InternalError("the server answered a page token with the same page token");
    }
    page_token = page->next_page_token();
  } while (!page_token.empty());
  return facts;
}

absl::StatusOr<uint64_t> PathkbClient::Browse(std::string_view space, std::string_view folder,
                                              const OnFolderEntry& on_entry, uint64_t at_revision) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(folder, "the folder"); !status.ok()) return status;
  uint64_t entries = 0;
  v1::BrowseRequest request;
  request.set_space(std::string(space));
  request.set_folder(std::string(folder));
  request.set_at_revision(at_revision);
  do {
    absl::StatusOr<v1::BrowseResponse> page = Call<v1::BrowseResponse>(
        *facts_, &v1::FactService::Stub::Browse, request, options_.timeout);
    if (!page.ok()) return std::move(page).status();
    for (const v1::BrowseEntry& entry : page->entries()) {
      ++entries;
      if (!on_entry(entry)) return entries;
    }
    if (!page->next_page_token().empty() && page->next_page_token() == request.page_token()) {
      return absl::InternalError("the server answered a page token with the same page token");
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return entries;
}

absl::StatusOr<v1::DeleteResponse> PathkbClient::Delete(std::string_view space,
                                                        std::vector<std::string> terms,
                                                        std::vector<std::string> names,
                                                        const WriteOptions& options) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  v1::DeleteRequest request;
  if (absl::Status status = SetOptions(options, request); !status.ok()) return status;
  request.set_space(std::string(space));
  for (std::string& term : terms) {
    if (absl::Status status = CheckUtf8(term, "the fact"); !status.ok()) return status;
    request.add_terms(std::move(term));
  }
  for (std::string& name : names) {
    if (absl::Status status = CheckUtf8(name, "the name"); !status.ok()) return status;
    request.add_names(std::move(name));
  }
  return Call<v1::DeleteResponse>(*facts_, &v1::FactService::Stub::Delete, request,
                                  options_.timeout);
}

absl::StatusOr<v1::DeleteResponse> PathkbClient::DeleteAllDuplicates(std::string_view space,
                                                                     std::vector<std::string> terms,
                                                                     const WriteOptions& options) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  v1::DeleteRequest request;
  if (absl::Status status = SetOptions(options, request); !status.ok()) return status;
  request.set_space(std::string(space));
  request.set_all_duplicates(true);
  for (std::string& term : terms) {
    if (absl::Status status = CheckUtf8(term, "the fact"); !status.ok()) return status;
    request.add_terms(std::move(term));
  }
  return Call<v1::DeleteResponse>(*facts_, &v1::FactService::Stub::Delete, request,
                                  options_.timeout);
}

absl::StatusOr<v1::DeleteResponse> PathkbClient::DeleteNamesBelow(std::string_view space,
                                                                  std::string_view name_prefix,
                                                                  const WriteOptions& options) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(name_prefix, "the prefix"); !status.ok()) return status;
  v1::DeleteRequest request;
  if (absl::Status status = SetOptions(options, request); !status.ok()) return status;
  request.set_space(std::string(space));
  request.set_name_prefix(std::string(name_prefix));
  return Call<v1::DeleteResponse>(*facts_, &v1::FactService::Stub::Delete, request,
                                  options_.long_timeout);
}

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

absl::StatusOr<PathkbClient::DiffSummary> PathkbClient::Diff(const v1::DiffRequest& request,
                                                             const OnDifference& on_difference) {
  for (const std::string* text : {&request.from(), &request.to(), &request.space()}) {
    if (absl::Status status = CheckUtf8(*text, "the name"); !status.ok()) return status;
  }
  grpc::ClientContext context;
  SetDeadline(context, options_.long_timeout);
  const auto reader = snapshots_->Diff(&context, request);
  DiffSummary summary;
  absl::Status status =
      ReadAll<v1::DiffResponse>(context, *reader, [&](const v1::DiffResponse& response) {
        summary.from_revision = response.from_revision();
        summary.to_revision = response.to_revision();
        for (const v1::FactDifference& difference : response.differences()) {
          ++summary.differences;
          if (!on_difference(difference)) return false;
        }
        return true;
      });
  if (!status.ok()) return status;
  return summary;
}

absl::StatusOr<uint64_t> PathkbClient::ListSpaces(const OnSpace& on_space) {
  uint64_t spaces = 0;
  v1::ListSpacesRequest request;
  do {
    absl::StatusOr<v1::ListSpacesResponse> page = Call<v1::ListSpacesResponse>(
        *spaces_, &v1::SpaceService::Stub::List, request, options_.long_timeout);
    if (!page.ok()) return std::move(page).status();
    for (const v1::Space& space : page->spaces()) {
      ++spaces;
      if (!on_space(space)) return spaces;
    }
    if (!page->next_page_token().empty() && page->next_page_token() == request.page_token()) {
      return absl::InternalError("the server answered a page token with the same page token");
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return spaces;
}

absl::StatusOr<v1::DropSpaceResponse> PathkbClient::DropSpace(std::string_view space,
                                                              std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::DropSpaceRequest request;
  request.set_space(std::string(space));
  request.set_lease_id(std::string(lease_id));
  return Call<v1::DropSpaceResponse>(*spaces_, &v1::SpaceService::Stub::Drop, request,
                                     options_.long_timeout);
}

absl::StatusOr<v1::ForkSpaceResponse> PathkbClient::ForkSpace(std::string_view space,
                                                              std::string_view into_space,
                                                              std::string_view lease_id) {
  for (const std::string_view text : {space, into_space}) {
    if (absl::Status status = CheckUtf8(text, "the space"); !status.ok()) return status;
  }
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::ForkSpaceRequest request;
  request.set_space(std::string(space));
  request.set_into_space(std::string(into_space));
  request.set_lease_id(std::string(lease_id));
  return Call<v1::ForkSpaceResponse>(*spaces_, &v1::SpaceService::Stub::Fork, request,
                                     options_.long_timeout);
}

absl::StatusOr<v1::SetIndexResponse> PathkbClient::SetIndex(std::string_view space,
                                                            const std::vector<uint32_t>& arguments,
                                                            std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::SetIndexRequest request;
  request.set_space(std::string(space));
  request.set_lease_id(std::string(lease_id));
  for (const uint32_t argument : arguments) request.add_arguments(argument);
  return Call<v1::SetIndexResponse>(*spaces_, &v1::SpaceService::Stub::SetIndex, request,
                                    options_.long_timeout);
}

absl::StatusOr<v1::SetDuplicatesResponse> PathkbClient::SetDuplicates(std::string_view space,
                                                                      v1::Duplicates duplicates,
                                                                      std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::SetDuplicatesRequest request;
  request.set_space(std::string(space));
  request.set_duplicates(duplicates);
  request.set_lease_id(std::string(lease_id));
  return Call<v1::SetDuplicatesResponse>(*spaces_, &v1::SpaceService::Stub::SetDuplicates, request,
                                         options_.long_timeout);
}

absl::StatusOr<v1::RestoreSpaceResponse> PathkbClient::RestoreSpace(
    const v1::RestoreSpaceRequest& request) {
  for (const std::string* text : {&request.space(), &request.from_space()}) {
    if (absl::Status status = CheckUtf8(*text, "the space"); !status.ok()) return status;
  }
  if (absl::Status status = CheckUtf8(request.lease_id(), "the lease"); !status.ok()) return status;
  return Call<v1::RestoreSpaceResponse>(*spaces_, &v1::SpaceService::Stub::Restore, request,
                                        options_.long_timeout);
}

absl::StatusOr<v1::AcquireLeaseResponse> PathkbClient::AcquireLease(
    const v1::AcquireLeaseRequest& request) {
  if (absl::Status status = CheckUtf8(request.space(), "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(request.name_prefix(), "the prefix"); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckUtf8(request.holder(), "the holder"); !status.ok()) return status;
  return Call<v1::AcquireLeaseResponse>(*leases_, &v1::LeaseService::Stub::Acquire, request,
                                        options_.timeout);
}

absl::StatusOr<v1::RenewLeaseResponse> PathkbClient::RenewLease(std::string_view lease_id,
                                                                uint64_t ttl_ms) {
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::RenewLeaseRequest request;
  request.set_lease_id(std::string(lease_id));
  request.set_ttl_ms(ttl_ms);
  return Call<v1::RenewLeaseResponse>(*leases_, &v1::LeaseService::Stub::Renew, request,
                                      options_.timeout);
}

absl::StatusOr<v1::ReleaseLeaseResponse> PathkbClient::ReleaseLease(std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::ReleaseLeaseRequest request;
  request.set_lease_id(std::string(lease_id));
  return Call<v1::ReleaseLeaseResponse>(*leases_, &v1::LeaseService::Stub::Release, request,
                                        options_.timeout);
}

absl::StatusOr<v1::ListLeasesResponse> PathkbClient::ListLeases() {
  return Call<v1::ListLeasesResponse>(*leases_, &v1::LeaseService::Stub::List,
                                      v1::ListLeasesRequest(), options_.timeout);
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

absl::StatusOr<v1::CreateSnapshotResponse> PathkbClient::CreateSnapshot(
    std::optional<bool> deduplicate) {
  v1::CreateSnapshotRequest request;
  if (deduplicate.has_value()) request.set_deduplicate(*deduplicate);
  return Call<v1::CreateSnapshotResponse>(*snapshots_, &v1::SnapshotService::Stub::Create, request,
                                          options_.long_timeout);
}

absl::StatusOr<v1::CreateSnapshotResponse> PathkbClient::CreateDelta() {
  v1::CreateSnapshotRequest request;
  request.set_kind(v1::SNAPSHOT_KIND_DELTA);
  return Call<v1::CreateSnapshotResponse>(*snapshots_, &v1::SnapshotService::Stub::Create, request,
                                          options_.long_timeout);
}

absl::StatusOr<v1::CompactResponse> PathkbClient::Compact() {
  return Call<v1::CompactResponse>(*snapshots_, &v1::SnapshotService::Stub::Compact,
                                   v1::CompactRequest(), options_.long_timeout);
}

absl::StatusOr<v1::SetPinnedResponse> PathkbClient::SetPinned(const std::string& id, bool pinned) {
  v1::SetPinnedRequest request;
  request.set_id(id);
  request.set_pinned(pinned);
  // It waits for the snapshot that is being written.
  return Call<v1::SetPinnedResponse>(*snapshots_, &v1::SnapshotService::Stub::SetPinned, request,
                                     options_.long_timeout);
}

absl::StatusOr<v1::ListSnapshotsResponse> PathkbClient::ListSnapshots() {
  return Call<v1::ListSnapshotsResponse>(*snapshots_, &v1::SnapshotService::Stub::List,
                                         v1::ListSnapshotsRequest(), options_.timeout);
}

absl::StatusOr<v1::GetStatusResponse> PathkbClient::GetStatus() {
  return Call<v1::GetStatusResponse>(*admin_, &v1::AdminService::Stub::GetStatus,
                                     v1::GetStatusRequest(), options_.timeout);
}

}  // namespace pathkb::client
