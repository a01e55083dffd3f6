#include "server/knowledge_base/retry_after.h"

#include <charconv>
#include <cstdint>
#include <string>

#include "absl/strings/cord.h"

namespace pathkb {
namespace {

constexpr char kPayload[] = "pathkb/retry-after-ms";

}  // namespace

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  status.SetPayload(kPayload, absl::Cord(std::to_string(absl::ToInt64Milliseconds(delay))));
  return status;
}

std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return absl::Milliseconds(milliseconds);
}

}  // namespace pathkb
