// The Combine call: set algebra of spaces, to a stream or into a space.

#ifndef PATHKB_SERVER_RPC_COMBINE_STREAM_H_
#define PATHKB_SERVER_RPC_COMBINE_STREAM_H_

#include "grpcpp/support/server_callback.h"

#include "pathkb/v1/query_service.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/generations.h"

namespace pathkb {

// Begins to answer `request` on the request threads. The reactor owns itself; it borrows its
// arguments, of which gRPC keeps the context and the request until the call is done.
grpc::ServerWriteReactor<v1::CombineResponse>* StreamCombination(
    Generations& generations, CommitQueue& commits, ThreadPool& threads,
    const grpc::CallbackServerContext& context, const v1::CombineRequest& request);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_COMBINE_STREAM_H_
