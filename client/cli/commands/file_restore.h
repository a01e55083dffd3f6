// `pathkb file restore`.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_FILE_RESTORE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_FILE_RESTORE_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Makes a new data directory of one snapshot of another.
Command FileRestoreCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_FILE_RESTORE_H_
