// `pathkb query`: the facts that match a pattern, with what its variables stand for.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_QUERY_H_
#define PATHKB_CLIENT_CLI_COMMANDS_QUERY_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Prints matches as they arrive.
Command QueryCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_QUERY_H_
