// The import of one file, from its options to what it came to.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_FILE_IMPORT_H_
#define PATHKB_CLIENT_CLI_COMMANDS_FILE_IMPORT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "client/cli/commands/format_options.h"
#include "client/cli/commands/import_console.h"
#include "client/cli/commands/import_progress.h"
#include "client/cli/commands/import_source.h"
#include "client/cli/commands/rejects_file.h"
#include "client/cli/interrupt.h"
#include "client/cpp/importer.h"

namespace pathkb::cli {

// What `pathkb import` was told; one for all its files.
struct ImportFlags {
  std::string space;
  bool json = false;  // Results are JSON objects.
  FormatOptionsGiven format;
  std::string on_error = "stop";
  bool progress = false;
  size_t in_flight = client::ImportOptions().calls_in_flight_max;
  size_t batch_facts = client::ImportOptions().batch_facts_max;
  size_t jobs = 0;  // Files at once; 0 for as many as there are processors.
  std::string rejects;
  bool dry_run = false;
  bool resume = false;
  std::string progress_file;
  std::string from_space;
  std::string lease_id;
};

// Adds up what several files came to.
void Add(const client::ImportTotals& more, client::ImportTotals& totals);

// One line about a complete import, as text or JSON. Of one of several files it has the name.
std::string ImportSummary(const ImportFlags& flags, const std::string& name, bool one_of_several,
                          const client::ImportTotals& totals, double seconds);

// Imports one file. One thread at a time, but for Stop().
class FileImport {
 public:
  // Borrows everything. `client` is null for a dry run; `index` is the file's number for the
  // console. With `one_of_several`, what it says names the file.
  FileImport(const ImportFlags& flags, const Interrupt& interrupt, client::PathkbClient* client,
             ImportConsole& console, size_t index, bool one_of_several)
      : flags_(flags),
        client_(client),
        interrupt_(interrupt),
        console_(console),
        index_(index),
        one_of_several_(one_of_several) {}

  // Runs it, once, and tells the console what it came to. An error says what of it is committed.
  absl::Status Run(const std::string& path);

  // Ends it early, as an interrupt does. Any thread, before or while it runs.
  void Stop() {
    stop_ = true;
    source_.Cancel();
  }

  // What this run has sent; what a run before it sent, that it went on from, is not in it.
  const client::ImportTotals& totals() const { return totals_; }

 private:
  absl::Status OpenInput(const std::string& path);
  // Sees whether an earlier import of the file has come some way.
  absl::Status FindProgress(const std::string& path);
  client::ImportOptions Options();
  void Save(const client::ImportTotals& totals, const client::ImportPoint& point);
  // With what was done before a resume.
  client::ImportTotals Together(client::ImportTotals totals) const;

  const ImportFlags& flags_;
  client::PathkbClient* const client_;
  const Interrupt& interrupt_;
  ImportConsole& console_;
  const size_t index_;
  const bool one_of_several_;
  std::atomic<bool> stop_ = false;
  client::FactFormat format_ = client::FactFormat::kMetta;
  ImportSource source_{interrupt_};
  std::unique_ptr<client::FactInput> input_;
  RejectsFile rejects_;
  uint64_t rejected_ = 0;
  std::string progress_path_;            // Empty if no progress is kept.
  std::optional<ImportProgress> begun_;  // By an earlier import.
  ImportProgress now_;
  absl::Status save_status_;
  client::ImportTotals totals_;
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_FILE_IMPORT_H_
