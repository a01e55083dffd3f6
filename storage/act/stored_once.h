// Where byte strings were stored before: the writer's memory for storing equal things once, in
// bounded space.

#ifndef PATHKB_STORAGE_ACT_STORED_ONCE_H_
#define PATHKB_STORAGE_ACT_STORED_ONCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pathkb {

// A map from byte strings to file offsets that forgets what was not used for long. Bytes are
// compared in full; a hash alone is never trusted. One thread at a time.
//
// Two generations: new and found strings go into the young one; when that has used half of what is
// allowed, the old one is emptied and becomes the young one. So a string is remembered at least
// until as many bytes of others have been stored or found after its last use as a generation holds.
class StoredOnce {
 public:
  // `bytes_max` bounds strings and tables together; 0 remembers nothing. Memory is taken as it is
  // needed.
  explicit StoredOnce(uint64_t bytes_max);

  // What Find() learns and Insert() would have to find out again.
  struct Place {
    uint32_t hash = 0;
    std::optional<uint64_t> offset;  // The offset kept for the bytes; nullopt if there is none.
  };
  // The offset kept for `bytes`.
  Place Find(std::string_view bytes);

  // Keeps `offset` for the bytes that Find() returned `place` for, in place of another one if
  // there was one, unless they alone are more than a generation holds.
  void Insert(std::string_view bytes, const Place& place, uint64_t offset);

  // Bytes of memory in use.
  uint64_t MemoryBytes() const;

 private:
  // An open-addressing table whose slots lead to records: offset u64, size u32, bytes.
  struct Slot {
    uint32_t hash = 0;       // Of the string.
    uint32_t record_at = 0;  // Where the record starts, plus 1; 0 for an empty slot.
  };
  struct Generation {
    std::string records;
    std::vector<Slot> slots;  // Their number is a power of two, or 0.
    uint64_t used_slots = 0;
  };

  // The slot of `bytes`, or the empty one where it would go. `generation` must have slots.
  static Slot& SlotOf(Generation& generation, uint32_t hash, std::string_view bytes);
  static void Grow(Generation& generation);

  const uint64_t generation_bytes_max_;
  Generation young_;
  Generation old_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_ACT_STORED_ONCE_H_
