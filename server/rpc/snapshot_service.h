// Handlers of snapshot_service.proto.

#ifndef PATHKB_SERVER_RPC_SNAPSHOT_SERVICE_H_
#define PATHKB_SERVER_RPC_SNAPSHOT_SERVICE_H_

#include "pathkb/v1/snapshot_service.grpc.pb.h"
#include "server/background/snapshot_worker.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/generations.h"

namespace pathkb {

// Thread-safe. Borrows its arguments, which must outlive the gRPC server.
class SnapshotService final : public v1::SnapshotService::CallbackService {
 public:
  SnapshotService(SnapshotWorker& snapshots, Generations& generations, ThreadPool& threads)
      : snapshots_(snapshots), generations_(generations), threads_(threads) {}

  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext* context,
                                   const v1::CreateSnapshotRequest* request,
                                   v1::CreateSnapshotResponse* response) override;
  grpc::ServerUnaryReactor* Compact(grpc::CallbackServerContext* context,
                                    const v1::CompactRequest* request,
                                    v1::CompactResponse* response) override;
  grpc::ServerUnaryReactor* SetPinned(grpc::CallbackServerContext* context,
                                      const v1::SetPinnedRequest* request,
                                      v1::SetPinnedResponse* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListSnapshotsRequest* request,
                                 v1::ListSnapshotsResponse* response) override;
  grpc::ServerWriteReactor<v1::DiffResponse>* Diff(grpc::CallbackServerContext* context,
                                                   const v1::DiffRequest* request) override;

 private:
  SnapshotWorker& snapshots_;
  Generations& generations_;
  ThreadPool& threads_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_SNAPSHOT_SERVICE_H_
