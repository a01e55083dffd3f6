#include "client/cli/commands/write_options.h"

#include "CLI/CLI.hpp"

#include "client/cli/exit_code.h"

namespace pathkb::cli {

void AddLeaseOption(CLI::App& app, std::string& lease_id) {
  app.add_option("--lease", lease_id,
                 "Write by this lease, as `lease acquire` printed it (environment PATHKB_LEASE)")
      ->envname("PATHKB_LEASE")
      ->option_text("ID");
}

void AddWriteOptions(CLI::App& app, WriteOptionsGiven& given) {
  app.add_option_function<std::string>(
         "--request-id",
         [&given](const std::string& id) {
           given.options.request_id = id;
           given.has_request_id = true;
         },
         "A name for this write: sent again with it, it is done once and answered as at first")
      ->option_text("ID");
  app.add_flag("--sync", given.options.sync_always,
               "On disk before it is answered, whatever the server's setting");
  AddLeaseOption(app, given.options.lease_id);
}

absl::Status CheckWriteOptions(const WriteOptionsGiven& given) {
  if (given.has_request_id && given.options.request_id.empty()) {
    return UsageError("--request-id is empty");
  }
  return absl::OkStatus();
}

}  // namespace pathkb::cli
