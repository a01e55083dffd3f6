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
#include "server/admin_http/http_server.h"
#include "server/admin_http/pages.h"
#include "server/admin_http/readiness.h"
#include "server/background/cache_warmer.h"
#include "server/background/clock.h"
#include "server/background/mapping_log.h"
#include "server/background/snapshot_worker.h"
#include "server/background/thread_pool.h"
#include "server/config/limits.h"
#include "server/knowledge_base/commit_queue.h"
#include "server/knowledge_base/generations.h"
#include "server/knowledge_base/knowledge_base.h"
#include "server/metrics/metrics_text.h"
#include "server/metrics/server_state.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/fact_service.h"
#include "server/rpc/query_service.h"
#include "server/rpc/snapshot_service.h"
#include "server/rpc/space_service.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/retention.h"
#include "storage/file/mapped_file.h"
#include "storage/recovery/recovery.h"

namespace pathkb {

// In the order in which they are built; destroyed in reverse.
struct Server::Parts {
  explicit Parts(const ServerConfig& server_config) : config(server_config) {}

  ServerState State() const {
    return ReadServerState({.facts = facts,
                            .knowledge_base = *knowledge_base,
                            .commits = *commits,
                            .snapshots = *snapshots,
                            .workers = {}});
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
  Readiness readiness;
  ServerFacts facts;
  DataDirectory directory;
  std::unique_ptr<KnowledgeBase> knowledge_base;
  std::unique_ptr<CommitQueue> commits;
  std::unique_ptr<CacheWarmer> warmer;  // Null if it is not asked for.
  std::unique_ptr<SnapshotWorker> snapshots;
  std::unique_ptr<Generations> generations;
  std::unique_ptr<ThreadPool> threads;
  std::unique_ptr<FactService> fact_service;
  std::unique_ptr<QueryService> query_service;
  std::unique_ptr<SnapshotService> snapshot_service;
  std::unique_ptr<SpaceService> space_service;
  std::unique_ptr<AdminService> admin_service;
  std::unique_ptr<grpc::Server> grpc_server;
  std::string address;
  std::atomic<bool> complete = false;  // All of the above is there.
  bool stopped = false;
  std::unique_ptr<HttpServer> http;  // Last: it shows all of the above. Null if there is none.
};

namespace {

// What recovery found, as the picture that readers begin with.
ReadView FirstView(const RecoveredState& recovered) {
  ReadView view;
  view.working = recovered.working.trie();
  view.entries = recovered.working.entries();
  view.base = recovered.base;
  view.revision = recovered.revision;
  view.facts = recovered.facts;
  view.working_set_facts = recovered.working.changed_facts();
  view.changes = recovered.changes;
  return view;
}

// What an interrupted snapshot or start has left, and what only older manifests name.
absl::Status RemoveStrays(FileSystem& files, const std::string& data_dir,
                          const Manifest& manifest) {
  RetentionNeeds needs;
  needs.current = &manifest;
  needs.moment = RetentionNeeds::Moment::kStart;
  PATHKB_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          FilesNotNeeded(files, data_dir, needs));
  return RemoveFiles(files, data_dir, names);
}

absl::StatusOr<RecoveredState> OpenData(const std::string& data_dir, const MapOptions& map,
                                        FileSystem& files, DataDirectory& directory) {
  PATHKB_ASSIGN_OR_RETURN(directory, DataDirectory::CreateOrOpen(files, data_dir));
  PATHKB_ASSIGN_OR_RETURN(RecoveredState recovered, Recover(files, data_dir, map));
  PATHKB_RETURN_IF_ERROR(PrepareForWriting(files, data_dir, recovered));
  if (absl::Status removed = RemoveStrays(files, data_dir, recovered.manifest); !removed.ok()) {
    spdlog::warn("files that nothing needs stay: {}", ToStd(removed.message()));
  }
  for (const std::string& note : recovered.notes) spdlog::warn("recovery: {}", note);
  if (recovered.base != nullptr) {
    LogMapping(*recovered.base->tree_file(), map);
    LogMapping(*recovered.base->terms_file(), map);
  }
  spdlog::info("recovered {}: revision {}, {} facts, {} of them in the base, {} changed since",
               data_dir, recovered.revision, recovered.facts,
               recovered.base == nullptr ? 0 : recovered.base->record().facts,
               recovered.working.changed_facts());
  return recovered;
}

MapOptions MapOptionsOf(const ServerConfig& config) {
  MapOptions map;
  map.populate = config.mmap_populate;
  map.lock = config.mmap_lock;
  map.huge_pages = config.mmap_huge_pages;
  return map;
}

SnapshotWorker::Options SnapshotOptionsOf(const ServerConfig& config) {
  SnapshotWorker::Options options;
  options.data_dir = config.data_dir;
  options.server_version = kServerVersion;
  options.interval = absl::Seconds(config.snapshot_interval_s);
  options.max_changes = config.snapshot_max_changes;
  options.min_ratio = config.snapshot_min_ratio;
  options.compress_terms = config.snapshot_terms_compression == "zlib";
  options.deduplicate = config.snapshot_deduplicate;
  options.max_bytes_per_second = config.snapshot_max_bytes_per_second;
  options.map = MapOptionsOf(config);
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
  parts->readiness.Starting("recovering");
  PATHKB_ASSIGN_OR_RETURN(RecoveredState recovered,
                          OpenData(config.data_dir, MapOptionsOf(config), files, parts->directory));
  parts->knowledge_base = std::make_unique<KnowledgeBase>(FirstView(recovered));

  CommitQueue::Options commit_options;
  commit_options.data_dir = config.data_dir;
  commit_options.database_id = recovered.manifest.database_id;
  parts->commits = std::make_unique<CommitQueue>(commit_options, files, *parts->knowledge_base,
                                                 std::move(recovered.working));

  SnapshotWorker::Options snapshot_options = SnapshotOptionsOf(config);
  if (config.prewarm) {
    parts->warmer = std::make_unique<CacheWarmer>(parts->clock);
    const auto warm = [&warmer = *parts->warmer](const Snapshot& base) {
      warmer.Warm({base.tree_file(), base.terms_file()});
    };
    if (recovered.base != nullptr) warm(*recovered.base);
    snapshot_options.installed = warm;
  }
  parts->snapshots =
      std::make_unique<SnapshotWorker>(snapshot_options, files, parts->clock,
                                       *parts->knowledge_base, *parts->commits, recovered.manifest);

  parts->generations = std::make_unique<Generations>(
      files, config.data_dir, *parts->knowledge_base,
      [&snapshots = *parts->snapshots] { return snapshots.manifest(); });
  parts->threads = std::make_unique<ThreadPool>(kRequestThreads);
  parts->fact_service = std::make_unique<FactService>(*parts->knowledge_base, *parts->generations,
                                                      *parts->commits, *parts->threads);
  parts->query_service = std::make_unique<QueryService>(*parts->generations, *parts->threads);
  parts->snapshot_service =
      std::make_unique<SnapshotService>(*parts->snapshots, *parts->generations, *parts->threads);
  parts->space_service = std::make_unique<SpaceService>(*parts->knowledge_base, *parts->generations,
                                                        *parts->commits, *parts->threads);
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
