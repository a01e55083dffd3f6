// `pathkb status`: what the server holds and how it is.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_STATUS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_STATUS_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Pairs of name and value, or one JSON object.
Command StatusCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_STATUS_H_
