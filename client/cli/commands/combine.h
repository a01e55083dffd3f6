// `pathkb combine`: union, intersection, difference, restriction of spaces.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_COMBINE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_COMBINE_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Prints the facts of the result, or inserts them into a space and prints how many.
Command CombineCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_COMBINE_H_
