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
inline constexpr int kExitDamaged = 8;        // A file is not as it was written.
inline constexpr int kExitLeftOut = 9;        // Done, but for rows or facts that were left out.

// An error about how the command was called; its exit code is kExitUsage.
absl::Status UsageError(const std::string& message);

// An outcome that is no success and has been told already: the program ends with `code`, other than
// kExitOk, and prints nothing more.
absl::Status ExitWith(int code);

// True if `status` is from ExitWith().
bool IsExit(const absl::Status& status);

// What reading or writing files said: damage ends the program with kExitDamaged; all else has the
// code of its kind.
absl::Status FileError(absl::Status status);

// The code of an error's kind; kExitFailure for those that have none of their own.
int ExitCodeOf(const absl::Status& status);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_EXIT_CODE_H_
