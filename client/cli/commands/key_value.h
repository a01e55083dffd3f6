// `--meta KEY=VALUE`, as often as it is given.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_KEY_VALUE_H_
#define PATHKB_CLIENT_CLI_COMMANDS_KEY_VALUE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"

#include "client/cli/exit_code.h"

namespace pathkb::cli {

// Puts pairs as they were given into `metadata`, a map of strings. UsageError for one without `=`.
template <typename Map>
absl::Status AddKeyValues(const std::vector<std::string>& pairs, Map& metadata) {
  for (const std::string& pair : pairs) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos) {
      return UsageError(fmt::format("--meta {} is not KEY=VALUE", pair));
    }
    metadata[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return absl::OkStatus();
}

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_KEY_VALUE_H_
