// Handlers of fact_service.proto: parse and check here, commit in CommitQueue, read from a view.

#ifndef PATHKB_SERVER_RPC_FACT_SERVICE_H_
#define PATHKB_SERVER_RPC_FACT_SERVICE_H_

#include "pathkb/v1/fact_service.grpc.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/generations.h"
#include "server/knowledge_base/held_views.h"
#include "server/knowledge_base/knowledge_base.h"

namespace pathkb {

// Thread-safe. Borrows its arguments, which must outlive the gRPC server.
class FactService final : public v1::FactService::CallbackService {
 public:
  FactService(const KnowledgeBase& knowledge_base, Generations& generations, HeldViews& held_views,
              CommitQueue& commits, ThreadPool& threads)
      : knowledge_base_(knowledge_base),
        generations_(generations),
        held_views_(held_views),
        commits_(commits),
        threads_(threads) {}

  grpc::ServerUnaryReactor* Insert(grpc::CallbackServerContext* context,
                                   const v1::InsertRequest* request,
                                   v1::InsertResponse* response) override;
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const v1::GetRequest* request,
                                v1::GetResponse* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListRequest* request,
                                 v1::ListResponse* response) override;
  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext* context,
                                   const v1::DeleteRequest* request,
                                   v1::DeleteResponse* response) override;
  grpc::ServerUnaryReactor* Browse(grpc::CallbackServerContext* context,
                                   const v1::BrowseRequest* request,
                                   v1::BrowseResponse* response) override;

 private:
  const KnowledgeBase& knowledge_base_;
  Generations& generations_;
  HeldViews& held_views_;
  CommitQueue& commits_;
  ThreadPool& threads_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_FACT_SERVICE_H_
