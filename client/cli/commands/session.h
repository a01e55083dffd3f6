// What a command works with: the options that every command has, where its output goes, and a
// client.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_SESSION_H_
#define PATHKB_CLIENT_CLI_COMMANDS_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "client/cli/output/fact_printer.h"
#include "client/cli/output/text_output.h"
#include "client/cpp/pathkb_client.h"

namespace pathkb::cli {

// Options that stand before or behind any command's name.
struct CommonOptions {
  std::string space = "default";
  std::string server = "127.0.0.1:7420";
  std::optional<double> timeout_s;  // For each call; without it, as PathkbClient::Options.
  std::string format;               // "table", "json", "metta"; empty if not given.
};

// One run of one command. One thread.
class Session {
 public:
  // Borrows both outputs.
  Session(CommonOptions options, TextOutput& out, TextOutput& err)
      : options_(std::move(options)), out_(out), err_(err) {}

  const std::string& space() const { return options_.space; }
  // As asked for; else a table on a terminal, and MeTTa anywhere else.
  OutputFormat format() const;
  bool format_given() const { return !options_.format.empty(); }
  bool json() const { return format() == OutputFormat::kJson; }

  TextOutput& out() { return out_; }
  // A line on standard error, with the program's name before it. Line ends inside become blanks.
  void Complain(std::string_view message);
  TextOutput& err() { return err_; }

  // Connects on the first call. Errors as PathkbClient::Connect().
  absl::StatusOr<client::PathkbClient*> Client();

 private:
  const CommonOptions options_;
  TextOutput& out_;
  TextOutput& err_;
  std::unique_ptr<client::PathkbClient> client_;
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_SESSION_H_
