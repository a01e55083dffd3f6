#include "server/rpc/snapshot_diff.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "server/config/limits.h"
#include "server/knowledge_base/view_diff.h"
#include "server/rpc/call.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {
namespace {

absl::Status FillSide(const std::optional<ViewDiff::Fact>& fact, std::string_view name,
                      v1::Fact* (v1::FactDifference::*side)(), v1::FactDifference& message) {
  if (!fact.has_value()) return absl::OkStatus();
  PATHKB_ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(fact->entry));
  return FillFact(fact->encoded_term, name, entry, *(message.*side)());
}

absl::Status FillDifference(const ViewDiff& diff, v1::FactDifference& message) {
  message.set_space(std::string(diff.space()));
  PATHKB_RETURN_IF_ERROR(
      FillSide(diff.before(), diff.name(), &v1::FactDifference::mutable_before, message));
  return FillSide(diff.after(), diff.name(), &v1::FactDifference::mutable_after, message);
}

// One call. At any moment it is either being worked on by a request thread, or a write is under
// way; both end by finishing or by handing over to the other, so a cancelled call always ends.
class DiffReactor final : public grpc::ServerWriteReactor<v1::DiffResponse> {
 public:
  DiffReactor(Generations& generations, ThreadPool& threads,
              const grpc::CallbackServerContext& context, const v1::DiffRequest& request)
      : threads_(threads), context_(context), limit_(request.limit()) {
    threads_.Run([this, &generations, &request] {
      if (absl::Status status = Start(generations, request); !status.ok()) {
        Finish(ToGrpcStatus(status));
        return;
      }
      Produce();
    });
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      threads_.Run([this] { Produce(); });
    } else {
      Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"));
    }
  }

  // The walk's interrupt sees the cancellation, and so does the next write.
  void OnCancel() override {}

  void OnDone() override { delete this; }

 private:
  absl::Status Start(Generations& generations, const v1::DiffRequest& request) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!request.space().empty()) PATHKB_RETURN_IF_ERROR(CheckSpaceName(request.space()));
    PATHKB_ASSIGN_OR_RETURN(from_, generations.Named(request.from()));
    PATHKB_ASSIGN_OR_RETURN(to_, generations.Named(request.to()));
    diff_.emplace(DiffScope{&from_, request.space()}, DiffScope{&to_, request.space()},
                  [this] { return CheckStillWanted(context_); });
    return absl::OkStatus();
  }

  // Collects one message and sends it.
  void Produce() {
    bool more = false;
    const absl::Status status = Collect(more);
    // What was found before an error is good, and goes out with it; see the end of Collect().
    if (more) {
      StartWrite(&response_);
    } else if (!status.ok() && response_.differences_size() == 0) {
      Finish(ToGrpcStatus(status));
    } else {
      StartWriteAndFinish(&response_, grpc::WriteOptions(), ToGrpcStatus(status));
    }
  }

  // Fills the response; `more` says whether another one follows.
  absl::Status Collect(bool& more) {
    std::lock_guard<std::mutex> lock(mutex_);
    response_.clear_differences();
    response_.set_from_revision(from_.revision);
    response_.set_to_revision(to_.revision);
    absl::Status status = CheckStillWanted(context_);
    size_t bytes = 0;
    more = status.ok();
    while (more && response_.differences_size() < kQueryMessageMatches &&
           bytes < kQueryMessageBytes) {
      if (limit_ != 0 && sent_ == limit_) {
        more = false;
        break;
      }
      const absl::StatusOr<bool> found = diff_->Next();
      status = found.status();
      more = found.ok() && *found;
      if (!more) break;
      ++sent_;
      v1::FactDifference& difference = *response_.add_differences();
      status = FillDifference(*diff_, difference);
      if (status.ok()) {
        bytes += difference.ByteSizeLong();
      } else {
        response_.mutable_differences()->RemoveLast();
        more = false;
      }
    }
    if (absl::Status confirmed = to_.Confirm(from_.Confirm(absl::OkStatus())); !confirmed.ok()) {
      response_.clear_differences();
      more = false;
      return confirmed;
    }
    return status;
  }

  ThreadPool& threads_;
  const grpc::CallbackServerContext& context_;
  const uint64_t limit_;  // 0: none.

  // One thread at a time works on a call, and gRPC orders them; the lock lets a race checker, which
  // does not see into gRPC, know it too.
  std::mutex mutex_;
  uint64_t sent_ = 0;
  ReadView from_;
  ReadView to_;
  std::optional<ViewDiff> diff_;  // Borrows the two above.
  v1::DiffResponse response_;
};

}  // namespace

grpc::ServerWriteReactor<v1::DiffResponse>* NewSnapshotDiff(
    Generations& generations, ThreadPool& threads, const grpc::CallbackServerContext& context,
    const v1::DiffRequest& request) {
  return new DiffReactor(generations, threads, context, request);
}

}  // namespace pathkb
