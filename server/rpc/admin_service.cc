#include "server/rpc/admin_service.h"

#include "core/base/string_views.h"
#include "server/rpc/proto_conversion.h"

namespace pathkb {
namespace {

void FillWorker(const WorkerStatus& status, v1::Worker* worker) {
  worker->set_name(status.name);
  worker->set_doing(status.doing);
  worker->set_done(status.done);
  worker->set_total(status.total);
  worker->set_runs(status.runs);
  worker->set_failed(status.failed);
  worker->set_last_error(status.last_error);
  if (status.last_run_end != absl::InfinitePast()) {
    worker->set_last_run_end_unix_ms(absl::ToUnixMillis(status.last_run_end));
  }
  worker->set_last_run_ms(absl::ToDoubleMilliseconds(status.last_run));
}

void FillStatus(const ServerState& state, v1::GetStatusResponse* response) {
  const Manifest& manifest = state.manifest;
  response->set_version(state.facts.version);
  response->set_revision(state.revision);
  response->set_durable_revision(state.durable_revision);
  response->set_facts(state.fact_count);
  response->set_working_set_facts(state.working_set_facts);
  response->set_commits_since_snapshot(state.revision);
  if (manifest.base.has_value()) {
    *response->mutable_snapshot() = ToProto(*manifest.base, manifest.format_version, /*base=*/true);
    response->set_base_facts(manifest.base->facts);
    response->set_base_entries(manifest.base->entries);
    response->set_commits_since_snapshot(state.revision - manifest.base->revision);
  }
  response->set_start_to_ready_ms(absl::ToDoubleMilliseconds(state.facts.start_to_ready));
  response->set_started_unix_ms(absl::ToUnixMillis(state.facts.started));
  response->set_data_dir(state.facts.data_dir);
  response->set_working_set_entries(state.working_set_entries);
  response->set_working_set_entry_bytes(state.working_set_entry_bytes);
  response->set_working_set_entry_uses(state.working_set_entry_uses);
  response->set_base_entry_bytes(state.base_entry_bytes);
  response->set_working_set_bytes(state.working_set_bytes);
  response->set_writable(state.write_status.ok());
  response->set_write_state(
      state.write_status.ok() ? "writing" : std::string(ToStd(state.write_status.message())));
  for (const std::string& note : state.facts.recovery_notes) response->add_recovery_notes(note);
  response->set_snapshot_running(state.snapshot_running);
  response->set_changes_since_snapshot(state.changes_since_snapshot);
  for (const WorkerStatus& worker : state.workers) FillWorker(worker, response->add_workers());
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest*,
                                                  v1::GetStatusResponse* response) {
  FillStatus(state_(), response);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace pathkb
