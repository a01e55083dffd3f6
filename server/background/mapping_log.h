// What the system made of a mapping, in the log: an operator who asks for memory to be locked or
// for huge pages learns here what was granted.

#ifndef PATHKB_SERVER_BACKGROUND_MAPPING_LOG_H_
#define PATHKB_SERVER_BACKGROUND_MAPPING_LOG_H_

#include "storage/file/mapped_file.h"

namespace pathkb {

// Writes one line about `file`, which was mapped with `asked`: its figures, and what was not
// granted and why. A warning if something was refused, for information otherwise; nothing if
// nothing was asked for. Any thread; milliseconds.
void LogMapping(const MappedFile& file, const MapOptions& asked);

}  // namespace pathkb

#endif  // PATHKB_SERVER_BACKGROUND_MAPPING_LOG_H_
