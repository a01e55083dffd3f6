#include "client/cli/commands/import.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/base/thread_annotations.h"
#include "fmt/format.h"

#include "client/cli/commands/file_import.h"
#include "client/cli/commands/import_console.h"
#include "client/cli/commands/import_source.h"
#include "client/cli/commands/write_options.h"
#include "client/cli/exit_code.h"

namespace pathkb::cli {
namespace {

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

// Bytes of all files together; 0 if one has no size that says something.
uint64_t BytesOf(const std::vector<std::string>& paths) {
  uint64_t bytes = 0;
  for (const std::string& path : paths) {
    std::error_code error;
    const uint64_t size =
        std::filesystem::is_regular_file(path, error) ? std::filesystem::file_size(path, error) : 0;
    if (error || size == 0) return 0;
    bytes += size;
  }
  return bytes;
}

// The imports of all files, some at once. They are begun in their order; after a failure none is
// begun any more, and those at work end as after an interrupt.
class ImportJobs {
 public:
  // Borrows everything. `client` is null for a dry run.
  ImportJobs(const ImportFlags& flags, const Interrupt& interrupt, client::PathkbClient* client,
             ImportConsole& console, const std::vector<std::string>& paths)
      : paths_(paths), console_(console) {
    for (size_t i = 0; i < paths.size(); ++i) {
      imports_.emplace_back(flags, interrupt, client, console, i, paths.size() > 1);
    }
  }

  // Runs them on `threads` threads, this one included. The first failure; later ones are told.
  absl::Status Run(size_t threads) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<std::thread> others;
    for (size_t i = 1; i < threads; ++i) others.emplace_back([this] { Work(); });
    Work();
    for (std::thread& thread : others) thread.join();
    const std::lock_guard<std::mutex> lock(mutex_);
    return status_;
  }

  // What all of them have sent. After Run().
  client::ImportTotals totals() const {
    client::ImportTotals totals;
    for (const FileImport& import : imports_) Add(import.totals(), totals);
    return totals;
  }

 private:
  // Takes one file after another, until there is none.
  void Work() ABSL_LOCKS_EXCLUDED(mutex_) {
    for (;;) {
      size_t index = 0;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (next_ == paths_.size() || !status_.ok()) return;
        index = next_++;
      }
      absl::Status status = imports_[index].Run(paths_[index]);
      if (status.ok()) continue;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (status_.ok()) {
          status_ = std::move(status);
          for (FileImport& import : imports_) import.Stop();
          return;
        }
      }
      console_.Complain(std::string(status.message()));
    }
  }

  const std::vector<std::string>& paths_;
  ImportConsole& console_;
  std::deque<FileImport> imports_;  // By file.
  std::mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;  // The file that is begun next.
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

absl::Status RunImport(Session& session, const ImportFlags& given,
                       const std::vector<std::string>& operands) {
  if (absl::Status status = CheckFlags(given, operands); !status.ok()) return status;
  ImportFlags flags = given;
  flags.space = session.space();
  flags.json = session.json();
  const Interrupt interrupt;
  // A file that is not there is told before a server that is not, and before anything is sent.
  for (const std::string& path : operands) {
    ImportSource probe(interrupt);
    if (path == "-") continue;
    if (absl::Status status = probe.Open(path); !status.ok()) return status;
  }
  client::PathkbClient* client = nullptr;
  if (!flags.dry_run) {
    absl::StatusOr<client::PathkbClient*> connected = session.Client();
    if (!connected.ok()) return connected.status();
    client = *connected;
  }
  const auto start = std::chrono::steady_clock::now();
  ImportConsole console(session, operands.size(), BytesOf(operands), flags.progress);
  ImportJobs jobs(flags, interrupt, client, console, operands);
  const size_t threads = flags.jobs != 0 ? flags.jobs : std::thread::hardware_concurrency();
  absl::Status status = jobs.Run(std::clamp<size_t>(threads, 1, operands.size()));
  console.Clear();
  if (!status.ok()) return status;
  const client::ImportTotals totals = jobs.totals();
  if (operands.size() > 1) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    console.Report(
        ImportSummary(flags, fmt::format("{} files", operands.size()), true, totals, took.count()));
  }
  return totals.rejected == 0 ? absl::OkStatus() : ExitWith(kExitLeftOut);
}

}  // namespace

Command ImportCommand() {
  Command command;
  command.name = "import";
  command.TakeOperands("FILE|- ...", 1, Command::kAnyNumber);
  command.summary = "Add all facts of files, or of standard input";
  command.examples =
      "  pathkb import facts.metta\n"
      "  pathkb import --on-error=skip --rejects bad.jsonl facts.jsonl.gz\n"
      "  pathkb import edges.csv --template '(edge $from $to $weight)' --column weight=float\n"
      "  pathkb import --resume huge.nt.gz        the same again goes on where a killed one was\n"
      "  pathkb import --jobs 4 part-*.metta      files side by side; of facts with equal names, "
      "any\n"
      "                                           may win: --jobs 1 takes them in order\n"
      "  pathkb import --dry-run --format csv --no-header --template '(age $1 $2)' - < ages\n"
      "\n"
      "Facts are committed in batches, each all or none. By default the import stops at the first "
      "bad\n"
      "fact, and its batch is left out; up to three batches behind it may be on their way already "
      "and\n"
      "are committed whole. Importing again is safe: what is there already stays as it is. Exit "
      "code 9\n"
      "if rows were left out.\n";
  command.RunWithOptions(RunImport, [](CLI::App& app, ImportFlags& flags) {
    AddFormatOptions(app, flags.format);
    app.add_option("--on-error", flags.on_error,
                   "At a bad fact: stop (default), or skip it and count it")
        ->option_text("stop|skip")
        ->check(CLI::IsMember({"stop", "skip"}));
    app.add_option("--rejects", flags.rejects,
                   "Write rejected rows to this file, to be mended and imported")
        ->option_text("FILE");
    app.add_flag("--dry-run", flags.dry_run, "Read and check everything, but send nothing");
    app.add_flag("--resume", flags.resume,
                 "Keep the progress in FILE.pathkb-progress, and go on from what it says");
    app.add_option("--progress-file", flags.progress_file, "Keep it in this file")
        ->option_text("FILE");
    app.add_option("--from-space", flags.from_space,
                   "The space of a .tree or .paths that is read (default: the only one)")
        ->option_text("NAME");
    app.add_flag("--progress", flags.progress, "Show progress even if not on a terminal");
    app.add_option(
           "--jobs", flags.jobs,
           "Files that are read at once, 1 to 64 (default: as many as there are processors)")
        ->option_text("N")
        ->check(CLI::Range(1, 64));
    app.add_option("--batch", flags.batch_facts,
                   "At most so many facts a batch, 1 to 100000 (default 4096)")
        ->option_text("FACTS")
        ->check(CLI::Range(1, 100'000));
    app.add_option(
           "--in-flight", flags.in_flight,
           "Batches on their way at once, 1 to 64 (default 4); with 1, nothing behind a bad "
           "fact is committed")
        ->option_text("N")
        ->check(CLI::Range(1, 64));
    AddLeaseOption(app, flags.lease_id);
  });
  return command;
}

}  // namespace pathkb::cli
