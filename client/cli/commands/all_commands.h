// The list of all commands.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_ALL_COMMANDS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_ALL_COMMANDS_H_

#include <vector>

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// In the order in which help shows them. Each call makes new ones: a command keeps its options.
std::vector<Command> AllCommands();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_ALL_COMMANDS_H_
