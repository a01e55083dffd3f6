// The daemon's settings, checked.

#ifndef PATHKB_SERVER_CONFIG_SERVER_CONFIG_H_
#define PATHKB_SERVER_CONFIG_SERVER_CONFIG_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "core/facts/arg_index.h"

namespace pathkb {

// A value type; the defaults are those of the command line.
struct ServerConfig {
  std::string data_dir = "data";
  // A .tree, with its .terms and .sums beside it, whose facts a new data directory begins with;
  // empty for none. One that is there already stays as it is.
  std::string load_snapshot;
  // HOST:PORT, where HOST is a loopback address; port 0 takes a free one.
  std::string listen = "127.0.0.1:7420";
  // HOST:PORT of the HTTP port for operators, on a loopback address; "auto" is the host of `listen`
  // and its port plus one (a free one if that is 0), and none if that is taken; "off" is none.
  std::string http_listen = "auto";
  std::string log_level = "info";
  // When commits are made durable: "always", "interval:<duration>" or "none" (sync_policy.h).
  std::string sync = "always";
  // Which arguments are indexed of a space that comes into being (core/facts/arg_index.h); "none".
  std::string index_arguments = std::string(kIndexArgumentsDefault);
  // Bytes kept free for the log on a full disk; 0 none.
  uint64_t disk_reserve_bytes = uint64_t{16} << 20;
  // Facts are not added while fewer bytes than this are free on the disk; 0 no such bound.
  uint64_t disk_low_bytes = uint64_t{64} << 20;
  // Nor while the working set takes more memory than this; 0 no such bound.
  uint64_t memory_working_set_hard_bytes = uint64_t{2} << 30;
  // A snapshot is written this long after the last one, if anything changed; 0 never.
  uint64_t snapshot_interval_s = 300;
  // And once so many facts have changed; 0 never.
  uint64_t snapshot_max_changes = 10'000;
  // Both write a delta as long as all changes since the base are less than this part of its facts,
  // and there are less deltas than this; then a whole snapshot. 0: always a whole one.
  double snapshot_min_ratio = 0.1;
  uint64_t delta_max_files = 16;
  // A whole snapshot is written once the working set has so many bytes; 0 never.
  uint64_t memory_working_set_high_bytes = uint64_t{1} << 30;
  // Snapshots that are kept: the newest, the base included; and the newest of each of so many days.
  uint64_t retention_keep_last = 2;
  uint64_t retention_keep_daily = 0;
  // Write one more when the server is stopped cleanly, if anything changed.
  bool snapshot_at_shutdown = true;
  // How the entries of a snapshot's .terms are stored: "none" or "zlib".
  std::string snapshot_terms_compression = "none";
  // Whether equal subtries of a snapshot's .tree are written once.
  bool snapshot_deduplicate = true;
  // How fast each of a snapshot's two files may be written; 0 as fast as the disk takes it. The one
  // at a clean stop is not held up.
  uint64_t snapshot_max_bytes_per_second = 0;
  // What is asked of the system for the mapped files of the base; what it does not grant is logged.
  bool mmap_populate = false;    // Read them in before the server is ready.
  bool mmap_lock = false;        // Keep them in memory.
  bool mmap_huge_pages = false;  // Pages of 2 MiB.
  // Read them in while the server serves.
  bool prewarm = false;
  // Threads that run requests; 0 for as many as there are processors, and 8 at least, so that a few
  // long walks do not hold up what is short.
  uint64_t request_threads = 0;
  // Steps after which a query is given up; 0 never. A request may ask for less.
  uint64_t query_step_budget = 1'000'000'000;
  // "normal", or "read-only": open what is there as far as it is sound, without a lock, and write
  // nothing.
  std::string recovery = "normal";
  // All files are read again and compared with their digests this long after the last time; 0
  // never. And how fast; 0 as fast as the disk gives them.
  uint64_t scrub_interval_s = 86'400;
  uint64_t scrub_max_bytes_per_second = uint64_t{16} << 20;

  bool read_only() const { return recovery == "read-only"; }
};

// The most deltas between two snapshots: a start applies them all.
inline constexpr uint64_t kDeltaMaxFilesMax = 1000;

// The slowest snapshot_max_bytes_per_second, so that one in the wrong unit is no endless snapshot.
inline constexpr uint64_t kSnapshotBytesPerSecondMin = 64 << 10;

// InvalidArgument for a value out of range, naming the setting and what it may be. An address that
// is not of this machine's loopback is refused, because there is no TLS and no authentication yet.
absl::Status CheckServerConfig(const ServerConfig& config);

// The address for the HTTP port as HOST:PORT; empty for none. `config` must have passed the check.
std::string HttpAddress(const ServerConfig& config);

// How many threads run requests, from a checked configuration.
int RequestThreads(const ServerConfig& config);

}  // namespace pathkb

#endif  // PATHKB_SERVER_CONFIG_SERVER_CONFIG_H_
