// Handlers of lease_service.proto.

#ifndef PATHKB_SERVER_RPC_LEASE_SERVICE_H_
#define PATHKB_SERVER_RPC_LEASE_SERVICE_H_

#include "pathkb/v1/lease_service.grpc.pb.h"
#include "server/background/thread_pool.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/lease_table.h"

namespace pathkb {

// Thread-safe. Borrows its arguments, which must outlive the gRPC server; `leases` are those that
// `commits` looks at.
class LeaseService final : public v1::LeaseService::CallbackService {
 public:
  LeaseService(LeaseTable& leases, CommitQueue& commits, ThreadPool& threads)
      : leases_(leases), commits_(commits), threads_(threads) {}

  grpc::ServerUnaryReactor* Acquire(grpc::CallbackServerContext* context,
                                    const v1::AcquireLeaseRequest* request,
                                    v1::AcquireLeaseResponse* response) override;
  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context,
                                  const v1::RenewLeaseRequest* request,
                                  v1::RenewLeaseResponse* response) override;
  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context,
                                    const v1::ReleaseLeaseRequest* request,
                                    v1::ReleaseLeaseResponse* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const v1::ListLeasesRequest* request,
                                 v1::ListLeasesResponse* response) override;

 private:
  LeaseTable& leases_;
  CommitQueue& commits_;
  ThreadPool& threads_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_LEASE_SERVICE_H_
