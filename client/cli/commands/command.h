// What a command is to the command line: a name, a help text, options, and something to run.
//
// Each command is one file beside this one, with a function that makes it; all_commands lists them.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_COMMAND_H_
#define PATHKB_CLIENT_CLI_COMMANDS_COMMAND_H_

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "client/cli/commands/session.h"

// CLI/CLI.hpp takes long to compile; only commands with options of their own include it.
namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}  // namespace CLI

namespace pathkb::cli {

// A command whose first word is "file" works on files, and has none of the options for servers.
//
// Operands are what is no option: facts, patterns, file names. They are counted and handed over by
// the command line itself and not by CLI11, which would take some of them apart.
struct Command {
  static constexpr size_t kAnyNumber = std::numeric_limits<size_t>::max();

  std::string name;      // "query", or two words: "snapshot create".
  std::string operands;  // As in a usage line, such as "PATTERN".
  size_t operands_min = 0;
  size_t operands_max = 0;
  std::string summary;   // One line.
  std::string examples;  // For the end of its help text; lines.
  // Adds the command's own options; they are kept wherever `run` looks for them.
  std::function<void(CLI::App&)> declare = [](CLI::App&) {};
  // Runs it. Results go to session.out(); an error comes back and is printed by the caller. An
  // output that takes no more is no error of the command.
  std::function<absl::Status(Session&, const std::vector<std::string>& operands)> run;

  // Sets what the operands are called, and how many there may be; a new command takes none.
  void TakeOperands(std::string usage, size_t min, size_t max) {
    operands = std::move(usage);
    operands_min = min;
    operands_max = max;
  }

  // Sets `declare` and `run` of a command with options of its own. They are the fields of an
  // Options: `add_options` ties them to words of the command line, `function` runs with what was
  // given. The Options are this command's; copies of the command share them.
  template <typename Options>
  void RunWithOptions(absl::Status (*function)(Session&, const Options&,
                                               const std::vector<std::string>& operands),
                      std::type_identity_t<void (*)(CLI::App&, Options&)> add_options) {
    const auto options = std::make_shared<Options>();
    declare = [options, add_options](CLI::App& app) { add_options(app, *options); };
    run = [options, function](Session& session, const std::vector<std::string>& given) {
      return function(session, *options, given);
    };
  }
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_COMMAND_H_
