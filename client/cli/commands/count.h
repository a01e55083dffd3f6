// `pathkb count`: how many facts there are, or match a pattern.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_COUNT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_COUNT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Prints a bare number; with JSON also the revision.
Command CountCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_COUNT_H_
