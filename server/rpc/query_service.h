// Handlers of query_service.proto: a matcher over a view, whose answers go out as the stream takes
// them.

#ifndef PATHKB_SERVER_RPC_QUERY_SERVICE_H_
#define PATHKB_SERVER_RPC_QUERY_SERVICE_H_

#include "pathkb/v1/query_service.grpc.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/generations.h"

namespace pathkb {

// Thread-safe. Borrows its arguments, which must outlive the gRPC server.
class QueryService final : public v1::QueryService::CallbackService {
 public:
  QueryService(Generations& generations, ThreadPool& threads)
      : generations_(generations), threads_(threads) {}

  grpc::ServerWriteReactor<v1::QueryResponse>* Query(grpc::CallbackServerContext* context,
                                                     const v1::QueryRequest* request) override;
  grpc::ServerUnaryReactor* Count(grpc::CallbackServerContext* context,
                                  const v1::CountRequest* request,
                                  v1::CountResponse* response) override;

 private:
  Generations& generations_;
  ThreadPool& threads_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_QUERY_SERVICE_H_
