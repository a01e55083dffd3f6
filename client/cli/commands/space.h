// The commands on whole spaces.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_SPACE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_SPACE_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// All spaces with the numbers of their facts.
Command SpaceListCommand();

// Takes out all facts of a space.
Command SpaceDropCommand();

// Makes a new space that holds what another one does.
Command SpaceForkCommand();

// Says which arguments of a space's facts are indexed.
Command SpaceIndexCommand();

// Says whether a space keeps duplicates.
Command SpaceDuplicatesCommand();

// Makes a space what it, or another one, was at the revision of a snapshot.
Command SpaceRestoreCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_SPACE_H_
