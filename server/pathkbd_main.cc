// The daemon: flags, logging, signals; hands over to Server.

#include <cstdio>
#include <pthread.h>
#include <signal.h>
#include <string>

#include "CLI/CLI.hpp"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

#include "core/base/string_views.h"
#include "server/config/server_config.h"
#include "server/rpc/grpc_log.h"
#include "server/server.h"
#include "storage/file/posix_file_system.h"

namespace pathkb {
namespace {

enum ExitCode { kOk = 0, kFailure = 1, kUsage = 2 };

// An option that is a number. Without the check, -1 would be taken for the largest one.
void AddNumber(CLI::App& app, const char* name, uint64_t& value, const char* help) {
  app.add_option(name, value, help)->check(CLI::NonNegativeNumber)->capture_default_str();
}

// An option that is true or false. Without the check, 7up would be taken for true.
void AddSwitch(CLI::App& app, const char* name, bool& value, const char* help) {
  app.add_option(name, value, help)
      ->check(CLI::IsMember({"true", "false", "yes", "no", "on", "off", "1", "0"}))
      ->option_text(value ? "true|false=true" : "true|false=false");
}

void AddSnapshotOptions(CLI::App& app, ServerConfig& config) {
  AddNumber(app, "--snapshot-interval", config.snapshot_interval_s,
            "seconds between snapshots or deltas while there are changes; 0: none by time");
  AddNumber(app, "--snapshot-max-changes", config.snapshot_max_changes,
            "changed facts after which a snapshot or delta is written; 0: none by changes");
  app.add_option(
         "--snapshot-min-ratio", config.snapshot_min_ratio,
         "below this part of the facts in the last snapshot, changes are written as a delta")
      ->capture_default_str();
  AddNumber(app, "--delta-max-files", config.delta_max_files,
            "with so many deltas a snapshot is written instead of another; 0: no deltas");
  AddNumber(app, "--memory-working-set-high-bytes", config.memory_working_set_high_bytes,
            "a snapshot is written once the changes in memory take so much; 0: none by memory");
  AddNumber(app, "--retention-keep-last", config.retention_keep_last,
            "newest snapshots to keep, the one in use included");
  AddNumber(app, "--retention-keep-daily", config.retention_keep_daily,
            "days, today included, of each of which the newest snapshot is kept");
  AddSwitch(app, "--snapshot-at-shutdown,--save-snapshot", config.snapshot_at_shutdown,
            "write a snapshot or delta when stopped by SIGTERM or SIGINT");
  app.add_option("--snapshot-terms-compression", config.snapshot_terms_compression,
                 "how entries are stored: none, or zlib for smaller files and slower reads")
      ->capture_default_str();
  AddSwitch(app, "--snapshot-deduplicate", config.snapshot_deduplicate,
            "write equal subtries once; a request may say otherwise");
  app.add_flag("!--no-merkleize", config.snapshot_deduplicate,
               "the same as --snapshot-deduplicate false");
  app.add_option("--load-snapshot", config.load_snapshot,
                 "FILE.tree of a pair that a new data directory begins with")
      ->option_text("FILE");
  AddNumber(app, "--snapshot-max-bytes-per-second", config.snapshot_max_bytes_per_second,
            "how fast each file of a snapshot may be written; 0: no limit");
}

void AddWriteOptions(CLI::App& app, ServerConfig& config) {
  app.add_option("--sync", config.sync,
                 "when commits are on disk: always (before they are answered), "
                 "interval:DURATION (1ms to 1h), none")
      ->capture_default_str();
  app.add_option("--index-arguments", config.index_arguments,
                 "arguments that are indexed of a new space, such as 2,3; or none")
      ->option_text("N,N...=" + config.index_arguments);
  AddNumber(app, "--disk-reserve-bytes", config.disk_reserve_bytes,
            "kept free for the log on a full disk; 0: none");
  AddNumber(app, "--disk-low-bytes", config.disk_low_bytes,
            "with fewer bytes free on the disk no facts are added; 0: no bound");
  AddNumber(app, "--memory-working-set-hard-bytes", config.memory_working_set_hard_bytes,
            "with more changes in memory no facts are added; 0: no bound");
}

void AddOptions(CLI::App& app, ServerConfig& config) {
  // Of an option given twice the last one counts, so that scripts can add to a command line.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--data-dir", config.data_dir, "where the facts are kept; made if absent")
      ->capture_default_str();
  app.add_option("--listen", config.listen,
                 "HOST:PORT for gRPC; loopback only; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--http-listen", config.http_listen,
                 "HOST:PORT for /healthz, /readyz and /metrics; auto: the port after --listen's; "
                 "off: none")
      ->capture_default_str();
  app.add_option("--log-level", config.log_level, "how much to log, on standard error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  AddWriteOptions(app, config);
  AddSnapshotOptions(app, config);
  AddSwitch(app, "--mmap-populate", config.mmap_populate,
            "read the files of the base in before serving from them");
  AddSwitch(app, "--mmap-lock", config.mmap_lock,
            "keep the files of the base in memory; a warning if the system refuses");
  AddSwitch(app, "--mmap-huge-pages", config.mmap_huge_pages,
            "ask for pages of 2 MiB for the files of the base");
  AddSwitch(app, "--prewarm", config.prewarm,
            "read the files of each new base in, in the background");
  app.add_option("--recovery", config.recovery,
                 "normal; read-only: serve what is sound, write nothing, take no lock")
      ->capture_default_str();
  AddNumber(app, "--scrub-interval", config.scrub_interval_s,
            "seconds between readings of all files to find damage; 0: none");
  AddNumber(app, "--scrub-max-bytes-per-second", config.scrub_max_bytes_per_second,
            "how fast that reads; 0: no limit");
  AddNumber(app, "--request-threads", config.request_threads,
            "threads that run requests; 0: as many as processors, at least 8");
  AddNumber(app, "--query-step-budget", config.query_step_budget,
            "steps after which a query is given up; 0: never");
  app.set_version_flag("--version", std::string("pathkbd ") + kServerVersion);
}

int Main(int argc, char** argv) {
  const absl::Time process_start = absl::Now();
  ServerConfig config;
  CLI::App app("pathkbd: the PathKB knowledge-base server", "pathkbd");
  AddOptions(app, config);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("pathkbd"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::set_level(
      spdlog::level::from_str(config.log_level == "error" ? "err" : config.log_level));

  TakeGrpcLog();

  // Signals are taken by sigwait() below; threads made from here on inherit the mask.
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto server = Server::Start(config, RealFileSystem(), process_start);
  if (!server.ok()) {
    std::fprintf(stderr, "pathkbd: %s\n", std::string(ToStd(server.status().message())).c_str());
    return server.status().code() == absl::StatusCode::kInvalidArgument ? kUsage : kFailure;
  }
  // Tests and scripts read the port from this line.
  spdlog::info("pathkbd {} serves {} on {}, ready after {:.1f} ms", kServerVersion, config.data_dir,
               (*server)->address(), absl::ToDoubleMilliseconds(absl::Now() - process_start));
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  spdlog::info("stopping on signal {}", signal_number);
  // A second signal ends the process at once; the log makes that safe.
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  const absl::Status stopped = (*server)->Stop();
  if (!stopped.ok()) {
    spdlog::error("the last snapshot failed, the log holds everything: {}",
                  ToStd(stopped.message()));
    return kFailure;
  }
  spdlog::info("stopped");
  return kOk;
}

}  // namespace
}  // namespace pathkb

int main(int argc, char** argv) { return pathkb::Main(argc, argv); }
