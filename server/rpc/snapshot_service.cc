#include "server/rpc/snapshot_service.h"

#include <optional>

#include "server/rpc/proto_conversion.h"
#include "server/rpc/snapshot_diff.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {

grpc::ServerUnaryReactor* SnapshotService::Create(grpc::CallbackServerContext* context,
                                                  const v1::CreateSnapshotRequest* request,
                                                  v1::CreateSnapshotResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  std::optional<bool> deduplicate;
  if (request->has_deduplicate()) deduplicate = request->deduplicate();
  snapshots_.Request(
      deduplicate, [this, reactor, response](const absl::StatusOr<SnapshotWorker::Result>& made) {
        if (made.ok()) {
          *response->mutable_snapshot() =
              ToProto(made->snapshot, snapshots_.manifest().format_version, /*base=*/true);
          response->set_created(made->created);
        }
        reactor->Finish(ToGrpcStatus(made.status()));
      });
  return reactor;
}

grpc::ServerUnaryReactor* SnapshotService::List(grpc::CallbackServerContext* context,
                                                const v1::ListSnapshotsRequest*,
                                                v1::ListSnapshotsResponse* response) {
  const Manifest manifest = snapshots_.manifest();
  if (manifest.base.has_value()) {
    *response->add_snapshots() = ToProto(*manifest.base, manifest.format_version, /*base=*/true);
  }
  for (const SnapshotRecord& older : manifest.older) {
    *response->add_snapshots() = ToProto(older, manifest.format_version, /*base=*/false);
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<v1::DiffResponse>* SnapshotService::Diff(
    grpc::CallbackServerContext* context, const v1::DiffRequest* request) {
  return NewSnapshotDiff(generations_, threads_, *context, *request);
}

}  // namespace pathkb
