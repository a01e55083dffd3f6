#include "server/server.h"

#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "spdlog/spdlog.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/arg_index.h"
#include "server/admin_http/http_server.h"
#include "server/admin_http/pages.h"
#include "server/admin_http/readiness.h"
#include "server/background/cache_warmer.h"
#include "server/background/clock.h"
#include "server/background/mapping_log.h"
#include "server/background/scrubber.h"
#include "server/background/snapshot_worker.h"
#include "server/background/thread_pool.h"
#include "server/config/limits.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/first_view.h"
#include "server/knowledge_base/generations.h"
#include "server/knowledge_base/held_views.h"
#include "server/knowledge_base/index_builder.h"
#include "server/knowledge_base/knowledge_base.h"
#include "server/knowledge_base/lease_table.h"
#include "server/metrics/metrics_text.h"
#include "server/metrics/server_state.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/fact_service.h"
#include "server/rpc/lease_service.h"
#include "server/rpc/query_service.h"
#include "server/rpc/snapshot_service.h"
#include "server/rpc/space_service.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/file/mapped_file.h"
#include "storage/file/path_parts.h"
#include "storage/recovery/opening.h"
#include "storage/tool/restore.h"

namespace pathkb {

// In the order in which they are built; destroyed in reverse.
struct Server::Parts {
  explicit Parts(const ServerConfig& server_config) : config(server_config) {}

  ServerState State() const {
    return ReadServerState({.facts = facts,
                            .knowledge_base = *knowledge_base,
                            .commits = *commits,
                            .snapshots = *snapshots,
                            .workers = Workers()});
  }
  std::vector<const WorkerReport*> Workers() const {
    std::vector<const WorkerReport*> workers = {&snapshots->report(), &scrubber->report()};
    if (warmer != nullptr) workers.push_back(&warmer->report());
    return workers;
  }
  // What the HTTP port shows, from its thread.
  HttpAnswer Page(std::string_view path) const {
    return OperatorPage(path, readiness, [this] {
      const Readiness::Picture picture = readiness.Get();
      return complete.load(std::memory_order_acquire) ? MetricsText(picture, State())
                                                      : StartingMetricsText(picture);
    });
  }

  const ServerConfig config;
  RealClock clock;
  LeaseTable leases{clock};
  Readiness readiness;
  ServerFacts facts;
  DataDirectory directory;
  std::unique_ptr<KnowledgeBase> knowledge_base;
  std::unique_ptr<CommitQueue> commits;
  std::unique_ptr<CacheWarmer> warmer;  // Null if it is not asked for.
  std::unique_ptr<SnapshotWorker> snapshots;
  std::unique_ptr<Scrubber> scrubber;
  std::unique_ptr<Generations> generations;
  std::unique_ptr<IndexBuilder> indexes;
  std::unique_ptr<HeldViews> held_views;
  std::unique_ptr<ThreadPool> threads;
  std::unique_ptr<FactService> fact_service;
  std::unique_ptr<QueryService> query_service;
  std::unique_ptr<SnapshotService> snapshot_service;
  std::unique_ptr<SpaceService> space_service;
  std::unique_ptr<LeaseService> lease_service;
  std::unique_ptr<AdminService> admin_service;
  std::unique_ptr<grpc::Server> grpc_server;
  std::string address;
  std::atomic<bool> complete = false;  // All of the above is there.
  bool stopped = false;
  std::unique_ptr<HttpServer> http;  // Last: it shows all of the above. Null if there is none.
};

namespace {

MapOptions MapOptionsOf(const ServerConfig& config) {
  MapOptions map;
  map.populate = config.mmap_populate;
  map.lock = config.mmap_lock;
  map.huge_pages = config.mmap_huge_pages;
  return map;
}

// Makes the data directory of the pair that the settings name, unless there is one.
absl::Status LoadSnapshot(const ServerConfig& config, FileSystem& files, Readiness& readiness) {
  PATHKB_ASSIGN_OR_RETURN(const bool is_there,
                          files.Exists(JoinPath(config.data_dir, kCurrentName)));
  if (is_there) {
    spdlog::warn("{} holds a database already: --load-snapshot {} is left alone", config.data_dir,
                 config.load_snapshot);
    return absl::OkStatus();
  }
  readiness.Starting("loading " + config.load_snapshot);
  PATHKB_ASSIGN_OR_RETURN(const SnapshotRecord loaded,
                          LoadPair(files, config.load_snapshot, config.data_dir,
                                   absl::ToUnixMillis(absl::Now()), kServerVersion));
  spdlog::info("loaded {}: {} facts", config.load_snapshot, loaded.facts);
  return absl::OkStatus();
}

// Opens the data directory as the settings say, and logs what was found.
absl::StatusOr<OpenedDirectory> OpenData(const ServerConfig& config, FileSystem& files,
                                         Readiness& readiness) {
  RecoveryOptions options;
  options.map = MapOptionsOf(config);
  options.progress = [&](std::string_view doing, uint64_t done, uint64_t total) {
    readiness.Starting(doing, done, total);
  };
  if (!config.load_snapshot.empty()) {
    PATHKB_RETURN_IF_ERROR(LoadSnapshot(config, files, readiness));
  }
  readiness.Starting("opening the data directory");
  PATHKB_ASSIGN_OR_RETURN(OpenedDirectory opened,
                          config.read_only() ? OpenToLook(files, config.data_dir, options)
                                             : OpenForWriting(files, config.data_dir, options));
  const RecoveredState& recovered = opened.recovered;
  for (const std::string& note : recovered.notes) spdlog::warn("recovery: {}", note);
  if (recovered.base != nullptr) {
    LogMapping(*recovered.base->tree_file(), options.map);
    LogMapping(*recovered.base->terms_file(), options.map);
  }
  spdlog::info("recovered {}: revision {}, {} facts, {} of them in the base, {} changed since",
               config.data_dir, recovered.revision, recovered.facts,
               recovered.base == nullptr ? 0 : recovered.base->record().facts,
               recovered.working.changed_facts());
  return opened;
}

SnapshotWorker::Options SnapshotOptionsOf(const ServerConfig& config) {
  SnapshotWorker::Options options;
  options.data_dir = config.data_dir;
  options.server_version = kServerVersion;
  options.interval = absl::Seconds(config.snapshot_interval_s);
  options.max_changes = config.snapshot_max_changes;
  options.min_ratio = config.snapshot_min_ratio;
  options.delta_max_files = config.delta_max_files;
  options.working_set_high_bytes = config.memory_working_set_high_bytes;
  options.retention.keep_last = config.retention_keep_last;
  options.retention.keep_daily = config.retention_keep_daily;
  options.compress_terms = config.snapshot_terms_compression == "zlib";
  options.deduplicate = config.snapshot_deduplicate;
  options.max_bytes_per_second = config.snapshot_max_bytes_per_second;
  options.map = MapOptionsOf(config);
  if (config.read_only()) {
    options.interval = absl::ZeroDuration();
    options.max_changes = 0;
    options.working_set_high_bytes = 0;
  }
  return options;
}

// Opens the HTTP port, if there is to be one.
absl::StatusOr<std::unique_ptr<HttpServer>> StartHttp(const ServerConfig& config,
                                                      HttpServer::Handler handler) {
  const std::string address = HttpAddress(config);
  if (address.empty()) return nullptr;
  auto http = HttpServer::Start(address, std::move(handler));
  if (!http.ok() && config.http_listen == "auto") {
    spdlog::warn("no HTTP port for operators: {}", ToStd(http.status().message()));
    return nullptr;
  }
  if (http.ok()) spdlog::info("health and metrics on http://{}", (*http)->address());
  return http;
}

// Health and reflection, for every server of this process from then on.
void AddStandardServices() {
  static const bool added = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(added);
}

}  // namespace

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  if (absl::Status status = Stop(); !status.ok()) {
    spdlog::error("stopping: {}", ToStd(status.message()));
  }
}

const std::string& Server::address() const { return parts_->address; }

std::string Server::http_address() const {
  return parts_->http == nullptr ? "" : parts_->http->address();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerConfig& config, FileSystem& files,
                                                      absl::Time process_start) {
  PATHKB_RETURN_IF_ERROR(CheckServerConfig(config));
  auto parts = std::make_unique<Parts>(config);
  PATHKB_ASSIGN_OR_RETURN(parts->http, StartHttp(config, [&all = *parts](std::string_view path) {
                            return all.Page(path);
                          }));
  PATHKB_ASSIGN_OR_RETURN(OpenedDirectory opened, OpenData(config, files, parts->readiness));
  parts->directory = std::move(opened.directory);
  RecoveredState& recovered = opened.recovered;
  parts->knowledge_base = std::make_unique<KnowledgeBase>(FirstView(recovered));

  CommitQueue::Options commit_options;
  commit_options.data_dir = config.data_dir;
  commit_options.database_id = recovered.manifest.database_id;
  if (config.read_only()) {
    commit_options.refuse = absl::FailedPreconditionError(
        "the server was started with --recovery=read-only: nothing is written");
  }
  PATHKB_ASSIGN_OR_RETURN(commit_options.sync, ParseSyncPolicy(config.sync));
  commit_options.reserve_bytes = config.disk_reserve_bytes;
  commit_options.gate.disk_low_bytes = config.disk_low_bytes;
  commit_options.gate.memory_hard_bytes = config.memory_working_set_hard_bytes;
  commit_options.clock = &parts->clock;
  commit_options.leases = &parts->leases;
  PATHKB_ASSIGN_OR_RETURN(commit_options.index_of_new_spaces,
                          IndexedArguments::FromText(config.index_arguments));
  parts->commits =
      std::make_unique<CommitQueue>(commit_options, files, *parts->knowledge_base,
                                    std::move(recovered.working), std::move(recovered.requests));

  SnapshotWorker::Options snapshot_options = SnapshotOptionsOf(config);
  if (config.prewarm) {
    parts->warmer = std::make_unique<CacheWarmer>(parts->clock);
    const auto warm = [&warmer = *parts->warmer](const Snapshot& base) {
      warmer.Warm({base.tree_file(), base.terms_file()});
    };
    if (recovered.base != nullptr) warm(*recovered.base);
    snapshot_options.installed = warm;
  }
  parts->snapshots = std::make_unique<SnapshotWorker>(
      snapshot_options, files, parts->clock, *parts->knowledge_base, *parts->commits,
      recovered.manifest, recovered.working_at_delta);

  Scrubber::Options scrub_options;
  scrub_options.data_dir = config.data_dir;
  scrub_options.interval = absl::Seconds(config.scrub_interval_s);
  scrub_options.bytes_per_second = config.scrub_max_bytes_per_second;
  scrub_options.manifest = [&snapshots = *parts->snapshots] { return snapshots.manifest(); };
  parts->scrubber = std::make_unique<Scrubber>(scrub_options, files, parts->clock);
  parts->generations = std::make_unique<Generations>(
      files, config.data_dir, *parts->knowledge_base,
      [&snapshots = *parts->snapshots] { return snapshots.manifest(); });
  parts->indexes =
      std::make_unique<IndexBuilder>(*parts->knowledge_base, *parts->commits, parts->clock);
  parts->held_views = std::make_unique<HeldViews>(parts->clock);
  parts->threads = std::make_unique<ThreadPool>(RequestThreads(config));
  parts->fact_service =
      std::make_unique<FactService>(*parts->knowledge_base, *parts->generations, *parts->held_views,
                                    *parts->commits, *parts->threads);
  parts->query_service = std::make_unique<QueryService>(
      QueryEnvironment{*parts->generations, *parts->held_views, config.query_step_budget},
      *parts->commits, *parts->threads);
  parts->snapshot_service =
      std::make_unique<SnapshotService>(*parts->snapshots, *parts->generations, *parts->threads);
  parts->space_service =
      std::make_unique<SpaceService>(*parts->knowledge_base, *parts->generations, *parts->commits,
                                     *parts->indexes, *parts->threads);
  parts->lease_service =
      std::make_unique<LeaseService>(parts->leases, *parts->commits, *parts->threads);
  parts->admin_service = std::make_unique<AdminService>([&all = *parts] { return all.State(); });

  AddStandardServices();
  int port = 0;
  grpc::ServerBuilder builder;
  // Without this, two servers could listen on one port and share its calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kMessageBytesMax);
  builder.AddListeningPort(config.listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(parts->fact_service.get());
  builder.RegisterService(parts->query_service.get());
  builder.RegisterService(parts->snapshot_service.get());
  builder.RegisterService(parts->space_service.get());
  builder.RegisterService(parts->lease_service.get());
  builder.RegisterService(parts->admin_service.get());
  parts->facts.version = kServerVersion;
  parts->facts.data_dir = config.data_dir;
  parts->facts.started = process_start;
  parts->facts.recovery_notes = recovered.notes;
  parts->grpc_server = builder.BuildAndStart();
  if (parts->grpc_server == nullptr || port == 0) {
    return absl::UnavailableError(fmt::format(
        "cannot listen on {}: the address is in use or not of this machine", config.listen));
  }
  parts->address = config.listen.substr(0, config.listen.rfind(':') + 1) + std::to_string(port);
  parts->facts.start_to_ready = absl::Now() - process_start;
  parts->complete.store(true, std::memory_order_release);
  parts->readiness.Ready();
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

absl::Status Server::Stop(absl::Duration grace) {
  if (std::exchange(parts_->stopped, true)) return absl::OkStatus();
  parts_->readiness.Stopping();
  parts_->grpc_server->GetHealthCheckService()->SetServingStatus(false);
  // First, because a call that waits for a large snapshot would hold up all that follows.
  parts_->snapshots->Stop();
  parts_->scrubber->Stop();
  if (parts_->warmer != nullptr) parts_->warmer->Stop();
  parts_->grpc_server->Shutdown(std::chrono::system_clock::now() +
                                absl::ToChronoMilliseconds(grace));
  parts_->grpc_server->Wait();
  parts_->threads.reset();
  absl::Status status;
  if (parts_->config.snapshot_at_shutdown && parts_->commits->write_status().ok()) {
    status = parts_->snapshots->SnapshotAfterStop().status();
  }
  parts_->commits->Stop();
  return status;
}

}  // namespace pathkb
