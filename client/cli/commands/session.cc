#include "client/cli/commands/session.h"

#include <algorithm>

#include "absl/time/time.h"

namespace pathkb::cli {

OutputFormat Session::format() const {
  if (options_.format == "json") return OutputFormat::kJson;
  if (options_.format == "metta") return OutputFormat::kMetta;
  if (options_.format == "table") return OutputFormat::kTable;
  return out_.is_terminal() ? OutputFormat::kTable : OutputFormat::kMetta;
}

void Session::Complain(std::string_view message) {
  std::string line = "pathkb: " + std::string(message);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  out_.Flush();  // What was printed before the complaint comes before it.
  err_.Write(line + "\n");
  err_.Flush();
}

absl::StatusOr<client::PathkbClient*> Session::Client() {
  if (client_ == nullptr) {
    client::PathkbClient::Options options;
    if (options_.timeout_s) {
      options.timeout = absl::Seconds(*options_.timeout_s);
      options.long_timeout = options.timeout;
      options.connect_timeout = std::min(options.connect_timeout, options.timeout);
    }
    absl::StatusOr<std::unique_ptr<client::PathkbClient>> connected =
        client::PathkbClient::Connect(options_.server, options);
    if (!connected.ok()) return std::move(connected).status();
    client_ = *std::move(connected);
  }
  return client_.get();
}

}  // namespace pathkb::cli
