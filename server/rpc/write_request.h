// What all requests that write have: a request id, when the write is to be on disk, a lease.

#ifndef PATHKB_SERVER_RPC_WRITE_REQUEST_H_
#define PATHKB_SERVER_RPC_WRITE_REQUEST_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/facts/request_table.h"
#include "pathkb/v1/fact_service.pb.h"
#include "server/config/limits.h"
#include "server/config/sync_policy.h"
#include "server/knowledge_base/commit_group.h"

namespace pathkb {

// ResourceExhausted, with the bounds, if one batch cannot hold so many facts, or bytes of them.
inline absl::Status CheckBatchSize(size_t facts, size_t bytes) {
  if (facts <= kBatchFactsMax && bytes <= kBatchBytesMax) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("batch of {} facts and {} bytes: at most {} facts and {} bytes are allowed",
                  facts, bytes, kBatchFactsMax, kBatchBytesMax));
}

// The request id; empty if there is none. InvalidArgument for one that is empty or too long.
template <typename Request>
absl::StatusOr<std::string> RequestIdOf(const Request& request) {
  if (!request.has_request_id()) return std::string();
  if (request.request_id().empty()) {
    return absl::InvalidArgumentError("request_id: must not be empty if it is given");
  }
  PATHKB_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  return request.request_id();
}

// When the write is to be on disk, and by which lease. Borrows the request.
template <typename Request>
CommitWish CommitWishOf(const Request& request) {
  return {.sync = request.sync() == v1::SYNC_ALWAYS ? SyncWish::kAlways : SyncWish::kAsServer,
          .lease_id = request.lease_id()};
}

}  // namespace pathkb

#endif  // PATHKB_SERVER_RPC_WRITE_REQUEST_H_
