// `pathkb snapshot diff`.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_DIFF_H_
#define PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_DIFF_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// The facts that differ between two states of the server, a line each.
Command SnapshotDiffCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_DIFF_H_
