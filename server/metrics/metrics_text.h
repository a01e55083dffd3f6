// Figures of the server as Prometheus reads them. Names begin with `pathkb_`, end in their unit
// (`_bytes`, `_seconds`), and in `_total` if they only grow.

#ifndef PATHKB_SERVER_METRICS_METRICS_TEXT_H_
#define PATHKB_SERVER_METRICS_METRICS_TEXT_H_

#include <string>

#include "server/admin_http/readiness.h"
#include "server/metrics/server_state.h"

namespace pathkb {

// What can be said before the data are there: whether the server is ready, and the process's own
// memory.
std::string StartingMetricsText(const Readiness::Picture& readiness);

// Everything.
std::string MetricsText(const Readiness::Picture& readiness, const ServerState& state);

}  // namespace pathkb

#endif  // PATHKB_SERVER_METRICS_METRICS_TEXT_H_
