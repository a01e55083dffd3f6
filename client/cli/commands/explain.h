// `pathkb explain`: in which order, and through which indexes, a query is answered.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_EXPLAIN_H_
#define PATHKB_CLIENT_CLI_COMMANDS_EXPLAIN_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// A table of the plan's steps, with JSON one object a step; with --analyze also what they took.
Command ExplainCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_EXPLAIN_H_
