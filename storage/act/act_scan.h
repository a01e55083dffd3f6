// All paths of a .tree in order, for whoever wants each of them once: several times as fast as a
// cursor, which has to be able to stop and turn anywhere.

#ifndef PATHKB_STORAGE_ACT_ACT_SCAN_H_
#define PATHKB_STORAGE_ACT_ACT_SCAN_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "storage/act/act_reader.h"
#include "storage/act/act_zipper.h"

namespace pathkb {

// Calls `visit` with every path that has a value, ascending, until it returns false. The path is
// valid during the call. Errors are those of ActZipper::status(): what cannot be read is left out,
// the rest is visited. Paths longer than `path_bytes_max` are such an error.
absl::Status ScanAct(const ActReader& reader,
                     absl::FunctionRef<bool(std::string_view path, uint64_t value)> visit,
                     uint64_t path_bytes_max = kActPathBytesMax);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_ACT_SCAN_H_
