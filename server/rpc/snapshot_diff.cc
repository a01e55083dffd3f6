#include "server/rpc/snapshot_diff.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "core/facts/entry.h"
#include "core/facts/keys.h"
#include "server/config/limits.h"
#include "server/knowledge_base/view_diff.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/stream_reactor.h"

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

class DiffReactor final : public StreamReactor<v1::DiffResponse> {
 public:
  // Makes one and begins its call.
  static grpc::ServerWriteReactor<v1::DiffResponse>* New(Generations& generations,
                                                         ThreadPool& threads,
                                                         const grpc::CallbackServerContext& context,
                                                         const v1::DiffRequest& request) {
    return Begin(new DiffReactor(generations, threads, context, request));
  }

 private:
  DiffReactor(Generations& generations, ThreadPool& threads,
              const grpc::CallbackServerContext& context, const v1::DiffRequest& request)
      : StreamReactor(threads, context), generations_(generations), request_(request) {}

  absl::Status Start() override {
    if (!request_.space().empty()) PATHKB_RETURN_IF_ERROR(CheckSpaceName(request_.space()));
    PATHKB_ASSIGN_OR_RETURN(from_, generations_.Named(request_.from()));
    PATHKB_ASSIGN_OR_RETURN(to_, generations_.Named(request_.to()));
    diff_.emplace(DiffScope{&from_, request_.space()}, DiffScope{&to_, request_.space()},
                  [this] { return CheckWanted(); });
    return absl::OkStatus();
  }

  Collected Collect(v1::DiffResponse& response) override {
    response.set_from_revision(from_.revision);
    response.set_to_revision(to_.revision);
    absl::Status status = CheckWanted();
    size_t bytes = 0;
    bool more = status.ok();
    while (more && response.differences_size() < kQueryMessageMatches &&
           bytes < kQueryMessageBytes) {
      if (request_.limit() != 0 && sent_ == request_.limit()) {
        more = false;
        break;
      }
      const absl::StatusOr<bool> found = diff_->Next();
      status = found.status();
      more = found.ok() && *found;
      if (!more) break;
      ++sent_;
      v1::FactDifference& difference = *response.add_differences();
      status = FillDifference(*diff_, difference);
      if (status.ok()) {
        bytes += difference.ByteSizeLong();
      } else {
        response.mutable_differences()->RemoveLast();
        more = false;
      }
    }
    if (absl::Status confirmed = to_.Confirm(from_.Confirm(absl::OkStatus())); !confirmed.ok()) {
      return {.status = confirmed};
    }
    // Without an error it says the revisions, whatever else.
    return {.worth_sending = status.ok() || response.differences_size() != 0,
            .more = more,
            .status = status};
  }

  Generations& generations_;
  const v1::DiffRequest& request_;
  uint64_t sent_ = 0;
  ReadView from_;
  ReadView to_;
  std::optional<ViewDiff> diff_;  // Borrows the two above.
};

}  // namespace

grpc::ServerWriteReactor<v1::DiffResponse>* NewSnapshotDiff(
    Generations& generations, ThreadPool& threads, const grpc::CallbackServerContext& context,
    const v1::DiffRequest& request) {
  return DiffReactor::New(generations, threads, context, request);
}

}  // namespace pathkb
