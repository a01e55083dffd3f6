#include "server/knowledge_base/index_builder.h"

#include <condition_variable>
#include <future>
#include <memory>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/keys.h"
#include "server/knowledge_base/retry_after.h"

namespace pathkb {
namespace {

// Facts of one commit, and bytes of their keys: other writers wait for one such commit at most.
constexpr uint64_t kStepFacts = 10'000;
constexpr uint64_t kStepBytes = 4 << 20;
// How long to wait for room where the refusal does not say.
constexpr absl::Duration kWaitForRoom = absl::Milliseconds(100);

absl::Status Ask(const IndexBuilder::Interrupt& interrupt) {
  return interrupt == nullptr ? absl::OkStatus() : interrupt();
}

// The facts of one step: those whose keys follow `after`, up to `last`; both as Change has them.
struct Step {
  uint64_t facts = 0;  // 0: there are none left.
  std::string last;
};

absl::StatusOr<Step> NextStep(const ReadView& view, const std::string& space,
                              const std::string& after) {
  const std::string prefix = TermsPrefix(space);
  const std::string before = prefix + after;
  const std::unique_ptr<Zipper> zipper = view.NewZipper();
  Step step;
  uint64_t bytes = 0;
  bool at_value = zipper->SeekValue(before);
  if (at_value && zipper->path() == before) at_value = zipper->NextValue();
  for (; at_value && zipper->path().starts_with(prefix); at_value = zipper->NextValue()) {
    ++step.facts;
    step.last = zipper->path().substr(prefix.size());
    bytes += step.last.size();
    if (step.facts == kStepFacts || bytes >= kStepBytes) break;
  }
  PATHKB_RETURN_IF_ERROR(view.Confirm(zipper->status()));
  return step;
}

}  // namespace

absl::StatusOr<IndexBuilder::Result> IndexBuilder::SetIndex(const std::string& space,
                                                            IndexedArguments wanted,
                                                            const Interrupt& interrupt,
                                                            const std::string& lease_id) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!at_work_.empty()) {
      return absl::FailedPreconditionError(fmt::format(
          "the index of space \"{}\" is being changed; one is changed at a time", at_work_));
    }
    at_work_ = space;
  }
  absl::StatusOr<Result> result = Build(space, wanted, interrupt, lease_id);
  std::lock_guard<std::mutex> lock(mutex_);
  at_work_.clear();
  return result;
}

absl::StatusOr<IndexSetting> IndexBuilder::Setting(const std::string& space) const {
  const ReadView view = knowledge_base_.View();
  absl::StatusOr<IndexSetting> setting = ReadIndexSetting(*view.NewZipper(), space);
  PATHKB_RETURN_IF_ERROR(view.Confirm(setting.status()));
  return setting;
}

absl::StatusOr<IndexBuilder::Result> IndexBuilder::Build(const std::string& space,
                                                         IndexedArguments wanted,
                                                         const Interrupt& interrupt,
                                                         const std::string& lease_id) {
  Result result;
  {
    const ReadView view = knowledge_base_.View();
    PATHKB_RETURN_IF_ERROR(view.Confirm(view.CheckSpaceExists(space)));
    result.commit.revision = view.revision;
    result.commit.durable_revision = commits_.durable_revision();
  }
  PATHKB_ASSIGN_OR_RETURN(const IndexSetting before, Setting(space));
  Change change;
  change.kind = Change::Kind::kIndexArguments;
  change.index.dropped = before.all().Without(wanted);
  change.index.begun = wanted.Without(before.all());
  // Also if it says nothing: this is where leases are looked at.
  PATHKB_RETURN_IF_ERROR(CommitChange(space, change, interrupt, lease_id, result));
  const IndexedArguments missing = wanted.Without(before.whole);
  if (!missing.empty()) {
    PATHKB_RETURN_IF_ERROR(Fill(space, interrupt, result));
    change.index = {};
    change.index.whole = missing;
    PATHKB_RETURN_IF_ERROR(CommitChange(space, change, interrupt, "", result));
  }
  PATHKB_ASSIGN_OR_RETURN(const IndexSetting after, Setting(space));
  if (after == IndexSetting{wanted, IndexedArguments()}) return result;
  return absl::FailedPreconditionError(
      fmt::format("space \"{}\" was dropped while its index was being built", space));
}

absl::Status IndexBuilder::Fill(const std::string& space, const Interrupt& interrupt,
                                Result& result) {
  Change change;
  change.kind = Change::Kind::kIndexFacts;
  for (;;) {
    PATHKB_RETURN_IF_ERROR(Ask(interrupt));
    // A new view for each step, so that none is held for long. What others insert meanwhile is
    // indexed by their own commits, whether this walk meets it or not.
    PATHKB_ASSIGN_OR_RETURN(Step step,
                            NextStep(knowledge_base_.View(), space, change.encoded_term));
    if (step.facts == 0) return absl::OkStatus();
    change.entry = std::move(step.last);
    PATHKB_RETURN_IF_ERROR(CommitChange(space, change, interrupt, "", result));
    result.facts += step.facts;
    change.encoded_term = std::move(change.entry);
  }
}

absl::Status IndexBuilder::CommitChange(const std::string& space, const Change& change,
                                        const Interrupt& interrupt, const std::string& lease_id,
                                        Result& result) {
  for (;;) {
    std::promise<absl::StatusOr<Commit>> promise;
    Batch batch;
    batch.space = space;
    batch.changes.push_back(change);
    commits_.Submit(std::move(batch),
                    [&](absl::StatusOr<Commit> commit) { promise.set_value(std::move(commit)); },
                    {.lease_id = lease_id});
    const absl::StatusOr<Commit> commit = promise.get_future().get();
    if (commit.ok()) {
      result.commit = *commit;
      return absl::OkStatus();
    }
    if (!absl::IsResourceExhausted(commit.status())) return commit.status();
    PATHKB_RETURN_IF_ERROR(Ask(interrupt));
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock<std::mutex> lock(mutex);
    clock_.Wait(lock, never, RetryAfterOf(commit.status()).value_or(kWaitForRoom));
  }
}

}  // namespace pathkb
