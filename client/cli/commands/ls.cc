#include "client/cli/commands/ls.h"

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/at_option.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/json.h"
#include "client/cli/output/table.h"

namespace pathkb::cli {
namespace {

// Prints entries as they come, as a table or as JSON.
class LsPrinter {
 public:
  // Borrows `session`.
  explicit LsPrinter(Session& session)
      : session_(session), table_(session.out(), {"name", "facts"}) {}

  // False if the output takes no more.
  bool Print(const std::string& name, uint64_t facts, bool counted_to_end) {
    if (!session_.json()) {
      return table_.AddRow({name, fmt::format("{}{}", facts, counted_to_end ? "" : "+")});
    }
    return session_.out().Write(JsonObject()
                                    .Text("name", name)
                                    .Bool("folder", name.ends_with('/'))
                                    .Number("facts", facts)
                                    .Bool("counted_to_end", counted_to_end)
                                    .Done() +
                                "\n");
  }
  void Finish() { table_.Finish(); }

 private:
  Session& session_;
  Table table_;
};

absl::Status RunLs(Session& session, const uint64_t& at, const std::vector<std::string>& operands) {
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  LsPrinter printer(session);
  if (operands.empty()) {
    if (at != 0) return UsageError("ls --at REV needs a space");
    const absl::StatusOr<uint64_t> spaces = (*client)->ListSpaces([&](const v1::Space& space) {
      return printer.Print(space.name() + "/", space.facts(), true);
    });
    printer.Finish();
    return spaces.status();
  }
  const size_t slash = operands[0].find('/');
  const std::string space = operands[0].substr(0, slash);
  const std::string folder = slash == std::string::npos ? "" : operands[0].substr(slash + 1);
  const absl::StatusOr<uint64_t> entries = (*client)->Browse(
      space, folder,
      [&](const v1::BrowseEntry& entry) {
        return printer.Print(entry.name(), entry.facts(), entry.counted_to_end());
      },
      at);
  printer.Finish();
  if (!entries.ok()) return entries.status();
  if (*entries > 0 || folder.empty()) return absl::OkStatus();
  return absl::NotFoundError(fmt::format("space {} has no names in folder {}", space, folder));
}

}  // namespace

Command LsCommand() {
  Command command;
  command.name = "ls";
  command.TakeOperands("[SPACE[/FOLDER]]", 0, 1);
  command.summary = "Spaces, or the names in one, as folders";
  command.examples =
      "  pathkb ls                      the spaces\n"
      "  pathkb ls family               facts/, rules/, ...\n"
      "  pathkb ls family/facts/math    what is directly in there\n"
      "\n"
      "Names are paths, with / between their parts. With each folder stands how many facts have\n"
      "names in it; 10000+ if there are more. Facts without a name are in no folder.\n";
  command.RunWithOptions(RunLs, DeclareAt);
  return command;
}

}  // namespace pathkb::cli
