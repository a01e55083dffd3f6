// `pathkb get`: one fact, by its term or its name.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_GET_H_
#define PATHKB_CLIENT_CLI_COMMANDS_GET_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// NotFound if there is none.
Command GetCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_GET_H_
