// Handlers of space_service.proto.

#ifndef PATHKB_SERVER_RPC_SPACE_SERVICE_H_
#define PATHKB_SERVER_RPC_SPACE_SERVICE_H_

#include "pathkb/v1/space_service.grpc.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/generations.h"
#include "server/knowledge_base/index_builder.h"
#include "server/knowledge_base/knowledge_base.h"

namespace pathkb {

// Thread-safe. Borrows its arguments, which must outlive the gRPC server.
class SpaceService final : public v1::SpaceService::CallbackService {
 public:
  SpaceService(const KnowledgeBase& knowledge_base, Generations& generations, CommitQueue& commits,
               IndexBuilder& indexes, ThreadPool& threads)
      : knowledge_base_(knowledge_base),
        generations_(generations),
        commits_(commits),
        indexes_(indexes),
        threads_(threads) {}

  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListSpacesRequest* request,
                                 v1::ListSpacesResponse* response) override;
  grpc::ServerUnaryReactor* Drop(grpc::CallbackServerContext* context,
                                 const v1::DropSpaceRequest* request,
                                 v1::DropSpaceResponse* response) override;
  grpc::ServerUnaryReactor* Fork(grpc::CallbackServerContext* context,
                                 const v1::ForkSpaceRequest* request,
                                 v1::ForkSpaceResponse* response) override;
  grpc::ServerUnaryReactor* Restore(grpc::CallbackServerContext* context,
                                    const v1::RestoreSpaceRequest* request,
                                    v1::RestoreSpaceResponse* response) override;
  grpc::ServerUnaryReactor* SetIndex(grpc::CallbackServerContext* context,
                                     const v1::SetIndexRequest* request,
                                     v1::SetIndexResponse* response) override;
  grpc::ServerUnaryReactor* SetDuplicates(grpc::CallbackServerContext* context,
                                          const v1::SetDuplicatesRequest* request,
                                          v1::SetDuplicatesResponse* response) override;

 private:
  const KnowledgeBase& knowledge_base_;
  Generations& generations_;
  CommitQueue& commits_;
  IndexBuilder& indexes_;
  ThreadPool& threads_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_SPACE_SERVICE_H_
