// A server for tests of the client: the real interface over a real port, with a std::map behind it.
//
// It is no knowledge base: a term is its text, a query matches every fact, and the word `bad` in a
// fact is what makes it unacceptable. That is enough to see what the client sends and how it takes
// answers.

#ifndef PATHKB_CLIENT_CPP_TESTING_FAKE_SERVER_H_
#define PATHKB_CLIENT_CPP_TESTING_FAKE_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"

#include "pathkb/v1/admin_service.grpc.pb.h"
#include "pathkb/v1/fact_service.grpc.pb.h"
#include "pathkb/v1/query_service.grpc.pb.h"
#include "pathkb/v1/snapshot_service.grpc.pb.h"

namespace pathkb::client {

// Listens on a free port of 127.0.0.1 from construction to destruction. Thread-safe.
class FakeServer final : public v1::FactService::Service,
                         public v1::QueryService::Service,
                         public v1::AdminService::Service {
 public:
  // Sees every call's method name before it is carried out; an error is the call's answer.
  using Hook = std::function<grpc::Status(const std::string& method, grpc::ServerContext& context)>;

  FakeServer();
  ~FakeServer() override;

  // "127.0.0.1:PORT".
  const std::string& address() const { return address_; }
  void SetHook(Hook hook);
  // Stops answering; every open call fails.
  void Shutdown();

  // Facts of a space by name, or by term if they have none.
  std::map<std::string, v1::Fact> Facts(const std::string& space);
  // Facts of each Insert that arrived, in order of arrival.
  std::vector<int> InsertSizes();
  // At most so many facts a page.
  void set_page_facts_max(size_t facts) { page_facts_max_ = facts; }

  grpc::Status Insert(grpc::ServerContext* context, const v1::InsertRequest* request,
                      v1::InsertResponse* response) override;
  grpc::Status Get(grpc::ServerContext* context, const v1::GetRequest* request,
                   v1::GetResponse* response) override;
  grpc::Status List(grpc::ServerContext* context, const v1::ListRequest* request,
                    v1::ListResponse* response) override;
  grpc::Status Delete(grpc::ServerContext* context, const v1::DeleteRequest* request,
                      v1::DeleteResponse* response) override;
  grpc::Status Query(grpc::ServerContext* context, const v1::QueryRequest* request,
                     grpc::ServerWriter<v1::QueryResponse>* writer) override;
  grpc::Status Count(grpc::ServerContext* context, const v1::CountRequest* request,
                     v1::CountResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;

 private:
  // Its methods are called Create and List, and a class can have only one List of that kind.
  class Snapshots final : public v1::SnapshotService::Service {
   public:
    explicit Snapshots(FakeServer& server) : server_(server) {}
    grpc::Status Create(grpc::ServerContext* context, const v1::CreateSnapshotRequest* request,
                        v1::CreateSnapshotResponse* response) override;
    grpc::Status Compact(grpc::ServerContext* context, const v1::CompactRequest* request,
                         v1::CompactResponse* response) override;
    grpc::Status SetPinned(grpc::ServerContext* context, const v1::SetPinnedRequest* request,
                           v1::SetPinnedResponse* response) override;
    grpc::Status List(grpc::ServerContext* context, const v1::ListSnapshotsRequest* request,
                      v1::ListSnapshotsResponse* response) override;

   private:
    FakeServer& server_;
  };

  grpc::Status RunHook(const std::string& method, grpc::ServerContext* context);
  v1::Snapshot MakeSnapshot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::string address_;
  size_t page_facts_max_ = 1000;
  Snapshots snapshots_service_{*this};
  std::unique_ptr<grpc::Server> server_;
  absl::Mutex mutex_;
  Hook hook_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::map<std::string, v1::Fact>> spaces_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> insert_sizes_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Snapshot> snapshots_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Delta> deltas_ ABSL_GUARDED_BY(mutex_);  // Behind the last of them.
  uint64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_TESTING_FAKE_SERVER_H_
