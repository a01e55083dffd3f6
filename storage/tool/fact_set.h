// Facts on their way from text to files: a working set, filled from .metta and .jsonl, written as a
// pair.
//
//   facts.metta --FactTextReader--> changes --WorkingSet--> cursor --snapshot_writer--> x.tree
//   facts.jsonl                                                                         x.terms
//                                                                                       x.sums

#ifndef PATHKB_STORAGE_TOOL_FACT_SET_H_
#define PATHKB_STORAGE_TOOL_FACT_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/fact_base.h"
#include "core/facts/working_set.h"
#include "core/trie/zipper.h"
#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"
#include "storage/snapshot/snapshot_writer.h"
#include "storage/tool/fact_pair.h"
#include "storage/tool/fact_text.h"

namespace pathkb {

// Facts of one space, in memory. One thread at a time.
class FactSet {
 public:
  // Facts go to `space`, which has these arguments indexed from its first fact on.
  explicit FactSet(std::string space, IndexedArguments index = {})
      : space_(std::move(space)), index_(index) {}

  // Inserts all facts of a text file. Errors as FactTextReader and FileSystem.
  absl::Status AddFile(FileSystem& files, FactForm form, const std::string& path);
  // Inserts all facts of `text`; `name` is for messages.
  absl::Status AddText(FactForm form, std::string_view text, const std::string& name);

  // Facts inserted that were not there.
  uint64_t inserted() const { return counts_.inserted; }
  const WorkingSet& working() const { return working_; }
  const std::string& space() const { return space_; }

 private:
  // Inserts the facts of a batch, and empties it.
  absl::Status Add(Batch& batch);

  const std::string space_;
  const IndexedArguments index_;
  WorkingSet working_;
  ChangeCounts counts_;
};

// What a working set and the base beneath it hold together: a cursor and the entries of its values,
// as SnapshotSource wants them. One thread at a time. Borrows both; `base` may be null.
class FactsOverBase {
 public:
  FactsOverBase(const WorkingSet& working, const FactBase* base);

  // At the root.
  Zipper& zipper() { return *zipper_; }
  // Bytes of the entry behind a value of the cursor, which is not 0; they live until the next call.
  absl::StatusOr<std::string_view> FindEntry(uint64_t value, int layer);
  // FindEntry() as a function, which borrows this object.
  EntryBytes entry_bytes() {
    return [this](uint64_t value, int layer) { return FindEntry(value, layer); };
  }

 private:
  const EntryView entries_;
  const FactBase* const base_;
  const std::unique_ptr<Zipper> zipper_;
  std::string scratch_;
};

// A database id that follows from the content alone: what `zipper` shows, from its root on, and the
// entries. So equal facts make equal files. Reads all of it; the zipper is back at its root then.
absl::StatusOr<DatabaseId> ContentId(Zipper& zipper, const EntryBytes& entry_bytes);

// Writes `source` to `stem`.tree, .terms and .sums.
//   AlreadyExists  one of them is there and `replace` is false
//   others         as WriteSnapshot()
absl::StatusOr<SnapshotRecord> WritePair(FileSystem& files, const std::string& stem,
                                         const SnapshotSource& source, bool replace);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_FACT_SET_H_
