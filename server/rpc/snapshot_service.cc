#include "server/rpc/snapshot_service.h"

#include <optional>

#include "server/rpc/proto_conversion.h"
#include "server/rpc/snapshot_diff.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {
namespace {

v1::Delta ToProto(const DeltaRecord& record) {
  v1::Delta message;
  message.set_from_revision(record.from_revision);
  message.set_to_revision(record.to_revision);
  message.set_created_unix_ms(record.created_unix_ms);
  message.set_bytes(record.bytes);
  message.set_facts(record.facts);
  return message;
}

}  // namespace

grpc::ServerUnaryReactor* SnapshotService::Create(grpc::CallbackServerContext* context,
                                                  const v1::CreateSnapshotRequest* request,
                                                  v1::CreateSnapshotResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto done = [this, reactor, response](const absl::StatusOr<SnapshotWorker::Result>& made) {
    if (made.ok()) {
      if (!made->snapshot.id.empty()) {
        *response->mutable_snapshot() =
            pathkb::ToProto(made->snapshot, snapshots_.manifest().format_version, /*base=*/true);
      }
      if (made->delta.has_value()) *response->mutable_delta() = ToProto(*made->delta);
      response->set_created(made->created);
    }
    reactor->Finish(ToGrpcStatus(made.status()));
  };
  if (request->kind() == v1::SNAPSHOT_KIND_DELTA) {
    snapshots_.RequestDelta(done);
    return reactor;
  }
  std::optional<bool> deduplicate;
  if (request->has_deduplicate()) deduplicate = request->deduplicate();
  snapshots_.Request(deduplicate, done);
  return reactor;
}

grpc::ServerUnaryReactor* SnapshotService::Compact(grpc::CallbackServerContext* context,
                                                   const v1::CompactRequest*,
                                                   v1::CompactResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  snapshots_.Request(
      std::nullopt, [this, reactor, response](const absl::StatusOr<SnapshotWorker::Result>& made) {
        if (made.ok()) {
          *response->mutable_snapshot() =
              pathkb::ToProto(made->snapshot, snapshots_.manifest().format_version, /*base=*/true);
          response->set_created(made->created);
        }
        reactor->Finish(ToGrpcStatus(made.status()));
      });
  return reactor;
}

grpc::ServerUnaryReactor* SnapshotService::SetPinned(grpc::CallbackServerContext* context,
                                                     const v1::SetPinnedRequest* request,
                                                     v1::SetPinnedResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  snapshots_.RequestPin(request->id(), request->pinned(),
                        [this, reactor, response](const absl::StatusOr<SnapshotRecord>& record) {
                          if (record.ok()) {
                            const Manifest manifest = snapshots_.manifest();
                            const bool is_base =
                                manifest.base.has_value() && manifest.base->id == record->id;
                            *response->mutable_snapshot() =
                                pathkb::ToProto(*record, manifest.format_version, is_base);
                          }
                          reactor->Finish(ToGrpcStatus(record.status()));
                        });
  return reactor;
}

grpc::ServerUnaryReactor* SnapshotService::List(grpc::CallbackServerContext* context,
                                                const v1::ListSnapshotsRequest*,
                                                v1::ListSnapshotsResponse* response) {
  const Manifest manifest = snapshots_.manifest();
  if (manifest.base.has_value()) {
    *response->add_snapshots() =
        pathkb::ToProto(*manifest.base, manifest.format_version, /*base=*/true);
  }
  for (const SnapshotRecord& older : manifest.older) {
    *response->add_snapshots() = pathkb::ToProto(older, manifest.format_version, /*base=*/false);
  }
  for (const DeltaRecord& delta : manifest.deltas) {
    if (delta.from_revision >= manifest.BaseRevision()) *response->add_deltas() = ToProto(delta);
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
