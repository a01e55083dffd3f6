#include "client/cli/commands/snapshot.h"

#include <memory>
#include <optional>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/output/figures.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

JsonObject SnapshotObject(const v1::Snapshot& snapshot) {
  JsonObject object;
  object.Text("id", snapshot.id())
      .Number("revision", snapshot.revision())
      .Text("created_at", ShowTime(snapshot.created_unix_ms()))
      .Number("facts", snapshot.facts())
      .Number("paths", snapshot.paths())
      .Number("entries", snapshot.entries())
      .Number("bytes", snapshot.tree_bytes() + snapshot.terms_bytes())
      .Number("tree_bytes", snapshot.tree_bytes())
      .Number("terms_bytes", snapshot.terms_bytes())
      .Bool("base", snapshot.base())
      .Number("format_version", snapshot.format_version())
      .Text("parent_id", snapshot.parent_id())
      .Bool("deduplicated", snapshot.deduplicated())
      .Text("server_version", snapshot.server_version());
  return object;
}

absl::Status RunCreate(Session& session, bool no_dedup) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  std::optional<bool> deduplicate;
  if (no_dedup) deduplicate = false;
  const absl::StatusOr<v1::CreateSnapshotResponse> answer = (*client)->CreateSnapshot(deduplicate);
  if (!answer.ok()) return answer.status();
  const v1::Snapshot& snapshot = answer->snapshot();
  if (session.json()) {
    session.out().Write(SnapshotObject(snapshot).Bool("created", answer->created()).Done() + "\n");
  } else {
    session.out().Write(fmt::format(
        "{}{}: {} facts, {} bytes\n", answer->created() ? "" : "nothing changed since ",
        snapshot.id(), snapshot.facts(), snapshot.tree_bytes() + snapshot.terms_bytes()));
  }
  return absl::OkStatus();
}

absl::Status RunList(Session& session, const std::vector<std::string>&) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListSnapshotsResponse> answer = (*client)->ListSnapshots();
  if (!answer.ok()) return answer.status();
  Table table(session.out(), {"id", "revision", "created at", "facts", "bytes", "base"});
  for (const v1::Snapshot& snapshot : answer->snapshots()) {
    if (session.json()) {
      session.out().Write(SnapshotObject(snapshot).Done() + "\n");
      continue;
    }
    table.AddRow({snapshot.id(), fmt::format("{}", snapshot.revision()),
                  ShowTime(snapshot.created_unix_ms()), fmt::format("{}", snapshot.facts()),
                  fmt::format("{}", snapshot.tree_bytes() + snapshot.terms_bytes()),
                  snapshot.base() ? "yes" : ""});
  }
  table.Finish();
  return absl::OkStatus();
}

}  // namespace

Command SnapshotCreateCommand() {
  const auto no_dedup = std::make_shared<bool>(false);
  Command command;
  command.name = "snapshot create";
  command.summary = "Write everything into a new snapshot; waits until it is on disk";
  command.examples =
      "  pathkb snapshot create\n"
      "  pathkb snapshot create --no-dedup        a larger file with the same content\n";
  command.declare = [no_dedup](CLI::App& app) {
    app.add_flag("--no-dedup", *no_dedup, "Write equal parts of the tree as often as they occur");
  };
  command.run = [no_dedup](Session& session, const std::vector<std::string>&) {
    return RunCreate(session, *no_dedup);
  };
  return command;
}

Command SnapshotListCommand() {
  Command command;
  command.name = "snapshot list";
  command.summary = "The snapshots that the server keeps, newest first";
  command.examples = "  pathkb snapshot list\n";
  command.run = RunList;
  return command;
}

}  // namespace pathkb::cli
