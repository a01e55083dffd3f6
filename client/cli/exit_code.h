// What the program's exit code says; README.md has the same table for users.

#ifndef PATHKB_CLIENT_CLI_EXIT_CODE_H_
#define PATHKB_CLIENT_CLI_EXIT_CODE_H_

#include <string>

#include "absl/status/status.h"

namespace pathkb::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;          // The command line makes no sense.
inline constexpr int kExitNotFound = 3;       // No such fact, or no such space.
inline constexpr int kExitCannotConnect = 6;  // No server there, or it went away.
inline constexpr int kExitDeadline = 7;       // No answer within --timeout.

// An error about how the command was called; its exit code is kExitUsage.
absl::Status UsageError(const std::string& message);

// The code of an error's kind; kExitFailure for those that have none of their own.
int ExitCodeOf(const absl::Status& status);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_EXIT_CODE_H_
