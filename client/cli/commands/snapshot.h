// `pathkb snapshot create`, `list`, `pin` and `unpin`, and `pathkb compact`.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Writes a snapshot of the whole server and waits until it is on disk.
Command SnapshotCreateCommand();

// The snapshots that the server keeps, newest first, and the deltas behind the first of them.
Command SnapshotListCommand();

// Keeps a snapshot whatever the server's settings say; and takes that back.
Command SnapshotPinCommand();
Command SnapshotUnpinCommand();

// Puts snapshot, deltas and log of the whole server into one new snapshot.
Command CompactCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_SNAPSHOT_H_
