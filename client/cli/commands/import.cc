#include "client/cli/commands/import.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/exit_code.h"
#include "client/cli/interrupt.h"
#include "client/cli/output/figures.h"
#include "client/cli/output/json.h"
#include "client/cli/output/progress_line.h"
#include "client/cpp/importer.h"

namespace pathkb::cli {
namespace {

// Rejected facts beyond these are only counted.
constexpr uint64_t kRejectedShownMax = 20;

struct ImportFlags {
  std::string on_error = "stop";
  bool progress = false;
  size_t in_flight = client::ImportOptions().calls_in_flight_max;
};

// The file to import, or standard input. One thread.
class InputFile {
 public:
  // Borrows `interrupt`.
  explicit InputFile(const Interrupt& interrupt) : interrupt_(interrupt) {}
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    if (fd_ > STDIN_FILENO) close(fd_);
  }

  // "-" is standard input.
  absl::Status Open(const std::string& path) {
    name_ = path == "-" ? "standard input" : path;
    fd_ = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat file = {};
    if (fd_ < 0 || fstat(fd_, &file) != 0) return Failure("cannot open");
    if (S_ISDIR(file.st_mode)) {
      errno = EISDIR;
      return Failure("cannot read");
    }
    if (S_ISREG(file.st_mode)) bytes_ = static_cast<uint64_t>(file.st_size);
    return absl::OkStatus();
  }

  // A ChunkSource. Does not wait for input any longer once there was an interrupt.
  absl::StatusOr<size_t> Read(char* buffer, size_t bytes) {
    while (true) {
      pollfd waiting[2] = {{.fd = fd_, .events = POLLIN, .revents = 0},
                           {.fd = interrupt_.fd(), .events = POLLIN, .revents = 0}};
      if (poll(waiting, 2, -1) < 0 && errno != EINTR) return Failure("cannot read");
      if (interrupt_.requested()) return 0;
      const ssize_t count = read(fd_, buffer, bytes);
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR && errno != EAGAIN) return Failure("cannot read");
    }
  }

  const std::string& name() const { return name_; }
  // 0 if it is not a file whose size says anything.
  uint64_t bytes() const { return bytes_; }

 private:
  absl::Status Failure(std::string_view what) const {
    return absl::UnknownError(fmt::format("{} {}: {}", what, name_, std::strerror(errno)));
  }

  const Interrupt& interrupt_;
  std::string name_;
  int fd_ = -1;
  uint64_t bytes_ = 0;
};

std::string TotalsJson(const client::ImportTotals& totals, double seconds) {
  return JsonObject()
      .Number("inserted", totals.inserted)
      .Number("updated", totals.updated)
      .Number("unchanged", totals.unchanged)
      .Number("rejected", totals.rejected)
      .Number("batches", totals.batches)
      .Number("revision", totals.last_revision)
      .Real("seconds", seconds)
      .Done();
}

// What a complete import came to.
std::string Summary(const std::string& name, const client::ImportTotals& totals, double seconds) {
  const uint64_t facts = totals.facts_committed();
  if (facts + totals.rejected == 0)
    return fmt::format("nothing to import: {} holds no facts", name);
  if (totals.inserted + totals.updated == 0) {
    if (totals.rejected == 0)
      return fmt::format("nothing changed: all {} facts were there already", facts);
    return fmt::format("nothing changed: {} facts were there already, {} rejected", facts,
                       totals.rejected);
  }
  const auto rate = static_cast<uint64_t>(static_cast<double>(facts) / std::max(seconds, 0.001));
  return fmt::format(
      "imported {} facts in {} ({}/s): {} inserted, {} updated, {} unchanged, {} rejected; "
      "revision {}",
      facts, ShowSeconds(seconds), WithCommas(rate), totals.inserted, totals.updated,
      totals.unchanged, totals.rejected, totals.last_revision);
}

// Why an import ended early, and what of it is in the space now.
absl::Status ExplainFailure(const std::string& name, const client::ImportResult& result) {
  const client::ImportTotals& totals = result.totals;
  std::string text = absl::IsCancelled(result.status) && !result.stopped_at
                         ? "import interrupted"
                         : std::string(result.status.message());
  if (result.stopped_at) text = fmt::format("{}: {}", name, text);
  if (totals.batches == 0) {
    text += "; nothing committed";
  } else {
    text += fmt::format("; committed: {} facts in {} batches, up to revision {}",
                        totals.facts_committed(), totals.batches, totals.last_revision);
  }
  if (result.facts_committed_behind > 0) {
    text += fmt::format(" ({} of them behind that place)", result.facts_committed_behind);
  }
  if (result.facts_in_doubt > 0) {
    text += fmt::format("; {} more may be, their calls have no answer", result.facts_in_doubt);
  }
  text += "; importing again is safe";
  absl::Status status(result.status.code(), text);
  result.status.ForEachPayload(
      [&](auto type, const absl::Cord& payload) { status.SetPayload(type, payload); });
  return status;
}

absl::Status RunImport(Session& session, const ImportFlags& flags,
                       const std::vector<std::string>& operands) {
  const Interrupt interrupt;
  InputFile input(interrupt);
  if (absl::Status status = input.Open(operands[0]); !status.ok()) return status;
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();

  ProgressLine progress(session.err(), input.bytes(),
                        flags.progress || session.err().is_terminal());
  uint64_t rejected = 0;
  client::ImportOptions options;
  options.space = session.space();
  if (flags.on_error == "skip") options.on_error = client::ImportOptions::OnError::kSkip;
  options.calls_in_flight_max = flags.in_flight;
  options.on_progress = [&](const client::ImportTotals& totals) {
    progress.Update(totals.facts_committed(), totals.bytes);
  };
  options.on_rejected = [&](const client::RejectedText& text) {
    if (++rejected > kRejectedShownMax + 1) return;
    progress.Clear();
    session.Complain(
        rejected <= kRejectedShownMax
            ? fmt::format("{}: line {}, column {}: {}", input.name(), text.position.line,
                          text.position.column, text.what)
            : fmt::format("{}: more facts are rejected; they are only counted", input.name()));
  };
  options.stop_requested = [&] { return interrupt.requested(); };
  client::Importer importer(**client, std::move(options));
  const client::ImportResult result =
      importer.Run([&input](char* buffer, size_t bytes) { return input.Read(buffer, bytes); });
  progress.Clear();
  const double seconds = progress.seconds();
  if (!result.status.ok()) return ExplainFailure(input.name(), result);
  session.out().Write((session.json() ? TotalsJson(result.totals, seconds)
                                      : Summary(input.name(), result.totals, seconds)) +
                      "\n");
  return absl::OkStatus();
}

}  // namespace

Command ImportCommand() {
  const auto flags = std::make_shared<ImportFlags>();
  Command command;
  command.name = "import";
  command.operands = "FILE|-";
  command.operands_min = 1;
  command.operands_max = 1;
  command.summary = "Add all facts of a MeTTa file, or of standard input";
  command.examples =
      "  pathkb import facts.metta\n"
      "  zcat facts.metta.gz | pathkb import --on-error=skip -\n"
      "\n"
      "Facts are committed in batches, each all or none. By default the import stops at the first "
      "bad\n"
      "fact, and its batch is left out; up to three batches behind it may be on their way already "
      "and\n"
      "are committed whole. Importing again is safe: what is there already stays as it is.\n";
  command.declare = [flags](CLI::App& app) {
    app.add_option("--on-error", flags->on_error,
                   "At a bad fact: stop (default), or skip it and count it")
        ->option_text("stop|skip")
        ->check(CLI::IsMember({"stop", "skip"}));
    app.add_flag("--progress", flags->progress, "Show progress even if not on a terminal");
    app.add_option(
           "--in-flight", flags->in_flight,
           "Batches on their way at once, 1 to 64 (default 4); with 1, nothing behind a bad "
           "fact is committed")
        ->option_text("N")
        ->check(CLI::Range(1, 64));
  };
  command.run = [flags](Session& session, const std::vector<std::string>& operands) {
    return RunImport(session, *flags, operands);
  };
  return command;
}

}  // namespace pathkb::cli
