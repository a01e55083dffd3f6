// When a refused call is worth repeating, carried by the absl::Status that refuses it.

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_RETRY_AFTER_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_RETRY_AFTER_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace pathkb {

// `status`, an error, with the advice not to come back before `delay` has passed.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);

// The advice that WithRetryAfter() gave, to the millisecond; nullopt if there is none.
std::optional<absl::Duration> RetryAfterOf(const absl::Status& status);

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_RETRY_AFTER_H_
