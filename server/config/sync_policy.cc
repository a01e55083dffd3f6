#include "server/config/sync_policy.h"

#include "fmt/format.h"

namespace pathkb {

absl::StatusOr<SyncPolicy> ParseSyncPolicy(std::string_view text) {
  constexpr std::string_view kInterval = "interval:";
  SyncPolicy policy;
  if (text == "always") return policy;
  if (text == "none") {
    policy.mode = SyncPolicy::Mode::kNone;
    return policy;
  }
  if (text.starts_with(kInterval)) {
    policy.mode = SyncPolicy::Mode::kInterval;
    const std::string duration(text.substr(kInterval.size()));
    if (absl::ParseDuration(duration, &policy.interval) && policy.interval >= kSyncIntervalMin &&
        policy.interval <= kSyncIntervalMax) {
      return policy;
    }
  }
  return absl::InvalidArgumentError(fmt::format(
      "\"{}\": must be always, none, or interval:DURATION, such as interval:200ms, from 1ms to 1h",
      text));
}

}  // namespace pathkb
