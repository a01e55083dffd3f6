#include "client/cli/exit_code.h"

#include "absl/strings/cord.h"

#include "client/cpp/pathkb_client.h"

namespace pathkb::cli {
namespace {

constexpr char kUsage[] = "pathkb/usage";

}  // namespace

absl::Status UsageError(const std::string& message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsage, absl::Cord());
  return status;
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (status.GetPayload(kUsage).has_value()) return kExitUsage;
  if (client::IsConnectionError(status)) return kExitCannotConnect;
  if (absl::IsNotFound(status)) return kExitNotFound;
  if (absl::IsDeadlineExceeded(status)) return kExitDeadline;
  return kExitFailure;
}

}  // namespace pathkb::cli
