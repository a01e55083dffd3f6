// Snapshots and the server itself: the calls of SnapshotService and AdminService.

#include <string>

#include "client/cpp/client_calls.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::client {

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

absl::StatusOr<v1::GetStatusResponse> PathkbClient::GetStatus() {
  return Call<v1::GetStatusResponse>(*admin_, &v1::AdminService::Stub::GetStatus,
                                     v1::GetStatusRequest(), options_.timeout);
}

}  // namespace pathkb::client
