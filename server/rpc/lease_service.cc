#include "server/rpc/lease_service.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "core/base/status_macros.h"
#include "server/config/limits.h"
#include "server/rpc/call.h"
#include "server/rpc/proto_conversion.h"
#include "server/rpc/status_conversion.h"

namespace pathkb {
namespace {

// What a request says of a lease's time; the table says whether it will do.
absl::Duration TtlOf(uint64_t ttl_ms) {
  if (ttl_ms == 0) return kLeaseTtlDefault;
  return absl::Milliseconds(
      std::min<uint64_t>(ttl_ms, static_cast<uint64_t>(std::numeric_limits<int64_t>::max())));
}

uint64_t ToMs(absl::Duration ttl) { return static_cast<uint64_t>(absl::ToInt64Milliseconds(ttl)); }

absl::StatusOr<std::string> TakeLease(LeaseTable& leases, const v1::AcquireLeaseRequest& request) {
  LeasePart part;
  PATHKB_ASSIGN_OR_RETURN(part.space, SpaceOf(request.space()));
  if (request.has_name_prefix()) part.name_prefix = request.name_prefix();
  return leases.Take(part, request.holder(), TtlOf(request.ttl_ms()));
}

}  // namespace

grpc::ServerUnaryReactor* LeaseService::Acquire(grpc::CallbackServerContext* context,
                                                const v1::AcquireLeaseRequest* request,
                                                v1::AcquireLeaseResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  threads_.Run([this, reactor, request, response] {
    const absl::StatusOr<std::string> id = TakeLease(leases_, *request);
    if (!id.ok()) {
      reactor->Finish(ToGrpcStatus(id.status()));
      return;
    }
    const auto answer = [this, reactor, request, response,
                         id = *id](const absl::StatusOr<Commit>& commit) {
      absl::Status status = commit.status();
      const absl::Duration ttl = TtlOf(request->ttl_ms());
      if (status.ok()) status = leases_.Renew(id, ttl);
      if (status.ok()) {
        response->set_lease_id(id);
        response->set_ttl_ms(ToMs(ttl));
        response->set_revision(commit->revision);
      } else {
        leases_.Release(id).IgnoreError();
      }
      reactor->Finish(ToGrpcStatus(status));
    };
    commits_.AfterThoseWaiting(answer);
  });
  return reactor;
}

grpc::ServerUnaryReactor* LeaseService::Renew(grpc::CallbackServerContext* context,
                                              const v1::RenewLeaseRequest* request,
                                              v1::RenewLeaseResponse* response) {
  return RunUnary(context, threads_, [this, request, response]() -> absl::Status {
    const absl::Duration ttl = TtlOf(request->ttl_ms());
    PATHKB_RETURN_IF_ERROR(leases_.Renew(request->lease_id(), ttl));
    response->set_ttl_ms(ToMs(ttl));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LeaseService::Release(grpc::CallbackServerContext* context,
                                                const v1::ReleaseLeaseRequest* request,
                                                v1::ReleaseLeaseResponse*) {
  return RunUnary(context, threads_,
                  [this, request] { return leases_.Release(request->lease_id()); });
}

grpc::ServerUnaryReactor* LeaseService::List(grpc::CallbackServerContext* context,
                                             const v1::ListLeasesRequest*,
                                             v1::ListLeasesResponse* response) {
  return RunUnary(context, threads_, [this, response] {
    for (LeaseTable::Shown& shown : leases_.List()) {
      v1::Lease& lease = *response->add_leases();
      lease.set_space(std::move(shown.part.space));
      if (shown.part.name_prefix.has_value()) {
        lease.set_name_prefix(*std::move(shown.part.name_prefix));
      }
      lease.set_holder(std::move(shown.holder));
      lease.set_ttl_ms(ToMs(shown.left));
    }
    return absl::OkStatus();
  });
}

}  // namespace pathkb
