// When commits are made durable, as the operator sets it and as a caller may ask.

#ifndef PATHKB_SERVER_CONFIG_SYNC_POLICY_H_
#define PATHKB_SERVER_CONFIG_SYNC_POLICY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pathkb {

inline constexpr absl::Duration kSyncIntervalMin = absl::Milliseconds(1);
inline constexpr absl::Duration kSyncIntervalMax = absl::Hours(1);

// A value type.
struct SyncPolicy {
  enum class Mode {
    kAlways,    // Before a commit is shown and answered.
    kInterval,  // At most `interval` after it was shown and answered.
    kNone,      // When the log begins a new segment, before a snapshot, and at a clean stop.
  };
  Mode mode = Mode::kAlways;
  absl::Duration interval = absl::InfiniteDuration();  // Of kInterval.

  friend bool operator==(const SyncPolicy&, const SyncPolicy&) = default;
};

// What one caller asks for. A caller gets at least what the server's policy gives everybody.
enum class SyncWish {
  kAsServer,
  kAlways,  // Durable before it is answered.
};

// Reads "always", "interval:200ms" or "none". InvalidArgument, with what may stand there, for
// anything else, and for an interval under kSyncIntervalMin or over kSyncIntervalMax.
absl::StatusOr<SyncPolicy> ParseSyncPolicy(std::string_view text);

}  // namespace pathkb

#endif  // PATHKB_SERVER_CONFIG_SYNC_POLICY_H_
