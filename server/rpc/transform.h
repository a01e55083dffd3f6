// The Transform call: answers to a query, shaped by a template, as facts of a space.

#ifndef PATHKB_SERVER_RPC_TRANSFORM_H_
#define PATHKB_SERVER_RPC_TRANSFORM_H_

#include "grpcpp/support/server_callback.h"

#include "pathkb/v1/query_service.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/rpc/query_call.h"

namespace pathkb {

// Answers the query on the request threads, then commits its facts as one batch. Borrows its
// arguments, of which gRPC keeps the last three until the call is done.
grpc::ServerUnaryReactor* RunTransform(const QueryEnvironment& environment, CommitQueue& commits,
                                       ThreadPool& threads, grpc::CallbackServerContext& context,
                                       const v1::TransformRequest& request,
                                       v1::TransformResponse& response);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_TRANSFORM_H_
