#include "client/cli/commands/file_import.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "fmt/format.h"

#include "client/cli/commands/file_facts.h"
#include "client/cli/exit_code.h"
#include "client/cli/output/figures.h"
#include "client/cli/output/json.h"

namespace pathkb::cli {
namespace {

using client::FactFormat;

// Rejected facts beyond these are only counted.
constexpr uint64_t kRejectedShownMax = 20;

bool IsKeyFile(FactFormat format) {
  return format == FactFormat::kPaths || format == FactFormat::kTree;
}

std::string TotalsJson(const std::string& name, const client::ImportTotals& totals,
                       double seconds) {
  JsonObject object;
  if (!name.empty()) object.Text("file", name);
  return object.Number("inserted", totals.inserted)
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
absl::Status ExplainFailure(const std::string& name, bool one_of_several,
                            const client::ImportResult& result) {
  const client::ImportTotals& totals = result.totals;
  std::string text = absl::IsCancelled(result.status) && !result.stopped_at
                         ? "import interrupted"
                         : std::string(result.status.message());
  if (result.stopped_at || one_of_several) text = fmt::format("{}: {}", name, text);
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

}  // namespace

void Add(const client::ImportTotals& more, client::ImportTotals& totals) {
  totals.inserted += more.inserted;
  totals.updated += more.updated;
  totals.unchanged += more.unchanged;
  totals.rejected += more.rejected;
  totals.batches += more.batches;
  totals.checked += more.checked;
  totals.last_revision = std::max(totals.last_revision, more.last_revision);
}

std::string ImportSummary(const ImportFlags& flags, const std::string& name, bool one_of_several,
                          const client::ImportTotals& totals, double seconds) {
  if (!flags.json) {
    if (flags.dry_run) return DryRunSummary(name, totals);
    const std::string text = Summary(name, totals, seconds);
    return one_of_several ? fmt::format("{}: {}", name, text) : text;
  }
  const std::string shown = one_of_several ? name : "";
  if (!flags.dry_run) return TotalsJson(shown, totals, seconds);
  JsonObject object;
  if (one_of_several) object.Text("file", name);
  return object.Number("checked", totals.checked)
      .Number("rejected", totals.rejected)
      .Bool("dry_run", true)
      .Done();
}

absl::Status FileImport::Run(const std::string& path) {
  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<FactFormat> format = ChooseFormat(flags_.format, path == "-" ? "" : path);
  if (!format.ok()) return format.status();
  format_ = *format;
  if (absl::Status status = OpenInput(path); !status.ok()) return status;
  if (!flags_.rejects.empty()) {
    absl::Status status =
        rejects_.Open(flags_.rejects, IsKeyFile(format_) ? FactFormat::kMetta : format_,
                      begun_ ? begun_->rejects_bytes : 0);
    if (!status.ok()) return status;
  }
  const client::ImportResult result = client::Importer(client_, Options()).Run(*input_);
  totals_ = result.totals;
  if (result.stopped_at && rejects_.is_open()) rejects_.Add(*result.stopped_at, input_->header());
  if (absl::Status status = rejects_.Flush(); !status.ok()) return status;
  if (!save_status_.ok()) return save_status_;
  if (!result.status.ok()) return ExplainFailure(source_.name(), one_of_several_, result);
  if (!progress_path_.empty()) std::remove(progress_path_.c_str());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  console_.Report(ImportSummary(flags_, source_.name(), one_of_several_, totals_, took.count()));
  return absl::OkStatus();
}

absl::Status FileImport::OpenInput(const std::string& path) {
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

absl::Status FileImport::FindProgress(const std::string& path) {
  if (path == "-") return UsageError("--resume works on files alone");
  progress_path_ = flags_.progress_file.empty() ? ProgressFileName(path) : flags_.progress_file;
  absl::StatusOr<FileStamp> stamp = source_.Stamp();
  if (!stamp.ok()) return stamp.status();
  now_.input = *stamp;
  now_.space = flags_.space;
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
  console_.Complain(fmt::format("{}: going on from {}, behind {} facts", path,
                                client::ShowPosition(begun_->point.place.position),
                                begun_->totals.facts_committed()));
  return absl::OkStatus();
}

client::ImportOptions FileImport::Options() {
  client::ImportOptions options;
  options.space = flags_.space;
  options.lease_id = flags_.lease_id;
  if (flags_.on_error == "skip") options.on_error = client::ImportOptions::OnError::kSkip;
  options.batch_facts_max = flags_.batch_facts;
  options.calls_in_flight_max = flags_.in_flight;
  if (flags_.dry_run) options.check_only = CheckFact;
  options.on_progress = [this](const client::ImportTotals& totals,
                               const client::ImportPoint& point) {
    console_.Progress(index_, totals.facts_committed() + totals.checked,
                      source_.packed_bytes_read());
    if (!progress_path_.empty() && !flags_.dry_run) Save(totals, point);
  };
  options.on_rejected = [this](const client::RejectedText& text, const std::string& header) {
    if (rejects_.is_open()) rejects_.Add(text, header);
    if (++rejected_ > kRejectedShownMax + 1) return;
    console_.Complain(
        rejected_ <= kRejectedShownMax
            ? fmt::format("{}: {}: {}", source_.name(), client::ShowPosition(text.position),
                          text.what)
            : fmt::format("{}: more facts are rejected; they are only counted", source_.name()));
  };
  options.stop_requested = [this] { return stop_ || interrupt_.requested(); };
  return options;
}

void FileImport::Save(const client::ImportTotals& totals, const client::ImportPoint& point) {
  // What the progress speaks of must be out of our hands first.
  if (save_status_.ok()) save_status_ = rejects_.Flush();
  now_.point = point;
  now_.totals = Together(totals);
  now_.rejects_bytes = rejects_.bytes();
  if (save_status_.ok()) save_status_ = SaveProgress(progress_path_, now_);
}

client::ImportTotals FileImport::Together(client::ImportTotals totals) const {
  if (begun_) Add(begun_->totals, totals);
  return totals;
}

}  // namespace pathkb::cli
