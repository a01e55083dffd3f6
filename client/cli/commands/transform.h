// `pathkb transform`: the answers to a query, shaped by a template, as facts.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_TRANSFORM_H_
#define PATHKB_CLIENT_CLI_COMMANDS_TRANSFORM_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// All facts are inserted, or none; prints how many.
Command TransformCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_TRANSFORM_H_
