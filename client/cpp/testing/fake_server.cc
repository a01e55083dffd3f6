#include "client/cpp/testing/fake_server.h"

#include <chrono>

#include "fmt/format.h"
#include "google/protobuf/util/message_differencer.h"

#include "client/cpp/pathkb_client.h"

namespace pathkb::client {
namespace {

// What is wrong with `term`, as "line 1, column 7: ..."; empty if nothing is.
std::string FaultOf(const std::string& term) {
  const size_t bad = term.find("bad");
  if (bad == std::string::npos) return "";
  size_t line = 1;
  size_t column = 1;
  for (size_t i = 0; i < bad; ++i) {
    if (term[i] == '\n') {
      ++line;
      column = 1;
    } else if ((term[i] & 0xC0) != 0x80) {
      ++column;
    }
  }
  return fmt::format("line {}, column {}: the word 'bad'", line, column);
}

grpc::Status NoSuchSpace(const std::string& space) {
  return {grpc::StatusCode::NOT_FOUND, fmt::format("no such space: {}", space)};
}

}  // namespace

FakeServer::FakeServer() {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(PathkbClient::kMessageBytesMax);
  builder.RegisterService(static_cast<v1::FactService::Service*>(this));
  builder.RegisterService(static_cast<v1::QueryService::Service*>(this));
  builder.RegisterService(static_cast<v1::AdminService::Service*>(this));
  builder.RegisterService(&snapshots_service_);
  server_ = builder.BuildAndStart();
  address_ = fmt::format("127.0.0.1:{}", port);
}

FakeServer::~FakeServer() { Shutdown(); }

void FakeServer::Shutdown() { server_->Shutdown(std::chrono::system_clock::now()); }

void FakeServer::SetHook(Hook hook) {
  absl::MutexLock lock(&mutex_);
  hook_ = std::move(hook);
}

grpc::Status FakeServer::RunHook(const std::string& method, grpc::ServerContext* context) {
  Hook hook;
  {
    absl::MutexLock lock(&mutex_);
    hook = hook_;
  }
  return hook ? hook(method, *context) : grpc::Status::OK;
}

std::map<std::string, v1::Fact> FakeServer::Facts(const std::string& space) {
  absl::MutexLock lock(&mutex_);
  return spaces_[space];
}

std::vector<int> FakeServer::InsertSizes() {
  absl::MutexLock lock(&mutex_);
  return insert_sizes_;
}

grpc::Status FakeServer::Insert(grpc::ServerContext* context, const v1::InsertRequest* request,
                                v1::InsertResponse* response) {
  if (grpc::Status status = RunHook("Insert", context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  insert_sizes_.push_back(request->facts_size());
  const bool skip = request->on_invalid() == v1::InsertRequest::ON_INVALID_SKIP;
  for (int i = 0; i < request->facts_size(); ++i) {
    const std::string fault = FaultOf(request->facts(i).term());
    if (fault.empty()) continue;
    if (!skip) {
      return {grpc::StatusCode::INVALID_ARGUMENT, fmt::format("fact {}: {}", i, fault)};
    }
    v1::RejectedFact* rejected = response->add_rejected();
    rejected->set_index(i);
    rejected->set_message(fault);
  }
  std::map<std::string, v1::Fact>& facts = spaces_[request->space()];
  for (const v1::Fact& fact : request->facts()) {
    if (!FaultOf(fact.term()).empty()) continue;
    const auto [at, is_new] =
        facts.try_emplace(fact.name().empty() ? fact.term() : fact.name(), fact);
    if (is_new) {
      response->set_inserted(response->inserted() + 1);
    } else if (google::protobuf::util::MessageDifferencer::Equals(at->second, fact)) {
      response->set_unchanged(response->unchanged() + 1);
    } else {
      at->second = fact;
      response->set_updated(response->updated() + 1);
    }
  }
  if (response->inserted() + response->updated() > 0) ++revision_;
  response->set_revision(revision_);
  response->set_durable_revision(revision_);
  return grpc::Status::OK;
}

grpc::Status FakeServer::Get(grpc::ServerContext* context, const v1::GetRequest* request,
                             v1::GetResponse* response) {
  if (grpc::Status status = RunHook("Get", context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  const std::map<std::string, v1::Fact>& facts = spaces_[request->space()];
  const std::string& key = request->has_name() ? request->name() : request->term();
  const auto at = facts.find(key);
  if (at == facts.end()) return {grpc::StatusCode::NOT_FOUND, fmt::format("no such fact: {}", key)};
  *response->mutable_fact() = at->second;
  response->set_revision(revision_);
  return grpc::Status::OK;
}

grpc::Status FakeServer::List(grpc::ServerContext* context, const v1::ListRequest* request,
                              v1::ListResponse* response) {
  if (grpc::Status status = RunHook("List", context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  if (!spaces_.contains(request->space())) return NoSuchSpace(request->space());
  const std::map<std::string, v1::Fact>& facts = spaces_[request->space()];
  for (auto at = facts.upper_bound(request->page_token()); at != facts.end(); ++at) {
    if (request->has_name_prefix() &&
        (at->second.name().empty() || !at->second.name().starts_with(request->name_prefix()))) {
      continue;
    }
    if (static_cast<size_t>(response->facts_size()) == page_facts_max_) {
      const v1::Fact& last = response->facts(response->facts_size() - 1);
      response->set_next_page_token(last.name().empty() ? last.term() : last.name());
      break;
    }
    *response->add_facts() = at->second;
  }
  response->set_revision(revision_);
  return grpc::Status::OK;
}

grpc::Status FakeServer::Delete(grpc::ServerContext* context, const v1::DeleteRequest* request,
                                v1::DeleteResponse* response) {
  if (grpc::Status status = RunHook("Delete", context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  if (!spaces_.contains(request->space())) return NoSuchSpace(request->space());
  std::vector<std::string> keys(request->terms().begin(), request->terms().end());
  keys.insert(keys.end(), request->names().begin(), request->names().end());
  uint64_t deleted = 0;
  for (const std::string& key : keys) deleted += spaces_[request->space()].erase(key);
  if (deleted > 0) ++revision_;
  response->set_deleted(deleted);
  response->set_not_found(keys.size() - deleted);
  response->set_revision(revision_);
  response->set_durable_revision(revision_);
  return grpc::Status::OK;
}

// Every fact matches and binds the pattern's variable, if there is a '$' in it, to its whole self.
grpc::Status FakeServer::Query(grpc::ServerContext* context, const v1::QueryRequest* request,
                               grpc::ServerWriter<v1::QueryResponse>* writer) {
  if (grpc::Status status = RunHook("Query", context); !status.ok()) return status;
  std::map<std::string, v1::Fact> facts;
  uint64_t revision = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!spaces_.contains(request->space())) return NoSuchSpace(request->space());
    facts = spaces_[request->space()];
    revision = revision_;
  }
  uint64_t matches = 0;
  for (const auto& [key, fact] : facts) {
    if (request->limit() > 0 && matches++ == request->limit()) break;
    v1::QueryResponse response;
    response.set_revision(revision);
    v1::Match* match = response.add_matches();
    *match->mutable_fact() = fact;
    if (request->pattern().find('$') != std::string::npos) {
      v1::Binding* binding = match->add_bindings();
      binding->set_variable("x");
      binding->set_term(fact.term());
    }
    if (!writer->Write(response)) return {grpc::StatusCode::CANCELLED, "the caller went away"};
  }
  return grpc::Status::OK;
}

grpc::Status FakeServer::Count(grpc::ServerContext* context, const v1::CountRequest* request,
                               v1::CountResponse* response) {
  if (grpc::Status status = RunHook("Count", context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  if (!spaces_.contains(request->space())) return NoSuchSpace(request->space());
  response->set_count(spaces_[request->space()].size());
  response->set_revision(revision_);
  return grpc::Status::OK;
}

grpc::Status FakeServer::GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest*,
                                   v1::GetStatusResponse* response) {
  if (grpc::Status status = RunHook("GetStatus", context); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  uint64_t facts = 0;
  for (const auto& [space, its_facts] : spaces_) facts += its_facts.size();
  response->set_version("fake");
  response->set_revision(revision_);
  response->set_durable_revision(revision_);
  response->set_facts(facts);
  response->set_working_set_entries(3);
  response->set_base_entries(4);
  response->set_changes_since_snapshot(5);
  response->set_start_to_ready_ms(1.5);
  response->set_data_dir("/nowhere");
  response->set_writable(true);
  if (!snapshots_.empty()) {
    *response->mutable_snapshot() = snapshots_.back();
    response->set_base_facts(snapshots_.back().facts());
  }
  response->set_working_set_facts(facts - response->base_facts());
  return grpc::Status::OK;
}

v1::Snapshot FakeServer::MakeSnapshot() {
  v1::Snapshot snapshot;
  snapshot.set_id(fmt::format("20240102T030405.678Z-r{}", revision_));
  snapshot.set_revision(revision_);
  snapshot.set_created_unix_ms(1704164645678);
  uint64_t facts = 0;
  for (const auto& [space, its_facts] : spaces_) facts += its_facts.size();
  snapshot.set_facts(facts);
  snapshot.set_tree_bytes(1000);
  snapshot.set_terms_bytes(234);
  snapshot.set_base(true);
  return snapshot;
}

grpc::Status FakeServer::Snapshots::Create(grpc::ServerContext* context,
                                           const v1::CreateSnapshotRequest* request,
                                           v1::CreateSnapshotResponse* response) {
  if (grpc::Status status = server_.RunHook("CreateSnapshot", context); !status.ok()) return status;
  absl::MutexLock lock(&server_.mutex_);
  std::vector<v1::Snapshot>& snapshots = server_.snapshots_;
  if (request->kind() == v1::SNAPSHOT_KIND_DELTA) {
    uint64_t covered = snapshots.empty() ? 0 : snapshots.back().revision();
    if (!server_.deltas_.empty()) covered = server_.deltas_.back().to_revision();
    if (covered < server_.revision_) {
      response->set_created(true);
      v1::Delta& delta = server_.deltas_.emplace_back();
      delta.set_from_revision(covered);
      delta.set_to_revision(server_.revision_);
      delta.set_created_unix_ms(server_.MakeSnapshot().created_unix_ms());
      delta.set_bytes(567);
      delta.set_facts(server_.MakeSnapshot().facts());
    }
    if (!server_.deltas_.empty()) *response->mutable_delta() = server_.deltas_.back();
    if (!snapshots.empty()) *response->mutable_snapshot() = snapshots.back();
    return grpc::Status::OK;
  }
  response->set_created(
      snapshots.empty() || snapshots.back().revision() != server_.revision_ ||
      (request->has_deduplicate() && snapshots.back().deduplicated() != request->deduplicate()));
  if (response->created()) {
    server_.deltas_.clear();
    for (v1::Snapshot& older : snapshots) older.set_base(false);
    snapshots.push_back(server_.MakeSnapshot());
    snapshots.back().set_deduplicated(!request->has_deduplicate() || request->deduplicate());
  }
  *response->mutable_snapshot() = snapshots.back();
  return grpc::Status::OK;
}

grpc::Status FakeServer::Snapshots::Compact(grpc::ServerContext* context, const v1::CompactRequest*,
                                            v1::CompactResponse* response) {
  if (grpc::Status status = server_.RunHook("Compact", context); !status.ok()) return status;
  v1::CreateSnapshotRequest request;
  v1::CreateSnapshotResponse made;
  if (grpc::Status status = Create(context, &request, &made); !status.ok()) return status;
  *response->mutable_snapshot() = made.snapshot();
  response->set_created(made.created());
  return grpc::Status::OK;
}

grpc::Status FakeServer::Snapshots::SetPinned(grpc::ServerContext* context,
                                              const v1::SetPinnedRequest* request,
                                              v1::SetPinnedResponse* response) {
  if (grpc::Status status = server_.RunHook("SetPinned", context); !status.ok()) return status;
  absl::MutexLock lock(&server_.mutex_);
  for (v1::Snapshot& snapshot : server_.snapshots_) {
    if (snapshot.id() != request->id()) continue;
    snapshot.set_pinned(request->pinned());
    *response->mutable_snapshot() = snapshot;
    return grpc::Status::OK;
  }
  return grpc::Status(grpc::StatusCode::NOT_FOUND, "there is no snapshot " + request->id());
}

grpc::Status FakeServer::Snapshots::List(grpc::ServerContext* context,
                                         const v1::ListSnapshotsRequest*,
                                         v1::ListSnapshotsResponse* response) {
  if (grpc::Status status = server_.RunHook("ListSnapshots", context); !status.ok()) return status;
  absl::MutexLock lock(&server_.mutex_);
  for (auto at = server_.snapshots_.rbegin(); at != server_.snapshots_.rend(); ++at) {
    *response->add_snapshots() = *at;
  }
  for (const v1::Delta& delta : server_.deltas_) *response->add_deltas() = delta;
  return grpc::Status::OK;
}

}  // namespace pathkb::client
