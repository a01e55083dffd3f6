#include "server/rpc/status_conversion.h"

#include <string>

#include "core/base/string_views.h"

namespace pathkb {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(ToStd(status.message()));
  if (message.size() > kStatusMessageBytesMax) {
    size_t end = kStatusMessageBytesMax;
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
    message.resize(end);
    message += "...";
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message);
}

}  // namespace pathkb
