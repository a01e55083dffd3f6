// From the words of a command line to an exit code: finds the command, runs it, prints its error.

#ifndef PATHKB_CLIENT_CLI_COMMAND_LINE_H_
#define PATHKB_CLIENT_CLI_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "client/cli/output/text_output.h"

namespace pathkb::cli {

// Runs `words` (without the program's name) and returns the exit code, see exit_code.h. Results and
// help go to `out`; an error is one line on `err`. An `out` whose reader has gone away is no error.
// Reads the environment variable PATHKB_SERVER.
int RunCommandLine(const std::vector<std::string>& words, TextOutput& out, TextOutput& err);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMAND_LINE_H_
