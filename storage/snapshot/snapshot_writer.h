// A cursor with its entries in, a published-ready snapshot pair out, with the .sums of its .tree.
// All three files are on disk under their final names when this returns; they count once a manifest
// names them.

#ifndef PATHKB_STORAGE_SNAPSHOT_SNAPSHOT_WRITER_H_
#define PATHKB_STORAGE_SNAPSHOT_SNAPSHOT_WRITER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/trie/zipper.h"
#include "storage/act/act_writer.h"
#include "storage/directory/manifest.h"
#include "storage/file/database_id.h"
#include "storage/file/file_system.h"
#include "storage/file/paced_file.h"

namespace pathkb {

// SnapshotSource::interrupt is asked each time so many paths are written.
inline constexpr uint64_t kSnapshotPathsPerInterrupt = 4096;

// What to write. Borrows all of it for the call.
struct SnapshotSource {
  // At the root; every value below becomes a path of the .tree.
  Zipper* zipper = nullptr;
  // Entry bytes of a value that the cursor showed, with the layer it was from; not asked for value
  // 0. The bytes must live until the next call.
  std::function<absl::StatusOr<std::string_view>(uint64_t value, int layer)> entry_bytes;
  uint64_t revision = 0;
  int64_t created_unix_ms = 0;
  DatabaseId database_id;
  std::string parent_id;
  std::string server_version;
  // Whether the .terms is to be compressed.
  bool compress_terms = false;
  // Whether equal subtries of the .tree are written once.
  bool deduplicate = true;
  // How much memory may be used to find equal subtries again; see ActWriterOptions.
  uint64_t tree_memory_bytes = ActWriterOptions().memory_bytes;
  // Whether the .tree is to be what PathMap would write, byte for byte; then without the above,
  // and every different segment is held in memory.
  bool canonical_tree = false;
  // How fast each of the two files may be written.
  Pace pace;
  // Asked every kSnapshotPathsPerInterrupt paths; an error ends the writing. May be null.
  std::function<absl::Status()> interrupt;
};

// Where one of the files goes: written at `partial` first, then renamed to `final`.
struct SnapshotFileName {
  std::string partial;
  std::string final;
};

// The same for all three. Full paths, on one file system each.
struct SnapshotFileNames {
  SnapshotFileName tree;
  SnapshotFileName terms;
  SnapshotFileName sums;
};

// Writes the three files under these names, whatever there is under them now, as WriteSnapshot()
// does; the record has the id that the source's time and revision give.
absl::StatusOr<SnapshotRecord> WriteSnapshotFiles(FileSystem& files, const SnapshotFileNames& names,
                                                  const SnapshotSource& source);

// Writes the three files into `data_dir`. One pass over the source; memory is bounded by its depth,
// for the entries as TermsWriter says, and by 8 bytes for each entry of the source. After an error
// nothing is left that counts.
//   DataLoss            the source could not be read to its end
//   ResourceExhausted   no space left
//   whatever the interrupt said
absl::StatusOr<SnapshotRecord> WriteSnapshot(FileSystem& files, const std::string& data_dir,
                                             const SnapshotSource& source);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_SNAPSHOT_SNAPSHOT_WRITER_H_
