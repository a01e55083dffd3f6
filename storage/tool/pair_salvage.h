// Facts of a damaged .tree with what stands beside it.

#ifndef PATHKB_STORAGE_TOOL_PAIR_SALVAGE_H_
#define PATHKB_STORAGE_TOOL_PAIR_SALVAGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/file/mapped_file.h"
#include "storage/tool/fact_collector.h"
#include "storage/tool/file_problem.h"
#include "storage/wal/wal_format.h"

namespace pathkb {

// What was read.
struct PairSalvageTotals {
  uint64_t keys = 0;
  uint64_t doubtful = 0;  // Of these: read from a block that does not match its checksum.
};

// One thread at a time. Borrows `files`.
class PairSalvage {
 public:
  // `only_certain`: leave out what is in doubt.
  PairSalvage(FileSystem& files, std::string tree_path, bool only_certain, ProblemSink on_loss)
      : files_(files),
        tree_path_(std::move(tree_path)),
        only_certain_(only_certain),
        on_loss_(std::move(on_loss)) {}

  // Adds every fact that can be read. A fact whose entry cannot keeps its term,
  // and its name if it has one, unless only what is certain counts; either is told. Errors are
  // those of FileSystem about the .tree.
  absl::StatusOr<PairSalvageTotals> AddTo(FactCollector& facts) const;

  // True if the .tree and all that stands beside it is sound to the last byte.
  bool IsSound() const;

  // The .sums beside a .tree; null if there is none, or it cannot be mapped.
  static std::shared_ptr<const MappedFile> MapSums(FileSystem& files, const std::string& tree_path);

 private:
  FileSystem& files_;
  const std::string tree_path_;
  const bool only_certain_;
  const ProblemSink on_loss_;
};

// Adds the commit of a log record. One that is no batch is a loss.
absl::Status AddCommit(const std::string& log_path, const WalRecord& record,
                       const ProblemSink& on_loss, FactCollector& facts);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_PAIR_SALVAGE_H_
