// pathkb file convert, build, compact, salvage: files made of others. No server.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_FILE_MAKE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_FILE_MAKE_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Each makes one command.
Command FileConvertCommand();
Command FileBuildCommand();
Command FileCompactCommand();
Command FileSalvageCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_FILE_MAKE_H_
