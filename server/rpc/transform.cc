#include "server/rpc/transform.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/batch.h"
#include "core/facts/entry.h"
#include "server/config/limits.h"
#include "server/rpc/call.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/status_conversion.h"
#include "server/rpc/write_request.h"

namespace pathkb {
namespace {

// The facts that the answers give, each once, as changes of one batch.
class Collector {
 public:
  // `entry` is what each fact gets.
  explicit Collector(Entry entry) : entry_(std::move(entry)), plain_entry_(EncodeEntry(entry_)) {}

  // Takes one answer. ResourceExhausted, with the numbers, once a batch cannot hold the facts.
  absl::Status Add(std::string encoded_term, std::vector<std::string> variable_names) {
    ++answers_;
    if (!seen_.insert(encoded_term).second) return absl::OkStatus();
    Change change;
    change.entry = plain_entry_;
    if (!variable_names.empty()) {
      Entry entry = entry_;
      entry.variable_names = std::move(variable_names);
      change.entry = EncodeEntry(entry);
    }
    bytes_ += encoded_term.size() + change.entry.size();
    change.encoded_term = std::move(encoded_term);
    changes_.push_back(std::move(change));
    if (absl::Status status = CheckBatchSize(changes_.size(), bytes_); !status.ok()) {
      return absl::ResourceExhaustedError(
          fmt::format("the first {} answers give {} different facts of {} bytes: at most {} facts "
                      "and {} bytes can be inserted at once; nothing was written",
                      answers_, changes_.size(), bytes_, kBatchFactsMax, kBatchBytesMax));
    }
    return absl::OkStatus();
  }

  uint64_t answers() const { return answers_; }
  uint64_t facts() const { return changes_.size(); }
  std::vector<Change> TakeChanges() { return std::move(changes_); }

 private:
  const Entry entry_;
  const std::string plain_entry_;  // Bytes of entry_.
  std::set<std::string> seen_;
  std::vector<Change> changes_;
  uint64_t answers_ = 0;
  size_t bytes_ = 0;
};

// The batch that `request` comes to; fills in what the response says of its making.
absl::StatusOr<Batch> MakeBatch(const QueryEnvironment& environment,
                                const grpc::CallbackServerContext& context,
                                const v1::TransformRequest& request,
                                v1::TransformResponse& response) {
  if (request.template_().empty()) {
    return absl::InvalidArgumentError("template: must be given, such as (grandparent $x $z)");
  }
  Batch batch;
  PATHKB_ASSIGN_OR_RETURN(
      batch.space, SpaceOf(request.into_space().empty() ? request.space() : request.into_space()));
  PATHKB_ASSIGN_OR_RETURN(batch.request_id, RequestIdOf(request));
  PATHKB_ASSIGN_OR_RETURN(Entry entry, ToEntry(request.entry()));
  Ask ask = AskOf(request);
  ask.template_text = request.template_();
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<QueryCall> call,
                          QueryCall::Start(environment, ask, context));
  Collector collector(std::move(entry));
  absl::Status status;
  while (status.ok()) {
    const absl::StatusOr<bool> found = call->Next();
    status = found.status();
    if (!status.ok() || !*found) break;
    std::vector<std::string> variable_names;
    absl::StatusOr<std::string> term =
        call->answer_template()->FillEncoded(call->run(), &variable_names);
    status = term.status();
    if (status.ok()) status = collector.Add(*std::move(term), std::move(variable_names));
  }
  PATHKB_RETURN_IF_ERROR(call->Confirm(std::move(status)));
  response.set_answers(collector.answers());
  response.set_facts(collector.facts());
  response.set_revision(call->view().revision);
  batch.changes = collector.TakeChanges();
  return batch;
}

}  // namespace

grpc::ServerUnaryReactor* RunTransform(const QueryEnvironment& environment, CommitQueue& commits,
                                       ThreadPool& threads, grpc::CallbackServerContext& context,
                                       const v1::TransformRequest& request,
                                       v1::TransformResponse& response) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  threads.Run([&environment, &commits, &context, reactor, &request, &response] {
    absl::StatusOr<Batch> batch = MakeBatch(environment, context, request, response);
    if (!batch.ok() || request.dry_run()) {
      reactor->Finish(ToGrpcStatus(batch.status()));
      return;
    }
    const auto answer = [reactor, &response](absl::StatusOr<Commit> commit) {
      if (commit.ok()) {
        response.set_revision(commit->revision);
        response.set_durable_revision(commit->durable_revision);
        response.set_inserted(commit->counts.inserted);
        response.set_updated(commit->counts.updated);
        response.set_unchanged(commit->counts.unchanged);
      }
      reactor->Finish(ToGrpcStatus(commit.status()));
    };
    commits.Submit(*std::move(batch), answer, CommitWishOf(request));
  });
  return reactor;
}

}  // namespace pathkb
