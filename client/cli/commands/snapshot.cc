#include "client/cli/commands/snapshot.h"

#include <optional>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/output/figures.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

struct CreateFlags {
  bool no_dedup = false;
  bool delta = false;
};

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
      .Bool("pinned", snapshot.pinned())
      .Text("server_version", snapshot.server_version());
  return object;
}

JsonObject DeltaObject(const v1::Delta& delta) {
  JsonObject object;
  object.Number("from_revision", delta.from_revision())
      .Number("to_revision", delta.to_revision())
      .Text("created_at", ShowTime(delta.created_unix_ms()))
      .Number("facts", delta.facts())
      .Number("bytes", delta.bytes());
  return object;
}

// What `create` and `compact` say of a snapshot.
void PrintSnapshot(Session& session, const v1::Snapshot& snapshot, bool created) {
  if (session.json()) {
    session.out().Write(SnapshotObject(snapshot).Bool("created", created).Done() + "\n");
  } else {
    session.out().Write(fmt::format(
        "{}{}: {} facts, {} bytes\n", created ? "" : "nothing changed since ", snapshot.id(),
        snapshot.facts(), snapshot.tree_bytes() + snapshot.terms_bytes()));
  }
}

absl::Status RunCreateDelta(Session& session) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::CreateSnapshotResponse> answer = (*client)->CreateDelta();
  if (!answer.ok()) return answer.status();
  if (!answer->has_delta()) {
    // Nothing changed, and the last that was written is a snapshot, or nothing; or a space was
    // forked, which takes a snapshot.
    PrintSnapshot(session, answer->snapshot(), answer->created());
  } else if (session.json()) {
    session.out().Write(DeltaObject(answer->delta()).Bool("created", answer->created()).Done() +
                        "\n");
  } else {
    session.out().Write(fmt::format("{}delta of revisions {} to {}: {} bytes\n",
                                    answer->created() ? "" : "nothing changed since ",
                                    answer->delta().from_revision() + 1,
                                    answer->delta().to_revision(), answer->delta().bytes()));
  }
  return absl::OkStatus();
}

absl::Status RunCompact(Session& session, const std::vector<std::string>&) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::CompactResponse> answer = (*client)->Compact();
  if (!answer.ok()) return answer.status();
  PrintSnapshot(session, answer->snapshot(), answer->created());
  return absl::OkStatus();
}

absl::Status RunSetPinned(Session& session, const std::string& id, bool pinned) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::SetPinnedResponse> answer = (*client)->SetPinned(id, pinned);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(SnapshotObject(answer->snapshot()).Done() + "\n");
  } else {
    session.out().Write(fmt::format("{}: {}\n", id, pinned ? "pinned" : "no longer pinned"));
  }
  return absl::OkStatus();
}

absl::Status RunCreate(Session& session, const CreateFlags& flags,
                       const std::vector<std::string>&) {
  if (flags.delta) return RunCreateDelta(session);
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  std::optional<bool> deduplicate;
  if (flags.no_dedup) deduplicate = false;
  const absl::StatusOr<v1::CreateSnapshotResponse> answer = (*client)->CreateSnapshot(deduplicate);
  if (!answer.ok()) return answer.status();
  PrintSnapshot(session, answer->snapshot(), answer->created());
  return absl::OkStatus();
}

absl::Status RunList(Session& session, const std::vector<std::string>&) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListSnapshotsResponse> answer = (*client)->ListSnapshots();
  if (!answer.ok()) return answer.status();
  Table table(session.out(), {"id", "revision", "created at", "facts", "bytes", "base", "pinned"});
  for (const v1::Snapshot& snapshot : answer->snapshots()) {
    if (session.json()) {
      session.out().Write(SnapshotObject(snapshot).Done() + "\n");
      continue;
    }
    table.AddRow({snapshot.id(), fmt::format("{}", snapshot.revision()),
                  ShowTime(snapshot.created_unix_ms()), fmt::format("{}", snapshot.facts()),
                  fmt::format("{}", snapshot.tree_bytes() + snapshot.terms_bytes()),
                  snapshot.base() ? "yes" : "", snapshot.pinned() ? "yes" : ""});
  }
  for (const v1::Delta& delta : answer->deltas()) {
    if (session.json()) {
      session.out().Write(DeltaObject(delta).Done() + "\n");
      continue;
    }
    table.AddRow({fmt::format("delta {}-{}", delta.from_revision(), delta.to_revision()),
                  fmt::format("{}", delta.to_revision()), ShowTime(delta.created_unix_ms()),
                  fmt::format("{}", delta.facts()), fmt::format("{}", delta.bytes()), "", ""});
  }
  table.Finish();
  return absl::OkStatus();
}

}  // namespace

Command SnapshotCreateCommand() {
  Command command;
  command.name = "snapshot create";
  command.summary = "Write everything into a new snapshot; waits until it is on disk";
  command.examples =
      "  pathkb snapshot create\n"
      "  pathkb snapshot create --no-dedup        a larger file with the same content\n"
      "  pathkb snapshot create --delta           only what changed since the last one\n";
  command.RunWithOptions(RunCreate, [](CLI::App& app, CreateFlags& flags) {
    app.add_flag("--no-dedup,--no-merkleize", flags.no_dedup,
                 "Write equal parts of the tree as often as they occur");
    app.add_flag("--delta", flags.delta,
                 "Write what changed since the last snapshot or delta, only")
        ->excludes("--no-dedup");
  });
  return command;
}

Command SnapshotListCommand() {
  Command command;
  command.name = "snapshot list";
  command.summary = "The snapshots that the server keeps, newest first, and its deltas";
  command.examples = "  pathkb snapshot list\n";
  command.run = RunList;
  return command;
}

Command SnapshotPinCommand() {
  Command command;
  command.name = "snapshot pin";
  command.TakeOperands("ID", 1, 1);
  command.summary = "Keep a snapshot until it is unpinned, whatever the server's settings say";
  command.examples = "  pathkb snapshot pin 20261121T111500.123Z-r42\n";
  command.run = [](Session& session, const std::vector<std::string>& operands) {
    return RunSetPinned(session, operands[0], true);
  };
  return command;
}

Command SnapshotUnpinCommand() {
  Command command;
  command.name = "snapshot unpin";
  command.TakeOperands("ID", 1, 1);
  command.summary = "No longer keep a snapshot that was pinned";
  command.examples = "  pathkb snapshot unpin 20261121T111500.123Z-r42\n";
  command.run = [](Session& session, const std::vector<std::string>& operands) {
    return RunSetPinned(session, operands[0], false);
  };
  return command;
}

Command CompactCommand() {
  Command command;
  command.name = "compact";
  command.summary = "Put snapshot, deltas and log into one new snapshot; waits until it is on disk";
  command.examples = "  pathkb compact\n";
  command.run = RunCompact;
  return command;
}

}  // namespace pathkb::cli
