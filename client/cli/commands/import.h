// `pathkb import`: files of facts, of any length and in any of the formats, into a space.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_IMPORT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_IMPORT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Reports progress while it runs and what it came to at the end, also if it was stopped. A bad fact
// is an error that names its line and column, unless --on-error=skip; then the exit code says that
// some were left out.
Command ImportCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_IMPORT_H_
