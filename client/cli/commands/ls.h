// `pathkb ls`: spaces, and the names in them, as folders.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_LS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_LS_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Shows one level at a time: the spaces, or what is directly in a folder of one.
Command LsCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_LS_H_
