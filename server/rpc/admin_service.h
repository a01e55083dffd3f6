// Handlers of admin_service.proto.

#ifndef PATHKB_SERVER_RPC_ADMIN_SERVICE_H_
#define PATHKB_SERVER_RPC_ADMIN_SERVICE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "pathkb/v1/admin_service.grpc.pb.h"
#include "server/background/snapshot_worker.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/knowledge_base.h"

namespace pathkb {

// What is known about the server once it is up; never changes afterwards.
struct ServerFacts {
  std::string version;
  std::string data_dir;
  absl::Time started;
  absl::Duration start_to_ready;
  std::vector<std::string> recovery_notes;
};

// Thread-safe. Borrows its arguments, which must outlive the gRPC server.
class AdminService final : public v1::AdminService::CallbackService {
 public:
  AdminService(const ServerFacts& facts, const KnowledgeBase& knowledge_base,
               const CommitQueue& commits, const SnapshotWorker& snapshots)
      : facts_(facts), knowledge_base_(knowledge_base), commits_(commits), snapshots_(snapshots) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;

 private:
  const ServerFacts& facts_;
  const KnowledgeBase& knowledge_base_;
  const CommitQueue& commits_;
  const SnapshotWorker& snapshots_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_ADMIN_SERVICE_H_
