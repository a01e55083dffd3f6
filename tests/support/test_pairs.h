// For tests of snapshot pairs: pairs in memory, and what each question about one must be answered.

#ifndef PATHKB_TESTS_SUPPORT_TEST_PAIRS_H_
#define PATHKB_TESTS_SUPPORT_TEST_PAIRS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/directory/manifest.h"
#include "storage/file/database_id.h"
#include "storage/snapshot/snapshot.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {

// What a pair holds: the bytes of the entry at each path, none of a plain fact.
using PairContents = std::map<std::string, std::string>;

// `paths` paths of facts, some of which differ in a byte at the end and some from the middle on;
// every third has no entry. The same for the same seed.
PairContents SomeFacts(uint64_t paths, uint64_t seed);

// The files of a pair and the record that a manifest would have of them.
struct WrittenPair {
  SnapshotRecord record;
  DatabaseId database_id;
  std::string tree;
  std::string terms;
  std::string sums;
};

// How to write one.
struct PairOptions {
  uint64_t revision = 7;
  bool compress_terms = false;
};

// Writes `contents` as a pair of `database_id`. Fails the test if that is impossible.
WrittenPair WritePair(const PairContents& contents, const DatabaseId& database_id,
                      const PairOptions& options = {});

// Bytes on the heap, in a block of exactly their size, so that the address sanitizer sees each read
// outside. They may be changed while they are "mapped".
class HeldBytes {
 public:
  explicit HeldBytes(std::string_view bytes);

  // All of them, to read or to change; lives as long as this.
  std::string_view view() const { return {bytes_.get(), byte_count_}; }
  char& operator[](size_t offset) { return bytes_[offset]; }

 private:
  const std::unique_ptr<char[]> bytes_;
  const size_t byte_count_;
};

// A file system whose files of one pair are given by the test. Map() gives out views of them, not
// copies. One thread at a time. Outlives
// the snapshots.
class HeldPair final : public CrashFileSystem {
 public:
  explicit HeldPair(const WrittenPair& pair);

  // The files; whoever puts another one there first closes all snapshots of the old one.
  std::unique_ptr<HeldBytes> tree;
  std::unique_ptr<HeldBytes> terms;
  std::unique_ptr<HeldBytes> sums;

  // If set, the next CheckIntact() of one of the files calls it when it has counted a change from
  // outside and not yet returned, and returns Unavailable.
  std::function<void()> on_change;

  // Opens what is there now as the pair that `record` names.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Open(const SnapshotRecord& record);

  absl::StatusOr<std::unique_ptr<const MappedFile>> Map(const std::string& path,
                                                        const MapOptions& options) override;

 private:
  const DatabaseId database_id_;
};

// What became of questions to a pair that may be damaged.
struct Answers {
  uint64_t right = 0;
  uint64_t refused = 0;  // With an error that damage may have.
  uint64_t wrong = 0;    // Neither.
  std::string what;      // The first that was wrong, for a message.

  // Counts one more.
  void AddRight() { ++right; }
  void AddRefused(const absl::Status& status);
  void AddWrong(std::string_view problem);
};

// Asks for `path`, and for its entry if there is one; `contents` is what an undamaged pair holds.
void AskForPath(const Snapshot& snapshot, const PairContents& contents, const std::string& path,
                Answers& answers);

// Walks at most `steps` values from the first one at or after `from` on. Each counts as an answer;
// one that the cursor passed over is wrong unless its status() says so.
void AskByWalking(const Snapshot& snapshot, const PairContents& contents, const std::string& from,
                  int steps, Answers& answers);

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_TEST_PAIRS_H_
