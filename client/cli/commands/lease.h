// The commands on leases.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_LEASE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_LEASE_H_

#include "client/cli/commands/command.h"

namespace pathkb::cli {

// Takes a lease and prints its id.
Command LeaseAcquireCommand();

// Sets a lease's time anew.
Command LeaseRenewCommand();

// Ends a lease.
Command LeaseReleaseCommand();

// The leases that are held, without their ids.
Command LeaseListCommand();

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_LEASE_H_
