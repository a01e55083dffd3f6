// Handlers of snapshot_service.proto.

#ifndef PATHKB_SERVER_RPC_SNAPSHOT_SERVICE_H_
#define PATHKB_SERVER_RPC_SNAPSHOT_SERVICE_H_

#include "pathkb/v1/snapshot_service.grpc.pb.h"
#include "server/background/snapshot_worker.h"

namespace pathkb {

// Thread-safe. Borrows the worker, which must outlive the gRPC server.
class SnapshotService final : public v1::SnapshotService::CallbackService {
 public:
  explicit SnapshotService(SnapshotWorker& snapshots) : snapshots_(snapshots) {}

  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   const v1::CreateSnapshotRequest* request,
                                   v1::CreateSnapshotResponse* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListSnapshotsRequest* request,
                                 v1::ListSnapshotsResponse* response) override;

 private:
  SnapshotWorker& snapshots_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_SNAPSHOT_SERVICE_H_
