// `pathkb snapshot create` and `pathkb snapshot list`.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Writes a snapshot of the whole server and waits until it is on disk.
Command SnapshotCreateCommand();

// The snapshots that the server keeps, newest first.
Command SnapshotListCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_H_
