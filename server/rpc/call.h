// What all handlers share: running a unary call on the request threads, and noticing that nobody
// waits for it any more.

#ifndef PATHKB_SERVER_RPC_CALL_H_
#define PATHKB_SERVER_RPC_CALL_H_

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "server/background/thread_pool.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {

// OK while somebody waits for the call; else Cancelled or DeadlineExceeded.
inline absl::Status CheckStillWanted(const grpc::CallbackServerContext& context) {
  if (!context.IsCancelled()) return absl::OkStatus();
  if (context.deadline() <= std::chrono::system_clock::now()) {
    return absl::DeadlineExceededError("the call's deadline has passed");
  }
  return absl::CancelledError("the call was cancelled");
}

// Runs `handler`, which fills the response and returns an absl::Status, on the request threads and
// finishes the call with what it returned.
template <typename Handler>
grpc::ServerUnaryReactor* RunUnary(grpc::CallbackServerContext* context, ThreadPool& threads,
                                   Handler handler) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads.Run([reactor, handler = std::move(handler)]() mutable {
    reactor->Finish(ToGrpcStatus(handler()));
  });
  return reactor;
}

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_CALL_H_
