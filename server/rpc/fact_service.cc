#include "server/rpc/fact_service.h"

#include <string>
#include <string_view>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/keys.h"
#include "server/config/limits.h"
#include "server/rpc/browse.h"
#include "server/rpc/call.h"
#include "server/rpc/page_token.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/status_conversion.h"
#include "server/rpc/write_request.h"

namespace pathkb {
namespace {

// "fact 12: " before what is wrong with it.
absl::Status AboutOne(std::string_view kind, int index, const absl::Status& status) {
  return absl::Status(status.code(),
                      fmt::format("{} {}: {}", kind, index, ToStd(status.message())));
}

absl::StatusOr<Batch> ToBatch(const v1::InsertRequest& request, v1::InsertResponse& response) {
  Batch batch;
  PATHKB_ASSIGN_OR_RETURN(batch.space, SpaceOf(request.space()));
  PATHKB_ASSIGN_OR_RETURN(batch.request_id, RequestIdOf(request));
  PATHKB_RETURN_IF_ERROR(CheckBatchSize(request.facts_size(), request.ByteSizeLong()));
  batch.changes.reserve(request.facts_size());
  for (int i = 0; i < request.facts_size(); ++i) {
    absl::StatusOr<Change> change = ToSet(request.facts(i));
    if (change.ok()) {
      batch.changes.push_back(*std::move(change));
    } else if (request.on_invalid() == v1::InsertRequest::ON_INVALID_SKIP) {
      v1::RejectedFact& rejected = *response.add_rejected();
      rejected.set_index(static_cast<uint32_t>(i));
      rejected.set_message(std::string(ToStd(change.status().message())));
    } else {
      return AboutOne("fact", i, change.status());
    }
  }
  return batch;
}

absl::StatusOr<Batch> ToBatch(const v1::DeleteRequest& request) {
  Batch batch;
  PATHKB_ASSIGN_OR_RETURN(batch.space, SpaceOf(request.space()));
  PATHKB_ASSIGN_OR_RETURN(batch.request_id, RequestIdOf(request));
  PATHKB_RETURN_IF_ERROR(
      CheckBatchSize(request.terms_size() + request.names_size(), request.ByteSizeLong()));
  for (int i = 0; i < request.terms_size(); ++i) {
    absl::StatusOr<Change> change = ToDeleteTerm(request.terms(i));
    if (!change.ok()) return AboutOne("term", i, change.status());
    if (request.all_duplicates()) change->kind = Change::Kind::kDeleteCopies;
    batch.changes.push_back(*std::move(change));
  }
  for (int i = 0; i < request.names_size(); ++i) {
    absl::StatusOr<Change> change = ToDeleteName(request.names(i));
    if (!change.ok()) return AboutOne("name", i, change.status());
    batch.changes.push_back(*std::move(change));
  }
  if (request.has_name_prefix()) {
    PATHKB_ASSIGN_OR_RETURN(Change change, ToDeleteNamesBelow(request.name_prefix()));
    batch.changes.push_back(std::move(change));
  }
  return batch;
}

absl::Status GetFact(const ReadView& view, const v1::GetRequest& request,
                     v1::GetResponse& response) {
  PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(request.space()));
  std::string encoded_term, key;
  if (request.has_term()) {
    PATHKB_ASSIGN_OR_RETURN(encoded_term, ToEncodedTerm(request.term()));
    key = TermKey(space, encoded_term, "");
  } else if (request.has_name()) {
    PATHKB_RETURN_IF_ERROR(CheckFactName(request.name()));
    key = NameKey(space, request.name());
  } else {
    return absl::InvalidArgumentError("a term or a name must be given");
  }
  PATHKB_ASSIGN_OR_RETURN(const std::optional<Entry> entry, view.FindKey(key));
  if (!entry.has_value()) {
    PATHKB_RETURN_IF_ERROR(view.Confirm(view.CheckSpaceExists(space)));
    return absl::NotFoundError(
        request.has_name() ? fmt::format("space {} has no fact named \"{}\"", space, request.name())
                           : fmt::format("space {} has no fact {}", space, request.term()));
  }
  response.set_revision(view.revision);
  if (request.has_name()) encoded_term = entry->encoded_term;
  return FillFact(encoded_term, request.name(), *entry, *response.mutable_fact());
}

// Fills one page from the facts whose keys begin with `prefix`, after the key `after` if there is
// one. Keys under terms/ hold the term; those under facts/ have it in their entry.
absl::Status FillPage(const ReadView& view, std::string_view prefix, bool named,
                      std::string_view names_from, std::string_view after, uint32_t page_size,
                      std::string_view request_text, v1::ListResponse& response) {
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  const std::string start(after.empty() ? prefix : after);
  size_t bytes = 0;
  bool at_value = zipper->SeekValue(start);
  if (at_value && !after.empty() && zipper->path() == after) at_value = zipper->NextValue();
  std::string last_key;
  for (; at_value && zipper->path().starts_with(prefix); at_value = zipper->NextValue()) {
    if (response.facts_size() == static_cast<int>(page_size) || bytes >= kPageBytesMax) {
      response.set_next_page_token(MakePageToken(request_text, {view.revision, last_key}));
      break;
    }
    const std::string_view key = zipper->path();
    PATHKB_ASSIGN_OR_RETURN(const Entry entry,
                            view.FindEntry(*zipper->value(), zipper->value_layer()));
    v1::Fact& fact = *response.add_facts();
    if (named) {
      PATHKB_RETURN_IF_ERROR(
          FillFact(entry.encoded_term, key.substr(names_from.size()), entry, fact));
    } else {
      PATHKB_ASSIGN_OR_RETURN(const TermKeyParts parts, SplitTermKey(key.substr(prefix.size())));
      PATHKB_RETURN_IF_ERROR(FillFact(parts.encoded_term, parts.name, entry, fact));
    }
    bytes += fact.ByteSizeLong();
    last_key = key;
  }
  return zipper->status();
}

absl::Status ListFacts(Generations& generations, HeldViews& held_views,
                       const v1::ListRequest& request, v1::ListResponse& response) {
  PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(request.space()));
  if (request.page_size() > kPageFactsMax) {
    return absl::InvalidArgumentError(
        fmt::format("page_size {}: at most {} are allowed", request.page_size(), kPageFactsMax));
  }
  const uint32_t page_size = request.page_size() == 0 ? kPageFactsDefault : request.page_size();
  const bool named = request.has_name_prefix();
  const std::string names_from = NamesPrefix(space);
  const std::string prefix = named ? names_from + request.name_prefix() : TermsPrefix(space);
  // What a token belongs to: keys begin with a word, so no two lists have the same text.
  const std::string request_text =
      request.at_revision() == 0 ? prefix : fmt::format("{} {}", request.at_revision(), prefix);
  PagePlace after;
  if (!request.page_token().empty()) {
    PATHKB_ASSIGN_OR_RETURN(after, ParsePageToken(request_text, request.page_token()));
  }
  PATHKB_ASSIGN_OR_RETURN(const ReadView view,
                          request.page_token().empty()
                              ? generations.AtRevision(request.at_revision())
                              : ViewOfPage(generations, held_views, after.revision));
  absl::Status status = view.CheckSpaceExists(space);
  if (status.ok()) {
    response.set_revision(view.revision);
    status = FillPage(view, prefix, named, names_from, after.position, page_size, request_text,
                      response);
  }
  PATHKB_RETURN_IF_ERROR(view.Confirm(std::move(status)));
  if (!response.next_page_token().empty()) held_views.Hold(view);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* FactService::Insert(grpc::CallbackServerContext* context,
                                              const v1::InsertRequest* request,
                                              v1::InsertResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads_.Run([this, reactor, request, response] {
    absl::StatusOr<Batch> batch = ToBatch(*request, *response);
    if (!batch.ok()) {
      reactor->Finish(ToGrpcStatus(batch.status()));
      return;
    }
    const auto answer = [reactor, response](absl::StatusOr<Commit> commit) {
      if (commit.ok()) {
        response->set_revision(commit->revision);
        response->set_durable_revision(commit->durable_revision);
        response->set_inserted(commit->counts.inserted);
        response->set_updated(commit->counts.updated);
        response->set_unchanged(commit->counts.unchanged);
      }
      reactor->Finish(ToGrpcStatus(commit.status()));
    };
    commits_.Submit(*std::move(batch), answer, CommitWishOf(*request));
  });
  return reactor;
}

grpc::ServerUnaryReactor* FactService::Get(grpc::CallbackServerContext* context,
                                           const v1::GetRequest* request,
                                           v1::GetResponse* response) {
  return RunUnary(context, threads_, [this, request, response]() -> absl::Status {
    PATHKB_ASSIGN_OR_RETURN(const ReadView view, generations_.AtRevision(request->at_revision()));
    return GetFact(view, *request, *response);
  });
}

grpc::ServerUnaryReactor* FactService::List(grpc::CallbackServerContext* context,
                                            const v1::ListRequest* request,
                                            v1::ListResponse* response) {
  return RunUnary(context, threads_, [this, request, response] {
    return ListFacts(generations_, held_views_, *request, *response);
  });
}

grpc::ServerUnaryReactor* FactService::Browse(grpc::CallbackServerContext* context,
                                              const v1::BrowseRequest* request,
                                              v1::BrowseResponse* response) {
  return RunUnary(context, threads_, [this, context, request, response] {
    return BrowseFolder(generations_, held_views_, *context, *request, *response);
  });
}

grpc::ServerUnaryReactor* FactService::Delete(grpc::CallbackServerContext* context,
                                              const v1::DeleteRequest* request,
                                              v1::DeleteResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads_.Run([this, reactor, request, response] {
    absl::StatusOr<Batch> batch = ToBatch(*request);
    absl::Status status = batch.status();
    // Of a delete that is sent again, the space may have gone with the first one.
    if (status.ok() && batch->request_id.empty()) {
      const ReadView view = knowledge_base_.View();
      status = view.Confirm(view.CheckSpaceExists(batch->space));
    }
    if (!status.ok()) {
      reactor->Finish(ToGrpcStatus(status));
      return;
    }
    const auto answer = [reactor, response](absl::StatusOr<Commit> commit) {
      if (commit.ok()) {
        response->set_revision(commit->revision);
        response->set_durable_revision(commit->durable_revision);
        response->set_deleted(commit->counts.deleted);
        response->set_not_found(commit->counts.not_found);
      }
      reactor->Finish(ToGrpcStatus(commit.status()));
    };
    commits_.Submit(*std::move(batch), answer, CommitWishOf(*request));
  });
  return reactor;
}

}  // namespace pathkb
