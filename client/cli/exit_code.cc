#include "client/cli/exit_code.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/cord.h"
#include "fmt/format.h"

#include "client/cpp/pathkb_client.h"

namespace pathkb::cli {
namespace {

constexpr char kUsage[] = "pathkb/usage";
// Its content is the code, in decimal.
constexpr char kExit[] = "pathkb/exit";

void SetExitCode(int code, absl::Status& status) {
  status.SetPayload(kExit, absl::Cord(fmt::format("{}", code)));
}

}  // namespace

absl::Status UsageError(const std::string& message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsage, absl::Cord());
  return status;
}

absl::Status ExitWith(int code) {
  absl::Status status(absl::StatusCode::kUnknown, "");
  SetExitCode(code, status);
  return status;
}

bool IsExit(const absl::Status& status) {
  return status.message().empty() && status.GetPayload(kExit).has_value();
}

absl::Status FileError(absl::Status status) {
  if (absl::IsDataLoss(status)) SetExitCode(kExitDamaged, status);
  return status;
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (const auto code = status.GetPayload(kExit)) return std::atoi(std::string(*code).c_str());
  if (status.GetPayload(kUsage).has_value()) return kExitUsage;
  if (client::IsConnectionError(status)) return kExitCannotConnect;
  if (absl::IsNotFound(status)) return kExitNotFound;
  if (absl::IsDeadlineExceeded(status)) return kExitDeadline;
  return kExitFailure;
}

}  // namespace pathkb::cli
