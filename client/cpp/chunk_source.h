// Where an input comes from, piece by piece.

#ifndef PATHKB_CLIENT_CPP_CHUNK_SOURCE_H_
#define PATHKB_CLIENT_CPP_CHUNK_SOURCE_H_

#include <cstddef>
#include <functional>

#include "absl/status/statusor.h"

namespace pathkb::client {

// Puts up to `bytes` bytes of the input into `buffer` and returns how many; 0 at the end. An error
// ends the reading.
using ChunkSource = std::function<absl::StatusOr<size_t>(char* buffer, size_t bytes)>;

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_CHUNK_SOURCE_H_
