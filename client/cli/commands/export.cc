#include "client/cli/commands/export.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/file_facts.h"
#include "client/cli/commands/format_options.h"
#include "client/cli/commands/query_options.h"
#include "client/cli/exit_code.h"
#include "client/cpp/formats/gzip.h"
#include "client/cpp/formats/json_lines.h"
#include "client/cpp/formats/metta.h"
#include "client/cpp/formats/n_triples.h"
#include "client/cpp/formats/template_text.h"

namespace pathkb::cli {
namespace {

using client::FactFormat;

struct ExportFlags {
  FormatOptionsGiven format;
  QueryOptionsGiven query_options;
  std::string query;
  std::string to;
  bool gzip = false;
};

// Where the text goes: standard output, or a file that appears whole. One thread.
class ExportOutput {
 public:
  // Borrows `out`; `path` is empty for it, and else the file to be written.
  ExportOutput(TextOutput& out, std::string path) : standard_(out), path_(std::move(path)) {}
  ExportOutput(const ExportOutput&) = delete;
  ExportOutput& operator=(const ExportOutput&) = delete;
  ~ExportOutput() {
    file_.reset();
    if (fd_ < 0) return;
    close(fd_);
    unlink(Partial().c_str());
  }

  absl::Status Open(bool packed) {
    if (!path_.empty()) {
      fd_ = open(Partial().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
      if (fd_ < 0) return Failure();
      file_.emplace(fd_);
    }
    if (!packed) return absl::OkStatus();
    absl::StatusOr<std::unique_ptr<client::GzipText>> gzip = client::GzipText::New();
    if (!gzip.ok()) return gzip.status();
    gzip_ = *std::move(gzip);
    return absl::OkStatus();
  }

  // False if the output takes no more.
  bool Write(std::string_view text) {
    if (gzip_ == nullptr) return out().Write(text);
    packed_.clear();
    gzip_->Append(text, packed_);
    return packed_.empty() || out().Write(packed_);
  }

  // Completes it: what was written gets its name.
  absl::Status Commit() {
    if (gzip_ != nullptr) {
      packed_.clear();
      gzip_->Finish(packed_);
      out().Write(packed_);
    }
    if (!file_) return absl::OkStatus();
    file_->Flush();
    if (absl::Status status = file_->status(); !status.ok()) return status;
    if (fsync(fd_) != 0) return Failure();
    file_.reset();
    if (close(std::exchange(fd_, -1)) != 0 || std::rename(Partial().c_str(), path_.c_str()) != 0) {
      return Failure();
    }
    return absl::OkStatus();
  }

  absl::Status status() { return out().status(); }

 private:
  TextOutput& out() { return file_ ? *file_ : standard_; }
  std::string Partial() const { return path_ + ".partial"; }
  absl::Status Failure() const {
    return absl::UnknownError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  }

  TextOutput& standard_;
  const std::string path_;
  int fd_ = -1;
  std::optional<TextOutput> file_;
  std::unique_ptr<client::GzipText> gzip_;
  std::string packed_;
};

// What writes facts in `format`. `query` is the query whose answers they are; empty for all facts.
absl::StatusOr<std::unique_ptr<client::FactWriter>> NewWriter(const ExportFlags& flags,
                                                              FactFormat format,
                                                              const std::string& query) {
  switch (format) {
    case FactFormat::kJsonLines:
      return std::make_unique<client::JsonLinesWriter>();
    case FactFormat::kNTriples:
      return std::make_unique<client::NTriplesWriter>();
    case FactFormat::kCsv:
    case FactFormat::kTsv: {
      if (query.empty()) {
        return UsageError(
            "a table needs --query PATTERN, whose variables are its columns: '(edge $from $to)'");
      }
      absl::StatusOr<client::CsvOptions> csv = MakeCsvOptions(flags.format, format);
      if (!csv.ok()) return csv.status();
      const absl::StatusOr<client::TemplateText> pattern = client::TemplateText::Parse(query);
      return std::make_unique<client::CsvWriter>(
          *csv, pattern.ok() ? pattern->variables() : std::vector<std::string>());
    }
    default:
      return std::make_unique<client::MettaWriter>();
  }
}

bool IsTable(FactFormat format) { return format == FactFormat::kCsv || format == FactFormat::kTsv; }

// Hands the answers to `query` to `write`: rows of a table are what its variables stand for; all
// else are facts, those that match or those that a template makes of each answer.
absl::Status ExportAnswers(
    Session& session, client::PathkbClient& client, const ExportFlags& flags,
    const std::string& query, bool table,
    const std::function<bool(const v1::Fact& fact, const client::Bindings& bindings)>& write) {
  v1::QueryRequest request;
  absl::Status status = FillQuery(session, flags.query_options, query, request);
  if (!status.ok()) return status;
  if (!table && !flags.query.empty()) request.set_template_(flags.format.template_text);
  absl::Status no_facts;
  status = client
               .Query(request,
                      [&](const v1::Match& match) {
                        if (!match.term().empty()) {
                          v1::Fact filled;
                          filled.set_term(match.term());
                          return write(filled, {});
                        }
                        if (table || !match.fact().term().empty()) {
                          return write(match.fact(), match.bindings());
                        }
                        no_facts = UsageError(
                            "the answers to this query are no facts: --template makes them some, "
                            "--format csv writes what its variables stand for");
                        return false;
                      })
               .status();
  return status.ok() ? no_facts : status;
}

// Facts that are handed over one by one, and what became of them.
absl::Status ExportText(Session& session, client::PathkbClient& client, const ExportFlags& flags,
                        FactFormat format) {
  // The fact that a row of a table is, is also the pattern of those that a table is made of.
  const std::string query = flags.query.empty() ? flags.format.template_text : flags.query;
  absl::StatusOr<std::unique_ptr<client::FactWriter>> writer = NewWriter(flags, format, query);
  if (!writer.ok()) return writer.status();
  ExportOutput output(session.out(), flags.to);
  const bool packed = flags.gzip || client::IsGzipName(flags.to);
  if (absl::Status status = output.Open(packed); !status.ok()) return status;
  std::string line;
  const auto write = [&](const v1::Fact& fact, const client::Bindings& bindings) {
    line.clear();
    return !(*writer)->Append(fact, bindings, line) || output.Write(line);
  };
  absl::Status status;
  if (query.empty()) {
    const client::Bindings none;
    status = client
                 .List(
                     session.space(), std::nullopt,
                     [&](const v1::Fact& fact) { return write(fact, none); },
                     flags.query_options.at_revision)
                 .status();
  } else {
    status = ExportAnswers(session, client, flags, query, IsTable(format), write);
  }
  if (!status.ok()) return status;
  line.clear();
  (*writer)->Finish(line);
  output.Write(line);
  if (status = output.Commit(); !status.ok()) return status;
  for (const std::string& note : (*writer)->Notes()) session.Complain(note);
  return (*writer)->left_out() == 0 ? absl::OkStatus() : ExitWith(kExitLeftOut);
}

// Terms as raw keys, for MORK and PathMap.
absl::Status ExportKeys(Session& session, client::PathkbClient& client, const ExportFlags& flags,
                        FactFormat format) {
  if (flags.to.empty()) return UsageError("a list of keys is written to a file: --to FILE");
  if (!flags.query.empty())
    return UsageError("a list of keys is one of all facts, without --query");
  absl::StatusOr<std::unique_ptr<KeyFileWriter>> writer =
      KeyFileWriter::Create(flags.to, format == FactFormat::kTree);
  if (!writer.ok()) return FileError(writer.status());
  uint64_t reduced = 0;
  absl::Status status;
  const absl::StatusOr<uint64_t> facts = client.List(
      session.space(), std::nullopt,
      [&](const v1::Fact& fact) {
        const absl::StatusOr<bool> added = (*writer)->Add(fact);
        if (!added.ok()) status = added.status();
        if (client::HasMoreThanItsTerm(fact)) ++reduced;
        return added.ok();
      },
      flags.query_options.at_revision);
  if (!status.ok()) return status;
  if (!facts.ok()) return facts.status();
  if (status = (*writer)->Commit(); !status.ok()) return FileError(status);
  if (reduced > 0) {
    session.Complain(fmt::format(
        "{} of {} facts have a name, confidence, source or metadata, which a list of keys cannot "
        "hold",
        reduced, *facts));
  }
  return absl::OkStatus();
}

// Whether a filter was given, which only queries have.
bool HasFilter(const QueryOptionsGiven& given) {
  return given.confidence_min || given.source || given.name_prefix || !given.metadata.empty() ||
         given.step_budget != 0;
}

absl::Status RunExport(Session& session, const ExportFlags& flags,
                       const std::vector<std::string>&) {
  if (session.format_given() && session.format() == OutputFormat::kTable) {
    return UsageError("export writes -o metta or -o json, not a table; list does");
  }
  // MeTTa on a terminal too: it is what export is for.
  absl::StatusOr<FactFormat> format = ChooseFormat(flags.format, flags.to);
  if (!format.ok()) return format.status();
  if (flags.format.format.empty() && flags.to.empty() && session.json()) {
    format = FactFormat::kJsonLines;
  }
  if (flags.query.empty() && flags.format.template_text.empty() && HasFilter(flags.query_options)) {
    return UsageError("a filter needs --query; --query '$x' is all facts");
  }
  absl::StatusOr<client::PathkbClient*> client = session.Client();
  if (!client.ok()) return client.status();
  if (*format == FactFormat::kPaths || *format == FactFormat::kTree) {
    return ExportKeys(session, **client, flags, *format);
  }
  return ExportText(session, **client, flags, *format);
}

}  // namespace

Command ExportCommand() {
  Command command;
  command.name = "export";
  command.summary = "Write the facts of the space, so that import reads them";
  command.examples =
      "  pathkb export > facts.metta              names and entries in comments\n"
      "  pathkb export -o json > facts.jsonl\n"
      "  pathkb export --to facts.jsonl.gz\n"
      "  pathkb export --query '(edge $from $to)' --to edges.csv\n"
      "  pathkb export --query '(, (p $x $y) (p $y $z))' --template '(pp $x $z)' --to pp.metta\n"
      "  pathkb export --to facts.paths           terms alone, for MORK and PathMap\n"
      "\n"
      "A file is written aside and renamed. What a format cannot say is told; exit code 9 if facts "
      "were\n"
      "left out.\n";
  command.RunWithOptions(RunExport, [](CLI::App& app, ExportFlags& flags) {
    app.add_option("--to", flags.to, "Write to this file, packed if its name ends in .gz")
        ->option_text("FILE");
    app.add_option("--query", flags.query,
                   "Only what this matches; in tables its variables are the columns")
        ->option_text("PATTERN");
    app.add_flag("--gzip", flags.gzip, "Pack the text");
    AddFormatOptions(app, flags.format);
    AddQueryOptions(app, flags.query_options);
  });
  return command;
}

}  // namespace pathkb::cli
