#include "client/cli/commands/lease.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

struct LeaseFlags {
  std::string holder;
  std::string ttl;  // As given; empty if not.
};

// "60s", "1h30m", "500ms" as milliseconds; 0 if nothing was given. UsageError for anything else.
absl::StatusOr<uint64_t> ParseTtl(const std::string& text) {
  if (text.empty()) return 0;
  absl::Duration ttl;
  // What the server allows is for the server to say; 0 would mean its own choice.
  if (absl::ParseDuration(text, &ttl) && ttl >= absl::Milliseconds(1) &&
      ttl <= absl::Hours(10'000)) {
    return static_cast<uint64_t>(absl::ToInt64Milliseconds(ttl));
  }
  return UsageError(fmt::format("'{}' is no time; it should look like 60s, 5m or 500ms", text));
}

void AddTtlOption(CLI::App& app, LeaseFlags& flags) {
  app.add_option("--ttl", flags.ttl, "How long from now, 100ms to 24h (default: 60s)")
      ->option_text("TIME");
}

absl::Status RunAcquire(Session& session, const LeaseFlags& flags,
                        const std::vector<std::string>& operands) {
  if (flags.holder.empty()) return UsageError("lease acquire needs --holder NAME");
  const absl::StatusOr<uint64_t> ttl_ms = ParseTtl(flags.ttl);
  if (!ttl_ms.ok()) return ttl_ms.status();
  v1::AcquireLeaseRequest request;
  const size_t slash = operands[0].find('/');
  request.set_space(operands[0].substr(0, slash));
  if (slash != std::string::npos) request.set_name_prefix(operands[0].substr(slash + 1));
  request.set_holder(flags.holder);
  request.set_ttl_ms(*ttl_ms);
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::AcquireLeaseResponse> answer = (*client)->AcquireLease(request);
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out().Write(JsonObject()
                            .Text("lease", answer->lease_id())
                            .Number("ttl_ms", answer->ttl_ms())
                            .Number("revision", answer->revision())
                            .Done() +
                        "\n");
  } else {
    session.out().Write(answer->lease_id() + "\n");
  }
  return absl::OkStatus();
}

absl::Status RunRenew(Session& session, const LeaseFlags& flags,
                      const std::vector<std::string>& operands) {
  const absl::StatusOr<uint64_t> ttl_ms = ParseTtl(flags.ttl);
  if (!ttl_ms.ok()) return ttl_ms.status();
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::RenewLeaseResponse> answer = (*client)->RenewLease(operands[0], *ttl_ms);
  if (!answer.ok()) return answer.status();
  session.out().Write(session.json() ? JsonObject().Number("ttl_ms", answer->ttl_ms()).Done() + "\n"
                                     : fmt::format("{} s from now\n",
                                                   static_cast<double>(answer->ttl_ms()) / 1000));
  return absl::OkStatus();
}

absl::Status RunRelease(Session& session, const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ReleaseLeaseResponse> answer = (*client)->ReleaseLease(operands[0]);
  if (!answer.ok()) return answer.status();
  session.out().Write(session.json() ? "{}\n" : "released\n");
  return absl::OkStatus();
}

absl::Status RunLeaseList(Session& session, const std::vector<std::string>&) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  const absl::StatusOr<v1::ListLeasesResponse> answer = (*client)->ListLeases();
  if (!answer.ok()) return answer.status();
  Table table(session.out(), {"part", "holder", "seconds left"});
  for (const v1::Lease& lease : answer->leases()) {
    if (session.json()) {
      JsonObject object;
      object.Text("space", lease.space());
      if (lease.has_name_prefix()) object.Text("name_prefix", lease.name_prefix());
      session.out().Write(
          object.Text("holder", lease.holder()).Number("ttl_ms", lease.ttl_ms()).Done() + "\n");
      continue;
    }
    const std::string part =
        lease.has_name_prefix() ? lease.space() + "/" + lease.name_prefix() : lease.space();
    table.AddRow({part, lease.holder(), fmt::format("{}", lease.ttl_ms() / 1000)});
  }
  table.Finish();
  return absl::OkStatus();
}

}  // namespace

Command LeaseAcquireCommand() {
  Command command;
  command.name = "lease acquire";
  command.TakeOperands("SPACE[/NAMEPREFIX] --holder NAME", 1, 1);
  command.summary = "Keep others from writing to a space, or to some of its names; prints an id";
  command.examples =
      "  export PATHKB_LEASE=$(pathkb lease acquire family/facts/ --holder importer --ttl 5m)\n"
      "  pathkb insert --space family --name facts/1 '(parent Tom Bob)'\n"
      "  pathkb lease release $PATHKB_LEASE\n"
      "\n"
      "Who has the id may write, by --lease or PATHKB_LEASE, and by it only there.\n";
  command.RunWithOptions(RunAcquire, [](CLI::App& app, LeaseFlags& flags) {
    app.add_option("--holder", flags.holder, "Who asks, for the others to read")
        ->option_text("NAME");
    AddTtlOption(app, flags);
  });
  return command;
}

Command LeaseRenewCommand() {
  Command command;
  command.name = "lease renew";
  command.TakeOperands("ID", 1, 1);
  command.summary = "Set the time of a lease anew, from now";
  command.examples = "  pathkb lease renew $PATHKB_LEASE --ttl 5m\n";
  command.RunWithOptions(RunRenew, AddTtlOption);
  return command;
}

Command LeaseReleaseCommand() {
  Command command;
  command.name = "lease release";
  command.TakeOperands("ID", 1, 1);
  command.summary = "End a lease";
  command.examples = "  pathkb lease release $PATHKB_LEASE\n";
  command.run = RunRelease;
  return command;
}

Command LeaseListCommand() {
  Command command;
  command.name = "lease list";
  command.summary = "The leases that are held, and by whom";
  command.examples = "  pathkb lease list\n";
  command.run = RunLeaseList;
  return command;
}

}  // namespace pathkb::cli
