// `pathkb delete`: takes one fact out.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_DELETE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_DELETE_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// A fact that is not there is an error: NotFound.
Command DeleteCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_DELETE_H_
