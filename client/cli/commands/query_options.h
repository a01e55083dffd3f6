// The options that query, count, explain and transform share: which facts a query sees, and how
// long it may go on.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_QUERY_OPTIONS_H_
#define PATHKB_CLIENT_CLI_COMMANDS_QUERY_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"

#include "client/cli/commands/session.h"
#include "pathkb/v1/query_service.pb.h"

namespace pathkb::cli {

// What was given on the command line.
struct QueryOptionsGiven {
  uint64_t at_revision = 0;
  uint64_t step_budget = 0;
  std::optional<double> confidence_min;
  std::optional<std::string> source;
  std::vector<std::string> metadata;  // As given: KEY=VALUE.
  std::optional<std::string> name_prefix;
};

// Adds --at, --step-budget and the options of the filter to `app`; `given` is borrowed until the
// command line was read.
void AddQueryOptions(CLI::App& app, QueryOptionsGiven& given);

// The filter that `given` describes. UsageError for a pair of metadata that is none.
absl::StatusOr<v1::FactFilter> MakeFilter(const QueryOptionsGiven& given);

// Fills in a request of QueryService: space, pattern and all that was given. Errors as
// MakeFilter().
template <typename Request>
absl::Status FillQuery(const Session& session, const QueryOptionsGiven& given,
                       const std::string& pattern, Request& request) {
  absl::StatusOr<v1::FactFilter> filter = MakeFilter(given);
  if (!filter.ok()) return filter.status();
  request.set_space(session.space());
  request.set_pattern(pattern);
  request.set_at_revision(given.at_revision);
  request.set_step_budget(given.step_budget);
  *request.mutable_filter() = *std::move(filter);
  return absl::OkStatus();
}

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_QUERY_OPTIONS_H_
