#include "client/cli/commands/status.h"

#include <utility>

#include "fmt/format.h"

#include "client/cli/output/figures.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

std::string WorkerText(const v1::Worker& worker) {
  std::string text = worker.doing().empty() ? "waits" : worker.doing();
  if (worker.total() > 0) text += fmt::format(", {} of {}", worker.done(), worker.total());
  text += fmt::format("; {} runs", worker.runs());
  if (worker.failed() > 0) text += fmt::format(", {} failed", worker.failed());
  if (!worker.last_error().empty()) text += ": " + worker.last_error();
  return text;
}

std::string WorkersJson(const v1::GetStatusResponse& status) {
  std::string list = "[";
  for (const v1::Worker& worker : status.workers()) {
    list += list.size() > 1 ? "," : "";
    list +=
        JsonObject()
            .Text("name", worker.name())
            .Text("doing", worker.doing())
            .Number("done", worker.done())
            .Number("total", worker.total())
            .Number("runs", worker.runs())
            .Number("failed", worker.failed())
            .Text("last_error", worker.last_error())
            .Text("last_run_end",
                  worker.last_run_end_unix_ms() == 0 ? "" : ShowTime(worker.last_run_end_unix_ms()))
            .Real("last_run_ms", worker.last_run_ms())
            .Done();
  }
  return list + "]";
}

// Each is kept once, however many facts have it; how many those are tells what that saves.
std::string WorkingSetEntriesText(const v1::GetStatusResponse& status) {
  return fmt::format("{}, {} bytes, given to {} facts", status.working_set_entries(),
                     status.working_set_entry_bytes(), status.working_set_entry_uses());
}

std::string StatusJson(const v1::GetStatusResponse& status) {
  JsonObject object;
  object.Text("version", status.version())
      .Number("revision", status.revision())
      .Number("durable_revision", status.durable_revision())
      .Number("facts", status.facts())
      .Number("base_facts", status.base_facts())
      .Number("working_set_facts", status.working_set_facts())
      .Number("commits_since_snapshot", status.commits_since_snapshot())
      .Number("changes_since_snapshot", status.changes_since_snapshot())
      .Bool("has_snapshot", status.has_snapshot());
  if (status.has_snapshot()) {
    object.Text("snapshot", status.snapshot().id());
  } else {
    object.Null("snapshot");
  }
  std::string notes = "[";
  for (const std::string& note : status.recovery_notes()) {
    notes += (notes.size() > 1 ? "," : "") + JsonString(note);
  }
  return object.Bool("snapshot_running", status.snapshot_running())
      .Number("unique_terms", status.working_set_entries() + status.base_entries())
      .Number("working_set_entries", status.working_set_entries())
      .Number("base_entries", status.base_entries())
      .Number("working_set_entry_bytes", status.working_set_entry_bytes())
      .Number("working_set_entry_uses", status.working_set_entry_uses())
      .Number("base_entry_bytes", status.base_entry_bytes())
      .Real("start_to_ready_ms", status.start_to_ready_ms())
      .Text("started_at", ShowTime(status.started_unix_ms()))
      .Text("data_dir", status.data_dir())
      .Bool("writable", status.writable())
      .Text("write_state", status.write_state())
      .Value("recovery_notes", notes + "]")
      .Number("working_set_bytes", status.working_set_bytes())
      .Value("workers", WorkersJson(status))
      .Done();
}

void PrintStatus(TextOutput& out, const v1::GetStatusResponse& status) {
  const auto number = [](uint64_t value) { return fmt::format("{}", value); };
  std::vector<std::pair<std::string, std::string>> rows = {
      {"version", status.version()},
      {"data directory", status.data_dir()},
      {"started at", ShowTime(status.started_unix_ms())},
      {"start to ready", fmt::format("{:.1f} ms", status.start_to_ready_ms())},
      {"revision", number(status.revision())},
      {"on disk up to", number(status.durable_revision())},
      {"facts", number(status.facts())},
      {"  in the base", number(status.base_facts())},
      {"  in the working set", number(status.working_set_facts())},
      {"  its memory", fmt::format("{} bytes", status.working_set_bytes())},
      {"distinct entries", number(status.working_set_entries() + status.base_entries())},
      {"  in the base",
       fmt::format("{}, {} bytes", status.base_entries(), status.base_entry_bytes())},
      {"  in the working set", WorkingSetEntriesText(status)},
      {"snapshot", status.has_snapshot() ? status.snapshot().id() : "none"},
      {"since the snapshot", fmt::format("{} commits, {} changes", status.commits_since_snapshot(),
                                         status.changes_since_snapshot())},
      {"writes", status.writable() ? "accepted" : "refused: " + status.write_state()},
  };
  if (status.snapshot_running()) rows.emplace_back("now", "writing a snapshot");
  for (const v1::Worker& worker : status.workers()) {
    rows.emplace_back(worker.name(), WorkerText(worker));
  }
  for (const std::string& note : status.recovery_notes()) rows.emplace_back("recovery", note);
  PrintPairs(out, rows);
}

absl::Status RunStatus(Session& session, const std::vector<std::string>&) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::GetStatusResponse> status = (*client)->GetStatus();
  if (!status.ok()) return status.status();
  if (session.json()) {
    session.out().Write(StatusJson(*status) + "\n");
  } else {
    PrintStatus(session.out(), *status);
  }
  return absl::OkStatus();
}

}  // namespace

Command StatusCommand() {
  Command command;
  command.name = "status";
  command.summary = "What the server holds and how it is";
  command.examples =
      "  pathkb status\n"
      "  pathkb status -o json\n";
  command.run = RunStatus;
  return command;
}

}  // namespace pathkb::cli
