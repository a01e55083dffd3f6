// `pathkb export`: all facts of a space, as text that `pathkb import` reads.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_EXPORT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_EXPORT_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// MeTTa has the terms alone; JSON keeps names and entries too. There is no table.
Command ExportCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_EXPORT_H_
