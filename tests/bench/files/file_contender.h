// What is measured: an ordered map from keys to 64-bit values that is kept in files, written once
// from sorted keys and read then. As with contenders in memory, each call does one operation for a
// whole list of keys, so that nothing virtual is in what is timed.

#ifndef PATHKB_TESTS_BENCH_FILES_FILE_CONTENDER_H_
#define PATHKB_TESTS_BENCH_FILES_FILE_CONTENDER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "tests/bench/trie/key_list.h"

namespace pathkb::bench {

// A map that is open for reading. One thread at a time. Sums are the same for all that do the same
// and depend on every value looked at; a value counts as one more than it is; all modulo 2^64.
// Damage in the file ends the program: what is measured has just been written.
class OpenedFile {
 public:
  OpenedFile() = default;
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;
  virtual ~OpenedFile() = default;

  // Looks each key up, one after the other; the sum of the values found.
  virtual uint64_t Get(const KeyList& keys) const = 0;
  // As Get(), 64 keys at a time; nullopt if this one cannot.
  virtual std::optional<uint64_t> GetBatch(const KeyList& /*keys*/) const { return std::nullopt; }
  // All in key order; the sum of the values, of the bytes of all keys and of their last bytes.
  virtual uint64_t Scan() const = 0;
  // As Scan(), by a cursor that could stop and turn anywhere; the same thing for most.
  virtual uint64_t ScanByCursor() const { return Scan(); }
};

// A kind of file. One thread at a time. Errors are those of the library, as Unknown, or of the
// system.
class FileContender {
 public:
  FileContender() = default;
  FileContender(const FileContender&) = delete;
  FileContender& operator=(const FileContender&) = delete;
  virtual ~FileContender() = default;

  // The same name for all of one kind.
  virtual std::string_view name() const = 0;

  // Makes of `sorted`, keys in ascending order, the source that Write() reads; drops an older one.
  // `sorted` must outlive it.
  virtual void Prepare(const KeyList& sorted) = 0;
  // Writes all that was prepared into `folder`, which is there and empty; closes all files, and
  // syncs none.
  virtual absl::Status Write(const std::string& folder) = 0;
  // Opens what Write() has left in `folder`. Opened at most once at a time.
  virtual absl::StatusOr<std::unique_ptr<OpenedFile>> Open(const std::string& folder) = 0;
};

}  // namespace pathkb::bench

#endif  // PATHKB_TESTS_BENCH_FILES_FILE_CONTENDER_H_
