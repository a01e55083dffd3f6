// The handler of SnapshotService.Diff: two views side by side, whose differences go out as the
// stream takes them.

#ifndef PATHKB_SERVER_RPC_SNAPSHOT_DIFF_H_
#define PATHKB_SERVER_RPC_SNAPSHOT_DIFF_H_

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "pathkb/v1/snapshot_service.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/generations.h"

namespace pathkb {

// Answers one call on `threads`; gRPC ends the reactor's life. Borrows everything until then. Any
// thread.
grpc::ServerWriteReactor<v1::DiffResponse>* NewSnapshotDiff(
    Generations& generations, ThreadPool& threads, const grpc::CallbackServerContext& context,
    const v1::DiffRequest& request);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_SNAPSHOT_DIFF_H_
