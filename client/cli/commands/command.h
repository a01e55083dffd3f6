// What a command is to the command line: a name, a help text, options, and something to run.
//
// Each command is one file beside this one, with a function that makes it; all_commands lists them.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_COMMAND_H_
#define PATHKB_CLIENT_CLI_COMMANDS_COMMAND_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "client/cli/commands/session.h"

// CLI/CLI.hpp takes long to compile; only commands with options of their own include it.
namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}  // namespace CLI

namespace pathkb::cli {

// Operands are what is no option: facts, patterns, file names. They are counted and handed over by
// the command line itself and not by CLI11, which would take some of them apart.
struct Command {
  std::string name;      // "query", or two words: "snapshot create".
  std::string operands;  // As in a usage line, such as "PATTERN".
  size_t operands_min = 0;
  size_t operands_max = 0;
  bool needs_server = true;  // False: it works on files, and has none of the options for servers.
  std::string summary;       // One line.
  std::string examples;      // For the end of its help text; lines.
  // Adds the command's own options; they are kept wherever `run` looks for them.
  std::function<void(CLI::App&)> declare = [](CLI::App&) {};
  // Runs it. Results go to session.out(); an error comes back and is printed by the caller. An
  // output that takes no more is no error of the command.
  std::function<absl::Status(Session&, const std::vector<std::string>& operands)> run;
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_COMMAND_H_
