// Everything that can still be read from a damaged file or data directory, into new files; and what
// was lost, and where. Never changes what it reads.
//
//   x.tree (+ .terms, .sums)   keys, and the entries of their facts       -->  a pair, a .paths,
//   x.paths                    keys up to the damage                           a .metta or a .jsonl
//   a log segment              commits, those behind the damage too
//   a data directory           the newest snapshot, and the log behind it

#ifndef PATHKB_STORAGE_TOOL_SALVAGE_H_
#define PATHKB_STORAGE_TOOL_SALVAGE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

#include "storage/file/file_system.h"
#include "storage/tool/file_problem.h"

namespace pathkb {

// How to salvage.
struct SalvageOptions {
  std::string space = "default";  // Whose facts go into a .metta or .jsonl.
  bool replace = false;           // Of files that are there.
  // Whether to leave out what was read from a block that does not match its checksum, and facts
  // whose entries are lost. The first may be wrong, but where one byte of 64 KiB is, nearly all of
  // it is right; the others are kept without confidence, source and metadata otherwise.
  bool only_certain = false;
  ProblemSink on_loss;  // Told what is wrong, and what was lost with it. Never null.
  std::function<void(const std::string& note)> on_note = nullptr;  // What was done. May be null.
};

// What was saved.
struct SalvageTotals {
  uint64_t written = 0;   // Keys; of a text, facts.
  uint64_t doubtful = 0;  // Of the keys that were read; left out if only what is certain counts.
  uint64_t losses = 0;    // Calls of on_loss.
};

// Salvages `in`, a file or a data directory, to `out`, whose ending says what it becomes: .paths,
// .metta, .jsonl, or .tree, with which go .terms and .sums if there are facts. A directory's every
// space is in a pair or a .paths. If the newest snapshot of a directory is damaged, and an older
// one sound with all of the log behind it, that one is taken, and nothing is lost. Memory: facts as
// a server would hold them; keys of a .paths; nothing for keys of a .tree.
//   InvalidArgument     `out` has none of these endings, or `in` cannot be salvaged: a .terms alone
//   NotFound            no such file; or, with an `out` for the facts of one space, it has none of
//                       that space, and nothing was lost
//   DataLoss            nothing at all could be read; nothing was written
//   AlreadyExists       see `replace`
absl::StatusOr<SalvageTotals> Salvage(FileSystem& files, const std::string& in,
                                      const std::string& out, const SalvageOptions& options);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_SALVAGE_H_
