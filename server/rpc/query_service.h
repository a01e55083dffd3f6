// Handlers of query_service.proto. What each of them does with a query is in query_call, the stream
// of answers in query_stream, the way of answers back into a space in transform, set algebra in
// combine_stream.

#ifndef PATHKB_SERVER_RPC_QUERY_SERVICE_H_
#define PATHKB_SERVER_RPC_QUERY_SERVICE_H_

#include "pathkb/v1/query_service.grpc.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/rpc/query_call.h"

namespace pathkb {

// Thread-safe. Borrows its arguments, which must outlive the gRPC server.
class QueryService final : public v1::QueryService::CallbackService {
 public:
  QueryService(const QueryEnvironment& environment, CommitQueue& commits, ThreadPool& threads)
      : environment_(environment), commits_(commits), threads_(threads) {}

  grpc::ServerWriteReactor<v1::QueryResponse>* Query(grpc::CallbackServerContext* context,
                                                     const v1::QueryRequest* request) override;
  grpc::ServerUnaryReactor* Count(grpc::CallbackServerContext* context,
                                  const v1::CountRequest* request,
                                  v1::CountResponse* response) override;
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context,
                                    const v1::ExplainRequest* request,
                                    v1::ExplainResponse* response) override;
  grpc::ServerUnaryReactor* Transform(grpc::CallbackServerContext* context,
                                      const v1::TransformRequest* request,
                                      v1::TransformResponse* response) override;
  grpc::ServerWriteReactor<v1::CombineResponse>* Combine(
      grpc::CallbackServerContext* context, const v1::CombineRequest* request) override;

 private:
  const QueryEnvironment environment_;
  CommitQueue& commits_;
  ThreadPool& threads_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_QUERY_SERVICE_H_
