// Facts in and out, one by one and by their names: the calls of FactService.

#include <memory>
#include <string>
#include <utility>

#include "client/cpp/client_calls.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::client {
namespace {

// Everything a started Insert needs until it is answered.
struct InsertCall {
  grpc::ClientContext context;
  v1::InsertRequest request;
  v1::InsertResponse response;
  PathkbClient::InsertDone done;
};

}  // namespace

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
  absl::Status status = ForEachPage(
      v1::ListRequest(),
      [&](const v1::ListRequest& request) {
        return ListPage(space, name_prefix, kPageFactsMax, request.page_token(), at_revision);
      },
      [&](const v1::ListResponse& page) {
        for (const v1::Fact& fact : page.facts()) {
          ++facts;
          if (!on_fact(fact)) return false;
        }
        return true;
      });
  if (!status.ok()) return status;
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
  absl::Status status = ForEachPage(
      std::move(request),
      [&](const v1::BrowseRequest& next) {
        return Call<v1::BrowseResponse>(*facts_, &v1::FactService::Stub::Browse, next,
                                        options_.timeout);
      },
      [&](const v1::BrowseResponse& page) {
        for (const v1::BrowseEntry& entry : page.entries()) {
          ++entries;
          if (!on_entry(entry)) return false;
        }
        return true;
      });
  if (!status.ok()) return status;
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

}  // namespace pathkb::client
