// Which pages the HTTP port has:
//
//   /healthz   200 as long as the process runs: restart it if this does not come
//   /readyz    200 when requests are answered, else 503 and how far the start has got
//   /metrics   figures as Prometheus reads them
//   /          this list

#ifndef PATHKB_SERVER_ADMIN_HTTP_PAGES_H_
#define PATHKB_SERVER_ADMIN_HTTP_PAGES_H_

#include <functional>
#include <string>
#include <string_view>

#include "server/admin_http/http_server.h"
#include "server/admin_http/readiness.h"

namespace pathkb {

// The page at `path`. `metrics` makes the text of /metrics, at any time.
HttpAnswer OperatorPage(std::string_view path, const Readiness& readiness,
                        const std::function<std::string()>& metrics);

}  // namespace pathkb

#endif  // PATHKB_SERVER_ADMIN_HTTP_PAGES_H_
