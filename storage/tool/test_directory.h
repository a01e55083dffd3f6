// A data directory as a server leaves it, for tests: commits in the log, snapshots, manifests.

#ifndef PATHKB_STORAGE_TOOL_TEST_DIRECTORY_H_
#define PATHKB_STORAGE_TOOL_TEST_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/facts/batch.h"
#include "storage/directory/manifest.h"
#include "storage/wal/wal_writer.h"

namespace pathkb {

// One thread. Works on the real disk, in the test's temporary directory; fails the test if
// something does not work. Nothing holds the lock between calls.
class TestDirectory {
 public:
  // An empty data directory `name`, in place of what is there.
  explicit TestDirectory(const std::string& name);

  // Commits all facts of `json_lines` to the space, as one revision.
  void Commit(const std::string& json_lines, const std::string& space = "default");
  // Commits one change.
  void Commit(Change change, const std::string& space = "default");
  // Writes and publishes a snapshot of everything, and starts a new log segment with the next
  // commit.
  void Snapshot();
  // Writes and publishes a delta of what came after the last snapshot or delta, as above.
  void Delta();
  // The next commit goes into a new log segment.
  void NewSegment() { log_.reset(); }

  const std::string& path() const { return path_; }
  uint64_t revision() const { return revision_; }
  // The one that counts.
  Manifest manifest() const;
  // Names in one of its folders, with the folder, in order.
  std::vector<std::string> Names(const std::string& folder) const;

  // The bytes of a file below it; and puts others in their place.
  std::string Read(const std::string& name) const;
  void Write(const std::string& name, const std::string& bytes) const;

  // All facts of the space, as JSON lines, as recovery finds them.
  std::string Facts(const std::string& space = "default") const;

 private:
  void CommitBatch(Batch batch);

  std::string path_;
  uint64_t revision_ = 0;
  int64_t now_unix_ms_ = 1'750'000'000'000;
  std::unique_ptr<WalWriter> log_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TOOL_TEST_DIRECTORY_H_
