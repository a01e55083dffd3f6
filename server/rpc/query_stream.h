// The stream of one Query call.

#ifndef PATHKB_SERVER_RPC_QUERY_STREAM_H_
#define PATHKB_SERVER_RPC_QUERY_STREAM_H_

#include "grpcpp/support/server_callback.h"

#include "pathkb/v1/query_service.pb.h"
#include "server/background/thread_pool.h"
#include "server/rpc/query_call.h"

namespace pathkb {

// Begins to answer `request` on the request threads. The reactor owns itself; it borrows its
// arguments, of which gRPC keeps the context and the request until the call is done.
grpc::ServerWriteReactor<v1::QueryResponse>* StreamAnswers(
    const QueryEnvironment& environment, ThreadPool& threads,
    const grpc::CallbackServerContext& context, const v1::QueryRequest& request);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_QUERY_STREAM_H_
