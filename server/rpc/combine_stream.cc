#include "server/rpc/combine_stream.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/batch.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/query/combine.h"
#include "core/trie/difference.h"
#include "server/config/limits.h"
#include "server/knowledge_base/view_source.h"
#include "server/rpc/combine_walk.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/stream_reactor.h"
#include "server/rpc/write_request.h"

namespace pathkb {
namespace {

absl::StatusOr<CombineOperation> ToOperation(v1::CombineOperation operation) {
  switch (operation) {
    case v1::COMBINE_OPERATION_UNION:
      return CombineOperation::kUnion;
    case v1::COMBINE_OPERATION_INTERSECTION:
      return CombineOperation::kIntersection;
    case v1::COMBINE_OPERATION_DIFFERENCE:
      return CombineOperation::kDifference;
    case v1::COMBINE_OPERATION_RESTRICTION:
      return CombineOperation::kRestriction;
    default:
      return absl::InvalidArgumentError(
          "operation: must be union, intersection, difference or restriction");
  }
}

absl::StatusOr<ConflictPolicy> ToPolicy(v1::OnConflict policy) {
  switch (policy) {
    case v1::ON_CONFLICT_UNSPECIFIED:
    case v1::ON_CONFLICT_ERROR:
      return ConflictPolicy::kError;
    case v1::ON_CONFLICT_LEFT:
      return ConflictPolicy::kLeft;
    case v1::ON_CONFLICT_RIGHT:
      return ConflictPolicy::kRight;
    case v1::ON_CONFLICT_NEWEST:
      return ConflictPolicy::kNewest;
    case v1::ON_CONFLICT_MAX_CONFIDENCE:
      return ConflictPolicy::kMaxConfidence;
    default:
      return absl::InvalidArgumentError("on_conflict: no such policy");
  }
}

class CombineReactor final : public StreamReactor<v1::CombineResponse> {
 public:
  // Makes one and begins its call.
  static grpc::ServerWriteReactor<v1::CombineResponse>* New(
      Generations& generations, CommitQueue& commits, ThreadPool& threads,
      const grpc::CallbackServerContext& context, const v1::CombineRequest& request) {
    return Begin(new CombineReactor(generations, commits, threads, context, request));
  }

 private:
  CombineReactor(Generations& generations, CommitQueue& commits, ThreadPool& threads,
                 const grpc::CallbackServerContext& context, const v1::CombineRequest& request)
      : StreamReactor(threads, context),
        generations_(generations),
        commits_(commits),
        threads_(threads),
        request_(request) {}

  absl::Status Start() override {
    PATHKB_ASSIGN_OR_RETURN(plan_.operation, ToOperation(request_.operation()));
    PATHKB_ASSIGN_OR_RETURN(plan_.policy, ToPolicy(request_.on_conflict()));
    if (request_.has_into_space()) {
      PATHKB_ASSIGN_OR_RETURN(into_space_, SpaceOf(request_.into_space()));
    } else if (request_.dry_run()) {
      return absl::InvalidArgumentError("dry_run: goes with into_space");
    }
    if (request_.operands_size() < 1 || request_.operands_size() > kCombineOperandsMax) {
      return absl::InvalidArgumentError(fmt::format("{} operands: must be 1 to {}",
                                                    request_.operands_size(), kCombineOperandsMax));
    }
    // One view for all that are asked as they are now.
    PATHKB_ASSIGN_OR_RETURN(const ReadView now, generations_.AtRevision(0));
    PATHKB_ASSIGN_OR_RETURN(begins_as_fork_, CanBeginAsFork(now));
    for (int i = 0; i < request_.operands_size(); ++i) {
      if (absl::Status status = AddOperand(now, request_.operands(i)); !status.ok()) {
        return absl::Status(status.code(),
                            fmt::format("operand {}: {}", i + 1, ToStd(status.message())));
      }
    }
    for (const CombineOperand& operand : plan_.operands) {
      totals_.set_revision(std::max(totals_.revision(), operand.revision));
    }
    if (into_space_.empty()) BeginWalk(CombinePlan::Output::kMessages);
    return absl::OkStatus();
  }

  // Whether what is inserted can begin as a fork of the first operand: a union holds all of that,
  // and then only what the others add is written.
  absl::StatusOr<bool> CanBeginAsFork(const ReadView& now) const {
    const v1::CombineOperand& first = request_.operands(0);
    if (into_space_.empty() || plan_.operation != CombineOperation::kUnion) return false;
    if (first.has_name_prefix() || first.at_revision() != 0) return false;
    // What is said of the new space already stays, and copies come together in it.
    const std::unique_ptr<Zipper> zipper = now.NewZipper();
    const std::string prefix = SpacePrefix(into_space_);
    if (zipper->Descend(prefix) && zipper->NextValueWithin(prefix.size())) return false;
    PATHKB_RETURN_IF_ERROR(zipper->status());
    PATHKB_ASSIGN_OR_RETURN(const std::string space, SpaceOf(first.space()));
    PATHKB_ASSIGN_OR_RETURN(const bool is_multiset, ReadIsMultiset(*now.NewZipper(), space));
    return !is_multiset;
  }

  absl::Status AddOperand(const ReadView& now, const v1::CombineOperand& message) {
    CombineOperand operand;
    PATHKB_ASSIGN_OR_RETURN(operand.space, SpaceOf(message.space()));
    ReadView view = now;
    if (message.at_revision() != 0) {
      PATHKB_ASSIGN_OR_RETURN(view, generations_.AtRevision(message.at_revision()));
    }
    PATHKB_RETURN_IF_ERROR(view.Confirm(view.CheckSpaceExists(operand.space)));
    if (message.has_name_prefix()) operand.name_prefix = message.name_prefix();
    operand.revision = view.revision;
    sources_.push_back(std::make_unique<ViewSource>(std::move(view)));
    operand.source = sources_.back().get();
    plan_.operands.push_back(std::move(operand));
    return absl::OkStatus();
  }

  // Begins a walk over the result, from its first fact, as `output` has it.
  void BeginWalk(CombinePlan::Output output) {
    plan_.output = output;
    walk_.emplace(plan_, threads_, [this] { return CheckWanted(); });
    totals_.set_facts(0);
    totals_.set_conflicts(0);
  }

  // The next block, which is added to the totals; none at the end. An error if what was read of
  // some operand may not be what it holds.
  absl::StatusOr<std::optional<CombineBlock>> NextBlock() {
    absl::StatusOr<std::optional<CombineBlock>> block = walk_->Next();
    absl::Status status = block.status();
    for (const auto& source : sources_) status = source->view().Confirm(std::move(status));
    PATHKB_RETURN_IF_ERROR(status);
    if (block->has_value()) {
      totals_.set_facts(totals_.facts() + (*block)->facts);
      totals_.set_conflicts(totals_.conflicts() + (*block)->conflicts);
    }
    return block;
  }

  Collected Collect(v1::CombineResponse& response) override {
    if (into_space_.empty()) return CollectMessage(response);
    absl::Status status = request_.dry_run() ? CountAll() : InsertAll();
    *response.mutable_totals() = totals_;
    return {.worth_sending = status.ok() || totals_.batches() != 0, .status = std::move(status)};
  }

  Collected CollectMessage(v1::CombineResponse& response) {
    absl::Status status = CheckWanted();
    if (!status.ok()) return {.status = std::move(status)};
    absl::StatusOr<std::optional<CombineBlock>> block = NextBlock();
    if (!block.ok()) return {.status = block.status()};
    if (!block->has_value()) {
      *response.mutable_totals() = totals_;
      return {.worth_sending = true, .status = absl::OkStatus()};
    }
    response.Swap(&(*block)->message);
    return {.worth_sending = true, .more = true, .status = absl::OkStatus()};
  }

  // Walks to the end and counts.
  absl::Status CountAll() {
    BeginWalk(CombinePlan::Output::kNothing);
    for (;;) {
      PATHKB_ASSIGN_OR_RETURN(const std::optional<CombineBlock> block, NextBlock());
      if (!block.has_value()) return absl::OkStatus();
    }
  }

  // Inserts all facts, in as few batches as they fit into.
  absl::Status InsertAll() {
    // No fact goes in if there is a conflict anywhere.
    if (plan_.policy == ConflictPolicy::kError) PATHKB_RETURN_IF_ERROR(CountAll());
    absl::Status status = InsertResult();
    if (begins_as_fork_ && absl::IsAborted(status)) {
      // The first operand, or the new space, is not what it was any more.
      begins_as_fork_ = false;
      status = InsertResult();
    }
    return status;
  }

  // The same, without a look for conflicts. Aborted if the fork that it is to begin as is none of
  // the operand as it was read; nothing is inserted then.
  absl::Status InsertResult() {
    BeginWalk(begins_as_fork_ ? CombinePlan::Output::kOthersChanges
                              : CombinePlan::Output::kChanges);
    bool at_end = false;
    while (!at_end) {
      Batch batch;
      batch.space = into_space_;
      const bool forks = begins_as_fork_ && totals_.batches() == 0;
      if (forks) {
        Change& fork = batch.changes.emplace_back();
        fork.kind = Change::Kind::kForkSpace;
        fork.name = plan_.operands[0].space;
      }
      PATHKB_RETURN_IF_ERROR(CollectBatch(batch, at_end));
      if (!batch.changes.empty()) PATHKB_RETURN_IF_ERROR(Commit(std::move(batch), forks));
    }
    return absl::OkStatus();
  }

  // Takes as many blocks as a batch has room for.
  absl::Status CollectBatch(Batch& batch, bool& at_end) {
    size_t bytes = 0;
    while (batch.changes.size() + kQueryMessageMatches <= kBatchFactsMax &&
           bytes < kBatchBytesMax / 2) {
      PATHKB_ASSIGN_OR_RETURN(std::optional<CombineBlock> block, NextBlock());
      at_end = !block.has_value();
      if (at_end) return absl::OkStatus();
      bytes += block->bytes;
      std::move(block->changes.begin(), block->changes.end(), std::back_inserter(batch.changes));
    }
    return absl::OkStatus();
  }

  // What a fork of the first operand relies on when its turn has come: nobody has changed that
  // since it was read, nor made the new space. What has been written to a base since counts as a
  // change.
  Premise FirstOperandIsUnchanged() const {
    return [then = sources_[0]->view(), space = plan_.operands[0].space, into = into_space_](
               const ReadView& shown, const WorkingSet& working) -> absl::Status {
      const std::string prefix = SpacePrefix(space);
      PATHKB_ASSIGN_OR_RETURN(const bool is_new, working.IsNewSpace(into, shown.base.get()));
      if (is_new && shown.base == then.base &&
          Difference(working.trie().Subtrie(prefix), then.working.Subtrie(prefix)).empty()) {
        return absl::OkStatus();
      }
      return absl::AbortedError("changed meanwhile");
    };
  }

  // Commits one batch and waits for it. `forks`: it begins as a fork of the first operand.
  absl::Status Commit(Batch batch, bool forks) {
    CommitWish wish = CommitWishOf(request_);
    if (forks) wish.premise = FirstOperandIsUnchanged();
    const auto answered = std::make_shared<std::promise<absl::StatusOr<pathkb::Commit>>>();
    commits_.Submit(
        std::move(batch),
        [answered](absl::StatusOr<pathkb::Commit> commit) {
          answered->set_value(std::move(commit));
        },
        std::move(wish));
    const absl::StatusOr<pathkb::Commit> commit = answered->get_future().get();
    PATHKB_RETURN_IF_ERROR(commit.status());
    totals_.set_batches(totals_.batches() + 1);
    totals_.set_revision(commit->revision);
    totals_.set_durable_revision(commit->durable_revision);
    totals_.set_inserted(totals_.inserted() + commit->counts.inserted + commit->counts.forked);
    // What came by the fork and is put right is new, too.
    if (!begins_as_fork_) totals_.set_updated(totals_.updated() + commit->counts.updated);
    totals_.set_unchanged(totals_.unchanged() + commit->counts.unchanged);
    return absl::OkStatus();
  }

  Generations& generations_;
  CommitQueue& commits_;
  ThreadPool& threads_;
  const v1::CombineRequest& request_;
  std::string into_space_;  // Empty: to the stream.
  bool begins_as_fork_ = false;
  std::vector<std::unique_ptr<ViewSource>> sources_;
  CombinePlan plan_;  // Borrows the sources.
  v1::CombineTotals totals_;
  std::optional<CombineWalk> walk_;  // Borrows the sources and what its threads ask: it ends first.
};

}  // namespace

grpc::ServerWriteReactor<v1::CombineResponse>* StreamCombination(
    Generations& generations, CommitQueue& commits, ThreadPool& threads,
    const grpc::CallbackServerContext& context, const v1::CombineRequest& request) {
  return CombineReactor::New(generations, commits, threads, context, request);
}

}  // namespace pathkb
