// `pathkb insert`: facts from the command line into a space.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_INSERT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_INSERT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// All facts given get the same entry; a name goes with one fact only.
Command InsertCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_INSERT_H_
