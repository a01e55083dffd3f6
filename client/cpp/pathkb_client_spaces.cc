// Spaces as a whole, and leases on parts of them: the calls of SpaceService and LeaseService.

#include <string>
#include <utility>

#include "client/cpp/client_calls.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::client {

absl::StatusOr<uint64_t> PathkbClient::ListSpaces(const OnSpace& on_space) {
  uint64_t spaces = 0;
  absl::Status status = ForEachPage(
      v1::ListSpacesRequest(),
      [&](const v1::ListSpacesRequest& request) {
        return Call<v1::ListSpacesResponse>(*spaces_, &v1::SpaceService::Stub::List, request,
                                            options_.long_timeout);
      },
      [&](const v1::ListSpacesResponse& page) {
        for (const v1::Space& space : page.spaces()) {
          ++spaces;
          if (!on_space(space)) return false;
        }
        return true;
      });
  if (!status.ok()) return status;
  return spaces;
}

absl::StatusOr<v1::DropSpaceResponse> PathkbClient::DropSpace(std::string_view space,
                                                              std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::DropSpaceRequest request;
  request.set_space(std::string(space));
  request.set_lease_id(std::string(lease_id));
  return Call<v1::DropSpaceResponse>(*spaces_, &v1::SpaceService::Stub::Drop, request,
                                     options_.long_timeout);
}

absl::StatusOr<v1::ForkSpaceResponse> PathkbClient::ForkSpace(std::string_view space,
                                                              std::string_view into_space,
                                                              std::string_view lease_id) {
  for (const std::string_view text : {space, into_space}) {
    if (absl::Status status = CheckUtf8(text, "the space"); !status.ok()) return status;
  }
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::ForkSpaceRequest request;
  request.set_space(std::string(space));
  request.set_into_space(std::string(into_space));
  request.set_lease_id(std::string(lease_id));
  return Call<v1::ForkSpaceResponse>(*spaces_, &v1::SpaceService::Stub::Fork, request,
                                     options_.long_timeout);
}

absl::StatusOr<v1::SetIndexResponse> PathkbClient::SetIndex(std::string_view space,
                                                            const std::vector<uint32_t>& arguments,
                                                            std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::SetIndexRequest request;
  request.set_space(std::string(space));
  request.set_lease_id(std::string(lease_id));
  for (const uint32_t argument : arguments) request.add_arguments(argument);
  return Call<v1::SetIndexResponse>(*spaces_, &v1::SpaceService::Stub::SetIndex, request,
                                    options_.long_timeout);
}

absl::StatusOr<v1::SetDuplicatesResponse> PathkbClient::SetDuplicates(std::string_view space,
                                                                      v1::Duplicates duplicates,
                                                                      std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(space, "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::SetDuplicatesRequest request;
  request.set_space(std::string(space));
  request.set_duplicates(duplicates);
  request.set_lease_id(std::string(lease_id));
  return Call<v1::SetDuplicatesResponse>(*spaces_, &v1::SpaceService::Stub::SetDuplicates, request,
                                         options_.long_timeout);
}

absl::StatusOr<v1::RestoreSpaceResponse> PathkbClient::RestoreSpace(
    const v1::RestoreSpaceRequest& request) {
  for (const std::string* text : {&request.space(), &request.from_space()}) {
    if (absl::Status status = CheckUtf8(*text, "the space"); !status.ok()) return status;
  }
  if (absl::Status status = CheckUtf8(request.lease_id(), "the lease"); !status.ok()) return status;
  return Call<v1::RestoreSpaceResponse>(*spaces_, &v1::SpaceService::Stub::Restore, request,
                                        options_.long_timeout);
}

absl::StatusOr<v1::AcquireLeaseResponse> PathkbClient::AcquireLease(
    const v1::AcquireLeaseRequest& request) {
  if (absl::Status status = CheckUtf8(request.space(), "the space"); !status.ok()) return status;
  if (absl::Status status = CheckUtf8(request.name_prefix(), "the prefix"); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckUtf8(request.holder(), "the holder"); !status.ok()) return status;
  return Call<v1::AcquireLeaseResponse>(*leases_, &v1::LeaseService::Stub::Acquire, request,
                                        options_.timeout);
}

absl::StatusOr<v1::RenewLeaseResponse> PathkbClient::RenewLease(std::string_view lease_id,
                                                                uint64_t ttl_ms) {
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::RenewLeaseRequest request;
  request.set_lease_id(std::string(lease_id));
  request.set_ttl_ms(ttl_ms);
  return Call<v1::RenewLeaseResponse>(*leases_, &v1::LeaseService::Stub::Renew, request,
                                      options_.timeout);
}

absl::StatusOr<v1::ReleaseLeaseResponse> PathkbClient::ReleaseLease(std::string_view lease_id) {
  if (absl::Status status = CheckUtf8(lease_id, "the lease"); !status.ok()) return status;
  v1::ReleaseLeaseRequest request;
  request.set_lease_id(std::string(lease_id));
  return Call<v1::ReleaseLeaseResponse>(*leases_, &v1::LeaseService::Stub::Release, request,
                                        options_.timeout);
}

absl::StatusOr<v1::ListLeasesResponse> PathkbClient::ListLeases() {
  return Call<v1::ListLeasesResponse>(*leases_, &v1::LeaseService::Stub::List,
                                      v1::ListLeasesRequest(), options_.timeout);
}

}  // namespace pathkb::client
