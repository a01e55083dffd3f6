#include "server/rpc/space_service.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/copy_mark.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/trie/path_order.h"
#include "server/config/limits.h"
#include "server/knowledge_base/view_diff.h"
#include "server/rpc/call.h"
#include "server/rpc/page_token.h"
#include "server/rpc/status_conversion.h"
#include "server/rpc/write_request.h"

namespace pathkb {
namespace {

constexpr std::string_view kListName = "spaces";  // For page tokens.

absl::Status ListSpaces(const ReadView& view, const v1::ListSpacesRequest& request,
                        const grpc::CallbackServerContext& context,
                        v1::ListSpacesResponse& response) {
  if (request.page_size() > kPageSpacesMax) {
    return absl::InvalidArgumentError(
        fmt::format("page_size {}: at most {} are allowed", request.page_size(), kPageSpacesMax));
  }
  const int page_size =
      static_cast<int>(request.page_size() == 0 ? kPageSpacesDefault : request.page_size());
  std::string start(kSpacesPrefix);
  if (!request.page_token().empty()) {
    PATHKB_ASSIGN_OR_RETURN(const PagePlace last, ParsePageToken(kListName, request.page_token()));
    start = BehindAllBelow(SpacePrefix(last.position));
  }
  response.set_revision(view.revision);
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  uint64_t facts = 0;
  bool at_value = zipper->SeekValue(start);
  while (at_value) {
    const std::string_view prefix = SpacePrefixOf(zipper->path());
    if (prefix.empty()) break;
    if (response.spaces_size() == page_size || facts >= kPageSpacesFactsMax) {
      const std::string& last = response.spaces(response.spaces_size() - 1).name();
      response.set_next_page_token(MakePageToken(kListName, {view.revision, last}));
      break;
    }
    v1::Space space;
    space.set_name(std::string(SpaceNameOf(prefix)));
    PATHKB_ASSIGN_OR_RETURN(const bool is_multiset,
                            ReadIsMultiset(*view.NewZipper(), space.name()));
    space.set_duplicates(is_multiset ? v1::DUPLICATES_KEEP : v1::DUPLICATES_COLLAPSE);
    PATHKB_ASSIGN_OR_RETURN(const IndexedArguments indexed,
                            ReadIndexedArguments(*view.NewZipper(), space.name()));
    for (int position = 1; position <= kIndexPositionsMax; ++position) {
      if (indexed.Has(position)) space.add_indexed_arguments(static_cast<uint32_t>(position));
    }
    PATHKB_ASSIGN_OR_RETURN(const uint64_t space_facts, view.CountFacts(space.name(), [&context] {
      return CheckStillWanted(context);
    }));
    space.set_facts(space_facts);
    facts += space_facts;
    at_value = zipper->SeekValue(BehindAllBelow(std::string(prefix)));
    // What is said of an index may outlive the facts.
    if (space.facts() != 0) *response.add_spaces() = std::move(space);
  }
  return zipper->status();
}

// Whether the space that is forked is there, and the new one is not; counts the facts, so that the
// thread that commits finds the number known.
absl::Status CheckFork(const ReadView& view, const v1::ForkSpaceRequest& request,
                       const grpc::CallbackServerContext& context) {
  PATHKB_RETURN_IF_ERROR(view.CheckSpaceExists(request.space()));
  const absl::Status exists = view.CheckSpaceExists(request.into_space());
  if (exists.ok()) {
    return absl::AlreadyExistsError(
        fmt::format("there is a space \"{}\" already", request.into_space()));
  }
  if (!absl::IsNotFound(exists)) return exists;
  return view.CountFacts(request.space(), [&context] { return CheckStillWanted(context); })
      .status();
}

// The arguments that a request asks for.
absl::StatusOr<IndexedArguments> WantedArguments(const v1::SetIndexRequest& request) {
  IndexedArguments wanted;
  for (const uint32_t position : request.arguments()) {
    if (position < 1 || position > static_cast<uint32_t>(kIndexPositionsMax)) {
      return absl::InvalidArgumentError(
          fmt::format("argument {}: must be 1 to {}", position, kIndexPositionsMax));
    }
    wanted.Add(static_cast<int>(position));
  }
  return wanted;
}

// What it takes to make a space what another one was.
struct Restoration {
  Batch batch;  // Complete only if it fits.
  uint64_t inserted = 0;
  uint64_t updated = 0;
  uint64_t deleted = 0;
  uint64_t unchanged = 0;
  uint64_t bytes = 0;  // Of the batch, if it were complete.

  uint64_t changes() const { return inserted + updated + deleted; }
  bool fits() const { return changes() <= kBatchFactsMax && bytes <= kBatchBytesMax; }
};

// `diff` leads from the present state to the one that is wanted.
absl::Status AddChanges(ViewDiff& diff, Restoration& restoration) {
  for (;;) {
    PATHKB_ASSIGN_OR_RETURN(const bool found, diff.Next());
    restoration.unchanged = diff.equal();
    if (!found) return absl::OkStatus();
    Change change;
    change.name = diff.name();
    if (diff.after().has_value()) {
      ++(diff.before().has_value() ? restoration.updated : restoration.inserted);
      // Which copy it is that changes; another one is added behind those there are.
      if (diff.before().has_value() && diff.name().empty()) change.name = CopyMark(diff.copy());
      change.encoded_term = diff.after()->encoded_term;
      change.entry = diff.after()->entry;
    } else {
      ++restoration.deleted;
      change.kind = change.name.empty() ? Change::Kind::kDeleteTerm : Change::Kind::kDeleteName;
      if (change.name.empty()) change.encoded_term = diff.before()->encoded_term;
    }
    restoration.bytes += change.encoded_term.size() + change.name.size() + change.entry.size();
    // What does not fit is only counted, for the message.
    if (restoration.fits()) restoration.batch.changes.push_back(std::move(change));
  }
}

absl::StatusOr<Restoration> PlanRestoration(const ReadView& now, Generations& generations,
                                            const v1::RestoreSpaceRequest& request,
                                            const grpc::CallbackServerContext& context) {
  PATHKB_RETURN_IF_ERROR(CheckSpaceName(request.space()));
  const std::string& from = request.from_space().empty() ? request.space() : request.from_space();
  PATHKB_RETURN_IF_ERROR(CheckSpaceName(from));
  if (request.at_revision() == 0) {
    return absl::InvalidArgumentError("at_revision must be given: the revision of a snapshot");
  }
  PATHKB_ASSIGN_OR_RETURN(const ReadView then, generations.AtRevision(request.at_revision()));
  PATHKB_RETURN_IF_ERROR(then.Confirm(then.CheckSpaceExists(from)));
  Restoration restoration;
  restoration.batch.space = request.space();
  PATHKB_ASSIGN_OR_RETURN(const bool was_multiset, ReadIsMultiset(*then.NewZipper(), from));
  PATHKB_ASSIGN_OR_RETURN(const bool is_multiset,
                          ReadIsMultiset(*now.NewZipper(), request.space()));
  if (was_multiset && !is_multiset) {
    Change& duplicates = restoration.batch.changes.emplace_back();
    duplicates.kind = Change::Kind::kDuplicates;
    duplicates.keeps_duplicates = true;
  }
  ViewDiff diff({&now, request.space()}, {&then, from},
                [&context] { return CheckStillWanted(context); });
  PATHKB_RETURN_IF_ERROR(then.Confirm(now.Confirm(AddChanges(diff, restoration))));
  if (restoration.fits() || request.dry_run()) return restoration;
  return absl::ResourceExhaustedError(fmt::format(
      "{} facts to insert, {} to update and {} to delete, {} bytes: at most {} and {} bytes can be "
      "restored as one batch; `pathkb file restore` makes a new data directory of any size",
      restoration.inserted, restoration.updated, restoration.deleted, restoration.bytes,
      kBatchFactsMax, kBatchBytesMax));
}

}  // namespace

grpc::ServerUnaryReactor* SpaceService::List(grpc::CallbackServerContext* context,
                                             const v1::ListSpacesRequest* request,
                                             v1::ListSpacesResponse* response) {
  return RunUnary(context, threads_, [this, context, request, response] {
    const ReadView view = knowledge_base_.View();
    return view.Confirm(ListSpaces(view, *request, *context, *response));
  });
}

grpc::ServerUnaryReactor* SpaceService::Drop(grpc::CallbackServerContext* context,
                                             const v1::DropSpaceRequest* request,
                                             v1::DropSpaceResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads_.Run([this, context, reactor, request, response] {
    absl::Status status = CheckSpaceName(request->space());
    if (status.ok()) {
      const ReadView view = knowledge_base_.View();
      status = view.Confirm(view.CheckSpaceExists(request->space()));
      // Counted here, so that the thread that commits finds the base's number known.
      if (status.ok()) {
        status = view.CountFacts(request->space(), [context] { return CheckStillWanted(*context); })
                     .status();
      }
    }
    if (!status.ok()) {
      reactor->Finish(ToGrpcStatus(status));
      return;
    }
    Batch batch;
    batch.space = request->space();
    batch.changes.emplace_back().kind = Change::Kind::kDropSpace;
    const auto answer = [reactor, response](absl::StatusOr<Commit> commit) {
      if (commit.ok()) {
        response->set_revision(commit->revision);
        response->set_durable_revision(commit->durable_revision);
        response->set_deleted(commit->counts.deleted);
      }
      reactor->Finish(ToGrpcStatus(commit.status()));
    };
    commits_.Submit(std::move(batch), answer, {.lease_id = request->lease_id()});
  });
  return reactor;
}

grpc::ServerUnaryReactor* SpaceService::Fork(grpc::CallbackServerContext* context,
                                             const v1::ForkSpaceRequest* request,
                                             v1::ForkSpaceResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads_.Run([this, context, reactor, request, response] {
    absl::Status status = CheckSpaceName(request->space());
    status.Update(CheckSpaceName(request->into_space()));
    if (status.ok()) {
      const ReadView view = knowledge_base_.View();
      status = view.Confirm(CheckFork(view, *request, *context));
    }
    if (!status.ok()) {
      reactor->Finish(ToGrpcStatus(status));
      return;
    }
    Batch batch;
    batch.space = request->into_space();
    Change& fork = batch.changes.emplace_back();
    fork.kind = Change::Kind::kForkSpace;
    fork.name = request->space();
    const auto done = [reactor, request, response](absl::StatusOr<Commit> commit) {
      absl::Status status = commit.status();
      if (commit.ok()) {
        response->set_facts(commit->counts.forked);
        response->set_revision(commit->revision);
        response->set_durable_revision(commit->durable_revision);
        if (commit->counts.not_found != 0) {
          status = absl::NotFoundError(
              fmt::format("space \"{}\" was dropped meanwhile", request->space()));
        }
      }
      reactor->Finish(ToGrpcStatus(status));
    };
    commits_.Submit(std::move(batch), done, CommitWishOf(*request));
  });
  return reactor;
}

grpc::ServerUnaryReactor* SpaceService::Restore(grpc::CallbackServerContext* context,
                                                const v1::RestoreSpaceRequest* request,
                                                v1::RestoreSpaceResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads_.Run([this, context, reactor, request, response] {
    const ReadView now = knowledge_base_.View();
    absl::StatusOr<Restoration> plan = PlanRestoration(now, generations_, *request, *context);
    if (!plan.ok()) {
      reactor->Finish(ToGrpcStatus(plan.status()));
      return;
    }
    response->set_inserted(plan->inserted);
    response->set_updated(plan->updated);
    response->set_deleted(plan->deleted);
    response->set_unchanged(plan->unchanged);
    response->set_revision(now.revision);
    if (request->dry_run()) {
      reactor->Finish(grpc::Status::OK);
      return;
    }
    const auto answer = [reactor, response](absl::StatusOr<Commit> commit) {
      if (commit.ok()) {
        response->set_revision(commit->revision);
        response->set_durable_revision(commit->durable_revision);
      }
      reactor->Finish(ToGrpcStatus(commit.status()));
    };
    commits_.Submit(std::move(plan->batch), answer, {.lease_id = request->lease_id()});
  });
  return reactor;
}

grpc::ServerUnaryReactor* SpaceService::SetIndex(grpc::CallbackServerContext* context,
                                                 const v1::SetIndexRequest* request,
                                                 v1::SetIndexResponse* response) {
  return RunUnary(context, threads_, [this, context, request, response]() -> absl::Status {
    PATHKB_RETURN_IF_ERROR(CheckSpaceName(request->space()));
    PATHKB_ASSIGN_OR_RETURN(const IndexedArguments wanted, WantedArguments(*request));
    PATHKB_ASSIGN_OR_RETURN(
        const IndexBuilder::Result result,
        indexes_.SetIndex(
            request->space(), wanted, [context] { return CheckStillWanted(*context); },
            request->lease_id()));
    response->set_facts(result.facts);
    response->set_revision(result.commit.revision);
    response->set_durable_revision(result.commit.durable_revision);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* SpaceService::SetDuplicates(grpc::CallbackServerContext* context,
                                                      const v1::SetDuplicatesRequest* request,
                                                      v1::SetDuplicatesResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads_.Run([this, reactor, request, response] {
    absl::Status status = CheckSpaceName(request->space());
    const v1::Duplicates wanted = request->duplicates();
    if (status.ok() && wanted != v1::DUPLICATES_COLLAPSE && wanted != v1::DUPLICATES_KEEP) {
      status = absl::InvalidArgumentError("duplicates: must be given, to be kept or collapsed");
    }
    if (!status.ok()) {
      reactor->Finish(ToGrpcStatus(status));
      return;
    }
    Batch batch;
    batch.space = request->space();
    Change& change = batch.changes.emplace_back();
    change.kind = Change::Kind::kDuplicates;
    change.keeps_duplicates = wanted == v1::DUPLICATES_KEEP;
    const auto answer = [reactor, response](absl::StatusOr<Commit> commit) {
      if (commit.ok()) {
        response->set_revision(commit->revision);
        response->set_durable_revision(commit->durable_revision);
      }
      reactor->Finish(ToGrpcStatus(commit.status()));
    };
    commits_.Submit(std::move(batch), answer, {.lease_id = request->lease_id()});
  });
  return reactor;
}

}  // namespace pathkb
