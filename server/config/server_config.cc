#include "server/config/server_config.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <thread>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "server/config/limits.h"
#include "server/config/sync_policy.h"
#include "storage/directory/retained_snapshots.h"

namespace pathkb {
namespace {

// 127.anything, localhost, or [::1].
bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return host.find_first_not_of("0123456789.") == host.npos;
}

// `setting` is --listen or --http-listen.
absl::Status CheckListen(std::string_view setting, const std::string& listen) {
  const size_t colon = listen.rfind(':');
  const std::string_view port_text =
      colon == listen.npos ? std::string_view() : std::string_view(listen).substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (port_text.empty() || error != std::errc() || end != port_text.data() + port_text.size() ||
      port > 65535) {
    return absl::InvalidArgumentError(
        fmt::format("{} {}: must be HOST:PORT, such as 127.0.0.1:7420", setting, listen));
  }
  if (!IsLoopback(std::string_view(listen).substr(0, colon))) {
    return absl::InvalidArgumentError(
        fmt::format("{} {}: only loopback addresses (127.x.x.x, localhost, [::1]) are "
                    "served, because there "
                    "is no TLS and no authentication; use a tunnel or a proxy that has both",
                    setting, listen));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckServerConfig(const ServerConfig& config) {
  if (config.data_dir.empty()) {
    return absl::InvalidArgumentError("--data-dir: must not be empty");
  }
  PATHKB_RETURN_IF_ERROR(CheckListen("--listen", config.listen));
  if (config.http_listen != "auto" && config.http_listen != "off") {
    PATHKB_RETURN_IF_ERROR(CheckListen("--http-listen", config.http_listen));
  }
  if (const auto sync = ParseSyncPolicy(config.sync); !sync.ok()) {
    return absl::InvalidArgumentError(fmt::format("--sync {}", ToStd(sync.status().message())));
  }
  if (const auto index = IndexedArguments::FromText(config.index_arguments); !index.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("--index-arguments: {}", ToStd(index.status().message())));
  }
  if (!(config.snapshot_min_ratio >= 0 && config.snapshot_min_ratio <= 1000)) {
    return absl::InvalidArgumentError(
        fmt::format("--snapshot-min-ratio {}: must be 0 to 1000", config.snapshot_min_ratio));
  }
  if (config.delta_max_files > kDeltaMaxFilesMax) {
    return absl::InvalidArgumentError(fmt::format("--delta-max-files {}: must be at most {}",
                                                  config.delta_max_files, kDeltaMaxFilesMax));
  }
  if (config.retention_keep_last < 1 || config.retention_keep_last > kKeepLastMax) {
    return absl::InvalidArgumentError(fmt::format("--retention-keep-last {}: must be 1 to {}",
                                                  config.retention_keep_last, kKeepLastMax));
  }
  if (config.retention_keep_daily > kKeepDailyMax) {
    return absl::InvalidArgumentError(fmt::format("--retention-keep-daily {}: must be at most {}",
                                                  config.retention_keep_daily, kKeepDailyMax));
  }
  if (config.request_threads > kRequestThreadsMax) {
    return absl::InvalidArgumentError(fmt::format("--request-threads {}: must be at most {}",
                                                  config.request_threads, kRequestThreadsMax));
  }
  if (config.snapshot_terms_compression != "none" && config.snapshot_terms_compression != "zlib") {
    return absl::InvalidArgumentError(
        fmt::format("--snapshot-terms-compression {}: must be none or zlib",
                    config.snapshot_terms_compression));
  }
  if (config.snapshot_max_bytes_per_second != 0 &&
      config.snapshot_max_bytes_per_second < kSnapshotBytesPerSecondMin) {
    return absl::InvalidArgumentError(
        fmt::format("--snapshot-max-bytes-per-second {}: must be 0, for no limit, or at least {}",
                    config.snapshot_max_bytes_per_second, kSnapshotBytesPerSecondMin));
  }
  if (!config.load_snapshot.empty() && config.read_only()) {
    return absl::InvalidArgumentError(
        "--load-snapshot: makes a data directory, which --recovery=read-only does not");
  }
  if (config.recovery != "normal" && config.recovery != "read-only") {
    return absl::InvalidArgumentError(
        fmt::format("--recovery {}: must be normal or read-only", config.recovery));
  }
  return absl::OkStatus();
}

std::string HttpAddress(const ServerConfig& config) {
  if (config.http_listen == "off") return "";
  if (config.http_listen != "auto") return config.http_listen;
  const size_t colon = config.listen.rfind(':');
  const int port = std::stoi(config.listen.substr(colon + 1));
  if (port == 65535) return "";
  return fmt::format("{}:{}", config.listen.substr(0, colon), port == 0 ? 0 : port + 1);
}

int RequestThreads(const ServerConfig& config) {
  if (config.request_threads != 0) return static_cast<int>(config.request_threads);
  return std::max(kRequestThreadsMin, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace pathkb
