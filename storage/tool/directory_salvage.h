// Facts of a damaged data directory: the best of its snapshots, and the deltas and log behind it.

#ifndef PATHKB_STORAGE_TOOL_DIRECTORY_SALVAGE_H_
#define PATHKB_STORAGE_TOOL_DIRECTORY_SALVAGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/tool/delta_salvage.h"
#include "storage/tool/fact_collector.h"
#include "storage/tool/file_problem.h"
#include "storage/tool/pair_salvage.h"

namespace pathkb {

// One thread at a time; for one call. Borrows `files`. Changes nothing and takes no lock.
class DirectorySalvage {
 public:
  // `on_note` may be null.
  DirectorySalvage(FileSystem& files, std::string directory, bool only_certain, ProblemSink on_loss,
                   std::function<void(const std::string& note)> on_note)
      : files_(files),
        directory_(std::move(directory)),
        only_certain_(only_certain),
        on_loss_(std::move(on_loss)),
        on_note_(std::move(on_note)) {}

  // Adds every fact that can be read:
  //   * the snapshots are those of the manifest; if that cannot be read, those of the newest one
  //     that can; if there is none, whatever pairs there are;
  //   * the newest snapshot is taken that is sound and has all that came after it in the log and in
  //     sound deltas; if there is none, the newest that can be read at all, as far as it can;
  //   * then log and deltas from there on, gaps told.
  //   InvalidArgument  no data directory
  //   others           as FileSystem
  absl::StatusOr<PairSalvageTotals> AddTo(FactCollector& facts);

 private:
  // A snapshot that may be taken.
  struct Candidate {
    std::string id;
    uint64_t revision = 0;
  };

  // What was lost of the log, told only if it matters.
  struct LogLoss {
    FileProblem problem;
    uint64_t last_revision = 0;  // Nothing after this one was in the segment.
  };

  void Note(const std::string& note) const {
    if (on_note_ != nullptr) on_note_(note);
  }
  std::string Path(std::string_view name) const;
  // The manifest to go by; nullopt if none can be read.
  std::optional<Manifest> FindManifest() const;
  // Newest first.
  std::vector<Candidate> FindCandidates(const std::optional<Manifest>& manifest) const;
  // Reads all of the log into log_.
  absl::Status ReadLog(const std::optional<DatabaseId>& database_id);
  // Tells what was lost of the log and of deltas after `revision`, unless it is elsewhere.
  void TellLogLosses(uint64_t revision) const;
  // The sound delta that leads farthest from the state of `revision`; null if none does.
  const SalvagedDelta* DeltaFrom(uint64_t revision) const;
  // How far log and deltas lead from the state of `revision` without a gap.
  uint64_t ReachedFrom(uint64_t revision) const;
  // The first revision after `revision` from whose state log or deltas lead on; `none` if there is
  // none.
  uint64_t NextBeginning(uint64_t revision, uint64_t none) const;
  // Adds what came after `revision`, and tells which revisions up to `last` are missing.
  absl::Status AddHistory(uint64_t revision, uint64_t last, FactCollector& facts) const;

  FileSystem& files_;
  const std::string directory_;
  const bool only_certain_;
  const ProblemSink on_loss_;
  const std::function<void(const std::string& note)> on_note_;
  std::map<uint64_t, std::string> log_;  // Payloads by revision.
  std::vector<SalvagedDelta> deltas_;
  std::vector<LogLoss> log_losses_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_DIRECTORY_SALVAGE_H_
