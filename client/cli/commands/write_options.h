// The options that commands that write share: a lease; and of insert and delete a request id, and
// durable before the answer.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_WRITE_OPTIONS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_WRITE_OPTIONS_H_

#include <string>

#include "absl/status/status.h"

#include "client/cli/commands/command.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::cli {

// What was given on the command line.
struct WriteOptionsGiven {
  client::PathkbClient::WriteOptions options;
  bool has_request_id = false;
};

// Adds --lease to `app`; `lease_id` is borrowed until the command line was read.
void AddLeaseOption(CLI::App& app, std::string& lease_id);

// Adds --request-id, --sync and --lease to `app`; `given` is borrowed until the command line was
// read.
void AddWriteOptions(CLI::App& app, WriteOptionsGiven& given);

// UsageError if they make no sense.
absl::Status CheckWriteOptions(const WriteOptionsGiven& given);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_WRITE_OPTIONS_H_
