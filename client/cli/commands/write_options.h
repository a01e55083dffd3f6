// The options that insert and delete share: a request id, and durable before the answer.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_WRITE_OPTIONS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_WRITE_OPTIONS_H_

#include <memory>

#include "absl/status/status.h"

#include "client/cli/commands/command.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::cli {

// What was given on the command line.
struct WriteOptionsGiven {
  client::PathkbClient::WriteOptions options;
  bool has_request_id = false;
};

// Adds --request-id and --sync to `app`; `given` is borrowed until the command line was read.
void AddWriteOptions(CLI::App& app, WriteOptionsGiven& given);

// UsageError if they make no sense.
absl::Status CheckWriteOptions(const WriteOptionsGiven& given);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_WRITE_OPTIONS_H_
