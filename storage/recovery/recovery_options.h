// How a data directory is to be recovered.

#ifndef PATHKB_STORAGE_RECOVERY_RECOVERY_OPTIONS_H_
#define PATHKB_STORAGE_RECOVERY_RECOVERY_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "storage/file/mapped_file.h"

namespace pathkb {

// A value type.
struct RecoveryOptions {
  MapOptions map;  // For the files of the base.
  // Told, every now and then, what is being done, a few words, and how far that has got: `done` of
  // `total` bytes of the log. May be null.
  std::function<void(std::string_view doing, uint64_t done, uint64_t total)> progress;
  // Ends at the first damage that cannot be got over, with what was reached by then and a note,
  // instead of failing. For looking at what is left; what comes of it must not be written over.
  bool stop_at_damage = false;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_RECOVERY_RECOVERY_OPTIONS_H_
