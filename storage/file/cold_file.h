// A file that is read once from its front to its end, from the disk rather than from memory: what
// the page cache holds may be sound while what the disk holds is not.

#ifndef PATHKB_STORAGE_FILE_COLD_FILE_H_
#define PATHKB_STORAGE_FILE_COLD_FILE_H_

#include <string_view>

#include "absl/status/statusor.h"

namespace pathkb {

// One thread at a time.
class ColdFile {
 public:
  virtual ~ColdFile() = default;

  // The next bytes, at most 1 MiB; empty at the end. They live until the next call. DataLoss if the
  // disk cannot read them.
  virtual absl::StatusOr<std::string_view> Next() = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_COLD_FILE_H_
