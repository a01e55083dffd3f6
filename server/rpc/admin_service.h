// Handlers of admin_service.proto.

#ifndef PATHKB_SERVER_RPC_ADMIN_SERVICE_H_
#define PATHKB_SERVER_RPC_ADMIN_SERVICE_H_

#include <functional>
#include <utility>

#include "pathkb/v1/admin_service.grpc.pb.h"
#include "server/metrics/server_state.h"

namespace pathkb {

// Thread-safe.
class AdminService final : public v1::AdminService::CallbackService {
 public:
  // `state` says how the server is, at any time, in constant time.
  explicit AdminService(std::function<ServerState()> state) : state_(std::move(state)) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;

 private:
  const std::function<ServerState()> state_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_ADMIN_SERVICE_H_
