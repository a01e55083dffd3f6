#include "client/cli/commands/import.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/file_facts.h"
#include "client/cli/commands/format_options.h"
#include "client/cli/commands/import_progress.h"
#include "client/cli/commands/import_source.h"
#include "client/cli/commands/rejects_file.h"
#include "client/cli/exit_code.h"
#include "client/cli/interrupt.h"
#include "client/cli/output/figures.h"
#include "client/cli/output/json.h"
#include "client/cli/output/progress_line.h"
#include "client/cpp/importer.h"

namespace pathkb::cli {
namespace {

using client::FactFormat;

// Rejected facts beyond these are only counted.
constexpr uint64_t kRejectedShownMax = 20;

struct ImportFlags {
  FormatOptionsGiven format;
  std::string on_error = "stop";
  bool progress = false;
  size_t in_flight = client::ImportOptions().calls_in_flight_max;
  std::string rejects;
  bool dry_run = false;
  bool resume = false;
  std::string progress_file;
  std::string from_space;
};

bool IsKeyFile(FactFormat format) {
  return format == FactFormat::kPaths || format == FactFormat::kTree;
}

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

// What a dry run found.
std::string DryRunSummary(const std::string& name, const client::ImportTotals& totals) {
  return fmt::format(
      "{}: {} facts are good, {} rejected; nothing was sent, so how many are new is not known",
      name, totals.checked, totals.rejected);
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

// The import of one file, from its options to what it came to.
class FileImport {
 public:
  // Borrows everything. `client` is null for a dry run.
  FileImport(Session& session, const ImportFlags& flags, const Interrupt& interrupt,
             client::PathkbClient* client)
      : session_(session), flags_(flags), client_(client), interrupt_(interrupt) {}

  // Runs it. `left_out` counts the rows that were rejected.
  absl::Status Run(const std::string& path, uint64_t& left_out) {
    absl::StatusOr<FactFormat> format = ChooseFormat(flags_.format, path == "-" ? "" : path);
    if (!format.ok()) return format.status();
    format_ = *format;
    if (absl::Status status = OpenInput(path); !status.ok()) return status;
    if (!flags_.rejects.empty()) {
      const absl::Status status =
          rejects_.Open(flags_.rejects, IsKeyFile(format_) ? FactFormat::kMetta : format_,
                        begun_ ? begun_->rejects_bytes : 0);
      if (!status.ok()) return status;
    }
    ProgressLine progress(session_.err(), source_.packed_bytes(),
                          flags_.progress || session_.err().is_terminal());
    const client::ImportResult result = client::Importer(client_, Options(progress)).Run(*input_);
    progress.Clear();
    if (result.stopped_at && rejects_.is_open()) rejects_.Add(*result.stopped_at, input_->header());
    if (absl::Status status = rejects_.Flush(); !status.ok()) return status;
    if (!save_status_.ok()) return save_status_;
    left_out += result.totals.rejected;
    if (!result.status.ok()) return ExplainFailure(source_.name(), result);
    if (!progress_path_.empty()) std::remove(progress_path_.c_str());
    Report(result.totals, progress.seconds());
    return absl::OkStatus();
  }

 private:
  absl::Status OpenInput(const std::string& path) {
    if (absl::Status status = source_.Open(path); !status.ok()) return status;
    client::ReaderOptions options;
    options.format = format_;
    options.template_text = flags_.format.template_text;
    options.skip_bad_rows = flags_.on_error == "skip";
    options.keep_text = !flags_.rejects.empty();
    absl::StatusOr<client::CsvOptions> csv = MakeCsvOptions(flags_.format, format_);
    if (!csv.ok()) return csv.status();
    options.csv = *std::move(csv);
    if (flags_.resume) {
      if (absl::Status status = FindProgress(path); !status.ok()) return status;
    }
    const client::ImportPoint point = begun_ ? begun_->point : client::ImportPoint();
    if (IsKeyFile(format_)) {
      if (path == "-") return UsageError("a list of keys is read from a file, not from a pipe");
      absl::StatusOr<std::unique_ptr<client::FactInput>> input =
          OpenKeyFile(path, flags_.from_space, point.place.offset);
      if (!input.ok()) return FileError(input.status());
      input_ = *std::move(input);
      return absl::OkStatus();
    }
    absl::StatusOr<std::unique_ptr<client::FactReader>> reader = client::NewFactReader(options);
    if (!reader.ok()) return UsageError(std::string(reader.status().message()));
    if (absl::Status status = source_.Skip(point.place.offset); !status.ok()) return status;
    auto input = std::make_unique<client::TextInput>(
        [this](char* buffer, size_t bytes) { return source_.Read(buffer, bytes); },
        *std::move(reader), [this] { source_.Cancel(); });
    if (begun_) input->GoOnFrom(point.place, point.header);
    input_ = std::move(input);
    return absl::OkStatus();
  }

  // Sees whether an earlier import of the file has come some way.
  absl::Status FindProgress(const std::string& path) {
    if (path == "-") return UsageError("--resume works on files alone");
    progress_path_ = flags_.progress_file.empty() ? ProgressFileName(path) : flags_.progress_file;
    absl::StatusOr<FileStamp> stamp = source_.Stamp();
    if (!stamp.ok()) return stamp.status();
    now_.input = *stamp;
    now_.space = session_.space();
    const FormatOptionsGiven& given = flags_.format;
    now_.reading = fmt::format("{} {}", client::FormatName(format_), given.template_text);
    if (format_ == FactFormat::kCsv || format_ == FactFormat::kTsv) {
      now_.reading += fmt::format(" {} [{}] {} [{}] [{}] [{}]", given.types,
                                  fmt::join(given.columns, " "), given.no_header,
                                  given.confidence_column, given.source_column, given.name_column);
    }
    if (IsKeyFile(format_)) now_.reading += " " + flags_.from_space;
    absl::StatusOr<std::optional<ImportProgress>> begun = LoadProgress(progress_path_);
    if (!begun.ok()) return begun.status();
    if (!begun->has_value()) return absl::OkStatus();
    if (absl::Status status = CheckProgress(progress_path_, **begun, now_); !status.ok()) {
      return status;
    }
    begun_ = *std::move(begun);
    session_.Complain(fmt::format("{}: going on from {}, behind {} facts", path,
                                  client::ShowPosition(begun_->point.place.position),
                                  begun_->totals.facts_committed()));
    return absl::OkStatus();
  }

  client::ImportOptions Options(ProgressLine& progress) {
    client::ImportOptions options;
    options.space = session_.space();
    if (flags_.on_error == "skip") options.on_error = client::ImportOptions::OnError::kSkip;
    options.calls_in_flight_max = flags_.in_flight;
    if (flags_.dry_run) options.check_only = CheckFact;
    options.on_progress = [this, &progress](const client::ImportTotals& totals,
                                            const client::ImportPoint& point) {
      progress.Update(totals.facts_committed() + totals.checked, source_.packed_bytes_read());
      if (!progress_path_.empty() && !flags_.dry_run) Save(totals, point);
    };
    options.on_rejected = [this, &progress](const client::RejectedText& text,
                                            const std::string& header) {
      if (rejects_.is_open()) rejects_.Add(text, header);
      if (++rejected_ > kRejectedShownMax + 1) return;
      progress.Clear();
      session_.Complain(
          rejected_ <= kRejectedShownMax
              ? fmt::format("{}: {}: {}", source_.name(), client::ShowPosition(text.position),
                            text.what)
              : fmt::format("{}: more facts are rejected; they are only counted", source_.name()));
    };
    options.stop_requested = [this] { return interrupt_.requested(); };
    return options;
  }

  void Save(const client::ImportTotals& totals, const client::ImportPoint& point) {
    // What the progress speaks of must be out of our hands first.
    if (save_status_.ok()) save_status_ = rejects_.Flush();
    now_.point = point;
    now_.totals = Together(totals);
    now_.rejects_bytes = rejects_.bytes();
    if (save_status_.ok()) save_status_ = SaveProgress(progress_path_, now_);
  }

  // With what was done before a resume.
  client::ImportTotals Together(client::ImportTotals totals) const {
    if (!begun_) return totals;
    const client::ImportTotals& before = begun_->totals;
    totals.inserted += before.inserted;
    totals.updated += before.updated;
    totals.unchanged += before.unchanged;
    totals.rejected += before.rejected;
    totals.batches += before.batches;
    totals.last_revision = std::max(totals.last_revision, before.last_revision);
    return totals;
  }

  void Report(const client::ImportTotals& totals, double seconds) {
    std::string text;
    if (flags_.dry_run) {
      text = session_.json() ? JsonObject()
                                   .Number("checked", totals.checked)
                                   .Number("rejected", totals.rejected)
                                   .Bool("dry_run", true)
                                   .Done()
                             : DryRunSummary(source_.name(), totals);
    } else {
      text =
          session_.json() ? TotalsJson(totals, seconds) : Summary(source_.name(), totals, seconds);
    }
    session_.out().Write(text + "\n");
  }

  Session& session_;
  const ImportFlags& flags_;
  client::PathkbClient* const client_;
  const Interrupt& interrupt_;
  FactFormat format_ = FactFormat::kMetta;
  ImportSource source_{interrupt_};
  std::unique_ptr<client::FactInput> input_;
  RejectsFile rejects_;
  uint64_t rejected_ = 0;
  std::string progress_path_;            // Empty if no progress is kept.
  std::optional<ImportProgress> begun_;  // By an earlier import.
  ImportProgress now_;
  absl::Status save_status_;
};

absl::Status CheckFlags(const ImportFlags& flags, const std::vector<std::string>& operands) {
  const bool several = operands.size() > 1;
  if (several && (!flags.rejects.empty() || !flags.progress_file.empty())) {
    return UsageError("--rejects and --progress-file are for one file at a time");
  }
  if (std::count(operands.begin(), operands.end(), "-") > 1) {
    return UsageError("standard input can be read once only");
  }
  if (!flags.progress_file.empty() && !flags.resume) {
    return UsageError("--progress-file says where --resume looks, and goes with it");
  }
  if (flags.dry_run && flags.resume) {
    return UsageError("--dry-run sends nothing, so there is nothing to --resume");
  }
  return absl::OkStatus();
}

absl::Status RunImport(Session& session, const ImportFlags& flags,
                       const std::vector<std::string>& operands) {
  if (absl::Status status = CheckFlags(flags, operands); !status.ok()) return status;
  const Interrupt interrupt;
  client::PathkbClient* client = nullptr;
  uint64_t left_out = 0;
  for (const std::string& path : operands) {
    // A file that is not there is told before a server that is not.
    if (path != "-" && client == nullptr) {
      ImportSource probe(interrupt);
      if (absl::Status status = probe.Open(path); !status.ok()) return status;
    }
    if (client == nullptr && !flags.dry_run) {
      absl::StatusOr<client::PathkbClient*> connected = session.Client();
      if (!connected.ok()) return connected.status();
      client = *connected;
    }
    FileImport import(session, flags, interrupt, client);
    if (absl::Status status = import.Run(path, left_out); !status.ok()) return status;
  }
  return left_out == 0 ? absl::OkStatus() : ExitWith(kExitLeftOut);
}

}  // namespace

Command ImportCommand() {
  const auto flags = std::make_shared<ImportFlags>();
  Command command;
  command.name = "import";
  command.operands = "FILE|- ...";
  command.operands_min = 1;
  command.operands_max = std::numeric_limits<size_t>::max();
  command.summary = "Add all facts of files, or of standard input";
  command.examples =
      "  pathkb import facts.metta\n"
      "  pathkb import --on-error=skip --rejects bad.jsonl facts.jsonl.gz\n"
      "  pathkb import edges.csv --template '(edge $from $to $weight)' --column weight=float\n"
      "  pathkb import --resume huge.nt.gz        the same again goes on where a killed one was\n"
      "  pathkb import --dry-run --format csv --no-header --template '(age $1 $2)' - < ages\n"
      "\n"
      "Facts are committed in batches, each all or none. By default the import stops at the first "
      "bad\n"
      "fact, and its batch is left out; up to three batches behind it may be on their way already "
      "and\n"
      "are committed whole. Importing again is safe: what is there already stays as it is. Exit "
      "code 9\n"
      "if rows were left out.\n";
  command.declare = [flags](CLI::App& app) {
    AddFormatOptions(app, flags->format);
    app.add_option("--on-error", flags->on_error,
                   "At a bad fact: stop (default), or skip it and count it")
        ->option_text("stop|skip")
        ->check(CLI::IsMember({"stop", "skip"}));
    app.add_option("--rejects", flags->rejects,
                   "Write rejected rows to this file, to be mended and imported")
        ->option_text("FILE");
    app.add_flag("--dry-run", flags->dry_run, "Read and check everything, but send nothing");
    app.add_flag("--resume", flags->resume,
                 "Keep the progress in FILE.pathkb-progress, and go on from what it says");
    app.add_option("--progress-file", flags->progress_file, "Keep it in this file")
        ->option_text("FILE");
    app.add_option("--from-space", flags->from_space,
                   "The space of a .tree or .paths that is read (default: the only one)")
        ->option_text("NAME");
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
