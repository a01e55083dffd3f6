// `--at REV`, the option of every command that reads facts.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_AT_OPTION_H_
#define PATHKB_CLIENT_CLI_COMMANDS_AT_OPTION_H_

#include <cstdint>

#include "CLI/CLI.hpp"

namespace pathkb::cli {

// Adds the option to a command. `revision` is borrowed until the command line was read, and stays
// as it is, 0 for now, if it is not given.
inline void DeclareAt(CLI::App& app, uint64_t& revision) {
  app.add_option("--at", revision,
                 "As it was at the revision of a snapshot that the server still has (default: now)")
      ->option_text("REV")
      ->check(CLI::PositiveNumber);
}

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_AT_OPTION_H_
