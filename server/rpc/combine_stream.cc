#include "server/rpc/combine_stream.h"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "core/facts/multiset.h"
#include "core/query/combine.h"
#include "core/trie/difference.h"
#include "server/config/limits.h"
#include "server/knowledge_base/view_source.h"
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
        request_(request) {}

  absl::Status Start() override {
    PATHKB_ASSIGN_OR_RETURN(operation_, ToOperation(request_.operation()));
    PATHKB_ASSIGN_OR_RETURN(policy_, ToPolicy(request_.on_conflict()));
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
    Restart();
    return absl::OkStatus();
  }

  // Whether what is inserted can begin as a fork of the first operand: a union holds all of that,
  // and then only what the others add is written.
  absl::StatusOr<bool> CanBeginAsFork(const ReadView& now) const {
    const v1::CombineOperand& first = request_.operands(0);
    if (into_space_.empty() || operation_ != CombineOperation::kUnion) return false;
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
    operands_.push_back(std::move(operand));
    return absl::OkStatus();
  }

  // Begins the walk, or begins it anew.
  void Restart() {
    combination_.emplace(operation_, policy_, operands_, [this] { return CheckWanted(); });
    totals_.set_facts(0);
    for (const CombineOperand& operand : operands_) {
      totals_.set_revision(std::max(totals_.revision(), operand.revision));
    }
  }

  // `status`, unless what was read of some operand may not be what it holds.
  absl::Status Confirm(absl::Status status) const {
    for (const auto& source : sources_) status = source->view().Confirm(std::move(status));
    return status;
  }

  Collected Collect(v1::CombineResponse& response) override {
    if (!into_space_.empty()) {
      absl::Status status = request_.dry_run() ? CountAll() : InsertAll();
      *response.mutable_totals() = totals_;
      return {.worth_sending = status.ok() || totals_.batches() != 0, .status = std::move(status)};
    }
    absl::Status status = CheckWanted();
    size_t bytes = 0;
    bool at_end = false;
    while (status.ok() && response.facts_size() < kQueryMessageMatches &&
           bytes < kQueryMessageBytes) {
      const absl::StatusOr<bool> found = combination_->Next();
      status = found.status();
      at_end = found.ok() && !*found;
      if (!status.ok() || at_end) break;
      const absl::StatusOr<Entry> entry = DecodeEntry(combination_->entry());
      status = entry.status();
      if (!status.ok()) break;
      v1::Fact& fact = *response.add_facts();
      status = FillFact(combination_->encoded_term(), combination_->name(), *entry, fact);
      if (!status.ok()) response.mutable_facts()->RemoveLast();
      bytes += fact.ByteSizeLong();
      totals_.set_facts(totals_.facts() + 1);
    }
    if (absl::Status confirmed = Confirm(absl::OkStatus()); !confirmed.ok()) {
      return {.status = confirmed};
    }
    if (at_end) {
      totals_.set_conflicts(combination_->conflicts());
      *response.mutable_totals() = totals_;
    }
    return {.worth_sending = at_end || response.facts_size() != 0,
            .more = status.ok() && !at_end,
            .status = status};
  }

  // Walks to the end and counts.
  absl::Status CountAll() {
    for (;;) {
      const absl::StatusOr<bool> found = combination_->Next();
      if (!found.ok()) return Confirm(found.status());
      if (!*found) break;
      totals_.set_facts(totals_.facts() + 1);
    }
    totals_.set_conflicts(combination_->conflicts());
    return Confirm(absl::OkStatus());
  }

  // Inserts all facts, in as few batches as they fit into.
  absl::Status InsertAll() {
    if (policy_ == ConflictPolicy::kError) {
      // No fact goes in if there is a conflict anywhere.
      PATHKB_RETURN_IF_ERROR(CountAll());
      Restart();
    }
    absl::Status status = InsertResult();
    if (begins_as_fork_ && absl::IsAborted(status)) {
      // The first operand, or the new space, is not what it was any more.
      begins_as_fork_ = false;
      Restart();
      status = InsertResult();
    }
    totals_.set_conflicts(combination_->conflicts());
    return status;
  }

  // The same, without a look for conflicts. Aborted if the fork that it is to begin as is none of
  // the operand as it was read; nothing is inserted then.
  absl::Status InsertResult() {
    bool at_end = false;
    while (!at_end) {
      Batch batch;
      batch.space = into_space_;
      const bool forks = begins_as_fork_ && totals_.batches() == 0;
      if (forks) {
        Change& fork = batch.changes.emplace_back();
        fork.kind = Change::Kind::kForkSpace;
        fork.name = operands_[0].space;
      }
      uint64_t facts = 0;
      PATHKB_RETURN_IF_ERROR(Confirm(CollectBatch(batch, facts, at_end)));
      if (!batch.changes.empty()) PATHKB_RETURN_IF_ERROR(Commit(std::move(batch), forks));
      totals_.set_facts(totals_.facts() + facts);
    }
    return absl::OkStatus();
  }

  // Takes as many facts as a batch holds; `facts` also counts those that the fork has.
  absl::Status CollectBatch(Batch& batch, uint64_t& facts, bool& at_end) {
    size_t bytes = 0;
    while (batch.changes.size() < kBatchFactsMax && bytes < kBatchBytesMax / 2) {
      PATHKB_ASSIGN_OR_RETURN(const bool found, combination_->Next());
      at_end = !found;
      if (at_end) return absl::OkStatus();
      ++facts;
      if (begins_as_fork_ && combination_->is_of_first()) continue;
      Change& change = batch.changes.emplace_back();
      change.encoded_term = combination_->encoded_term();
      change.name = combination_->name();
      change.entry = combination_->entry();
      bytes += change.encoded_term.size() + change.name.size() + change.entry.size();
    }
    return absl::OkStatus();
  }

  // What a fork of the first operand relies on when its turn has come: nobody has changed that
  // since it was read, nor made the new space. What has been written to a base since counts as a
  // change.
  Premise FirstOperandIsUnchanged() const {
    return [then = sources_[0]->view(), space = operands_[0].space, into = into_space_](
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
    const auto answered = std::make_shared<std::promise<absl::StatusOr<pathkb::Commit>>>();
    commits_.Submit(
        std::move(batch),
        [answered](absl::StatusOr<pathkb::Commit> commit) {
          answered->set_value(std::move(commit));
        },
        SyncWishOf(request_), request_.lease_id(), forks ? FirstOperandIsUnchanged() : nullptr);
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
  const v1::CombineRequest& request_;
  CombineOperation operation_ = CombineOperation::kUnion;
  ConflictPolicy policy_ = ConflictPolicy::kError;
  std::string into_space_;  // Empty: to the stream.
  bool begins_as_fork_ = false;
  std::vector<std::unique_ptr<ViewSource>> sources_;
  std::vector<CombineOperand> operands_;    // Borrow the sources.
  std::optional<Combination> combination_;  // Borrows the sources.
  v1::CombineTotals totals_;
};

}  // namespace

grpc::ServerWriteReactor<v1::CombineResponse>* StreamCombination(
    Generations& generations, CommitQueue& commits, ThreadPool& threads,
    const grpc::CallbackServerContext& context, const v1::CombineRequest& request) {
  return CombineReactor::New(generations, commits, threads, context, request);
}

}  // namespace pathkb
