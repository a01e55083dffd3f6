// `pathkb list`: the facts of a space, or the named ones whose names begin alike.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_LIST_H_
#define PATHKB_CLIENT_CLI_COMMANDS_LIST_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Streams page by page, so it starts at once however many there are.
Command ListCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_LIST_H_
