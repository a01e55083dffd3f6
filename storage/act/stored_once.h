// Where byte strings were stored before: the writer's memory for storing equal things once, in
// bounded space.

#ifndef PATHKB_STORAGE_ACT_STORED_ONCE_H_
#define PATHKB_STORAGE_ACT_STORED_ONCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace pathkb {

// A map from byte strings to file offsets that forgets what was not used for long. Bytes are
// compared in full; a hash alone is never trusted. One thread at a time.
//
// Two generations: new and found strings go into the young one; when that holds half the bytes
// allowed, the old one is dropped and the young one becomes old. So a string is remembered at least
// until half of `bytes_max` of others have been stored or found after its last use.
class StoredOnce {
 public:
  // `bytes_max` bounds strings and table together, roughly; 0 remembers nothing.
  explicit StoredOnce(uint64_t bytes_max) : generation_bytes_max_(bytes_max / 2) {}

  // The offset kept for `bytes`; nullopt if none is remembered.
  std::optional<uint64_t> Find(std::string_view bytes);

  // Remembers `offset` for `bytes`, unless they alone are more than a generation holds.
  void Insert(std::string_view bytes, uint64_t offset);

 private:
  using Generation = absl::flat_hash_map<std::string, uint64_t>;

  const uint64_t generation_bytes_max_;
  Generation young_, old_;
  uint64_t young_bytes_ = 0;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_STORED_ONCE_H_
