// absl::Status to grpc::Status: the codes are the same by number; the message is cut to what fits
// into gRPC's trailers. Advice when to try again (server/knowledge_base/retry_after) becomes a
// google.rpc.RetryInfo in the details, where gRPC clients look for it.

#ifndef PATHKB_SERVER_RPC_STATUS_CONVERSION_H_
#define PATHKB_SERVER_RPC_STATUS_CONVERSION_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace pathkb {

// Trailers hold 8 KiB in all; a longer message would turn into an error of gRPC's own.
inline constexpr int kStatusMessageBytesMax = 2048;

// The same code and message; cut at kStatusMessageBytesMax, at a character's start. The details are
// empty but for a RetryInfo.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_STATUS_CONVERSION_H_
