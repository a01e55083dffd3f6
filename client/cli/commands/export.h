// `pathkb export`: the facts of a space, in any of the formats that `pathkb import` reads.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_EXPORT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_EXPORT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// MeTTa and JSON lines lose nothing; what another format loses is told.
Command ExportCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_EXPORT_H_
