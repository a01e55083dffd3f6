// gRPC's own log lines, in ours.

#ifndef PATHKB_SERVER_RPC_GRPC_LOG_H_
#define PATHKB_SERVER_RPC_GRPC_LOG_H_

namespace pathkb {

// From now on gRPC's log lines go into our log, as debugging details: what matters of them comes
// back as an error of the call that failed. For the start of the process, before other threads.
void TakeGrpcLog();

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_GRPC_LOG_H_
