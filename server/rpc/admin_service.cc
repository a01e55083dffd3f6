#include "server/rpc/admin_service.h"

#include "core/base/string_views.h"
#include "server/rpc/proto_conversion.h"

namespace pathkb {

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest*,
                                                  v1::GetStatusResponse* response) {
  const Manifest manifest = snapshots_.manifest();
  const ReadView view = knowledge_base_.View();
  const absl::Status write_status = commits_.write_status();
  response->set_version(facts_.version);
  response->set_revision(view.revision);
  // Nothing is visible before it is durable.
  response->set_durable_revision(view.revision);
  response->set_facts(view.facts);
  response->set_working_set_facts(view.working_set_facts);
  response->set_commits_since_snapshot(view.revision);
  if (manifest.base.has_value()) {
    *response->mutable_snapshot() = ToProto(*manifest.base, manifest.format_version, /*base=*/true);
    response->set_base_facts(manifest.base->facts);
    response->set_base_entries(manifest.base->entries);
    response->set_commits_since_snapshot(view.revision - manifest.base->revision);
  }
  response->set_start_to_ready_ms(absl::ToDoubleMilliseconds(facts_.start_to_ready));
  response->set_started_unix_ms(absl::ToUnixMillis(facts_.started));
  response->set_data_dir(facts_.data_dir);
  response->set_working_set_entries(view.entries.entry_count());
  response->set_writable(write_status.ok());
  response->set_write_state(write_status.ok() ? "writing"
                                              : std::string(ToStd(write_status.message())));
  for (const std::string& note : facts_.recovery_notes) response->add_recovery_notes(note);
  response->set_snapshot_running(snapshots_.running());
  response->set_changes_since_snapshot(snapshots_.ChangesSinceSnapshot(view));
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace pathkb
