// Which log segments a manifest needs, now that deltas and snapshots hold most of what they say.
//
//   older r42   delta 42-50   delta 50-60   .   base r65   delta 65-70   delta 70-80
//   segments    43            51            61             66            71            81
//   needed      -             -             yes            -             yes           yes
//               in a delta    in a delta    in no delta    in a delta    newest delta  later

#ifndef PATHKB_STORAGE_DIRECTORY_LOG_NEEDS_H_
#define PATHKB_STORAGE_DIRECTORY_LOG_NEEDS_H_

#include <cstdint>
#include <vector>

#include "storage/directory/manifest.h"

namespace pathkb {

// Of the segments that begin with these revisions, which ascend, those that hold something that
// counts: revisions from `manifest.wal_first_revision` on that are in no delta, or only in the
// newest one, which can be replaced by them if it is damaged. A segment ends where the next one
// begins; the last, where base and deltas end, as a new one is begun then, or nowhere.
std::vector<uint64_t> NeededSegments(const Manifest& manifest,
                                     const std::vector<uint64_t>& first_revisions);

}  // namespace pathkb

#endif  // PATHKB_STORAGE_DIRECTORY_LOG_NEEDS_H_
