#include "client/cli/commands/query_options.h"

#include "client/cli/commands/at_option.h"
#include "client/cli/commands/key_value.h"

namespace pathkb::cli {

void AddQueryOptions(CLI::App& app, QueryOptionsGiven& given) {
  DeclareAt(app, given.at_revision);
  app.add_option("--min-confidence", given.confidence_min, "Only facts at least this confident")
      ->option_text("C");
  app.add_option("--source", given.source, "Only facts from exactly this source")
      ->option_text("TEXT");
  app.add_option("--meta", given.metadata, "Only facts with this metadata; may be repeated")
      ->option_text("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--name-prefix", given.name_prefix, "Only facts whose names begin with this")
      ->option_text("TEXT");
  app.add_option("--step-budget", given.step_budget,
                 "Give up after about so many steps (default: the server's setting)")
      ->option_text("N")
      ->check(CLI::PositiveNumber);
}

absl::StatusOr<v1::FactFilter> MakeFilter(const QueryOptionsGiven& given) {
  v1::FactFilter filter;
  if (given.confidence_min) filter.set_min_confidence(*given.confidence_min);
  if (given.source) filter.set_source(*given.source);
  if (given.name_prefix) filter.set_name_prefix(*given.name_prefix);
  if (absl::Status status = AddKeyValues(given.metadata, *filter.mutable_metadata());
      !status.ok()) {
    return status;
  }
  return filter;
}

}  // namespace pathkb::cli
