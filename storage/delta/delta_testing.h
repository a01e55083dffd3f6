// For tests of deltas: whole deltas from and to lists of changes, and deltas put together by hand,
// with every checksum right and anything else wrong.

#ifndef PATHKB_STORAGE_DELTA_DELTA_TESTING_H_
#define PATHKB_STORAGE_DELTA_DELTA_TESTING_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "storage/delta/delta_format.h"
#include "storage/delta/delta_reader.h"
#include "storage/delta/zlib_stream.h"

namespace pathkb {

// One operation that owns its bytes.
struct OwnedChange {
  std::string path = {};
  DeltaOp op = DeltaOp::kSet;
  std::string entry = {};

  friend bool operator==(const OwnedChange&, const OwnedChange&) = default;
};

// For messages of failed tests.
std::ostream& operator<<(std::ostream& out, const OwnedChange& change);

using OwnedChanges = std::vector<OwnedChange>;

// A header for tests: database 000102...0f, revisions 42 to 50.
DeltaHeader TestDeltaHeader();

// The delta with these changes, which are in order. Fails the test if the writer refuses one.
std::string WriteDelta(const OwnedChanges& changes, const DeltaHeader& header = TestDeltaHeader(),
                       int level = kDeflateLevel);

// What a reader makes of `bytes`: all changes, or the error of Open(). An error of Next() fails the
// test: Open() should have found it.
absl::StatusOr<OwnedChanges> ReadDelta(std::string_view bytes, const DeltaExpected& expected = {});

// `raw` as one zlib stream, and back; the latter must be sound.
std::string Deflated(std::string_view raw, int level = kDeflateLevel);
std::string Inflated(std::string_view stored);

// A delta to be tampered with.
struct ForgedDelta {
  // A sound one.
  static ForgedDelta From(const OwnedChanges& changes);

  // The file: sections compressed (or as given in `stored`), sizes and checksums set, then whatever
  // is in `tail_changes`, in the order of the fields as the tail stores them; footer.
  std::string Seal() const;

  StoredDeltaHeader header;
  std::array<std::string, kDeltaSectionCount> raw;
  std::array<std::optional<std::string>, kDeltaSectionCount> stored;
  DeltaTail counts;  // Only the counts are used.
  std::map<size_t, uint64_t> tail_changes;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DELTA_DELTA_TESTING_H_
