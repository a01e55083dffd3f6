// pathkb file info, verify, dump, stats, diff: what is in a file. No server, and nothing is
// changed.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_FILE_INSPECT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_FILE_INSPECT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Each makes one command.
Command FileInfoCommand();
Command FileVerifyCommand();
Command FileDumpCommand();
Command FileStatsCommand();
Command FileDiffCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_FILE_INSPECT_H_
