#include "storage/act/stored_once.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "storage/file/checksum.h"
#include "storage/file/little_endian.h"

namespace pathkb {
namespace {

constexpr uint64_t kRecordHeadBytes = 12;
constexpr uint64_t kSlotCountMin = 64;
// Places in `records` have 32 bits.
constexpr uint64_t kGenerationBytesMax = uint64_t{2} << 30;

}  // namespace

StoredOnce::StoredOnce(uint64_t bytes_max)
    : generation_bytes_max_(std::min(bytes_max / 2, kGenerationBytesMax)) {}

StoredOnce::Place StoredOnce::Find(std::string_view bytes) {
  Place place{.hash = static_cast<uint32_t>(Checksum(bytes)), .offset = std::nullopt};
  for (Generation* generation : {&young_, &old_}) {
    if (generation->slots.empty()) continue;
    const Slot& slot = SlotOf(*generation, place.hash, bytes);
    if (slot.record_at == 0) continue;
    place.offset = LoadU64(generation->records.data() + slot.record_at - 1);
    if (generation == &old_) Insert(bytes, place, *place.offset);
    break;
  }
  return place;
}

void StoredOnce::Insert(std::string_view bytes, const Place& place, uint64_t offset) {
  // A record, and as slots are at most half full and may double, what they take at the worst.
  const uint64_t cost = kRecordHeadBytes + bytes.size() + 4 * sizeof(Slot);
  if (cost > generation_bytes_max_ || bytes.size() > std::numeric_limits<uint32_t>::max()) return;
  if (young_.records.size() + bytes.size() + kRecordHeadBytes +
          std::max(kSlotCountMin, young_.used_slots * 4 + 4) * sizeof(Slot) >
      generation_bytes_max_) {
    std::swap(young_, old_);
    young_.records.clear();
    std::fill(young_.slots.begin(), young_.slots.end(), Slot());
    young_.used_slots = 0;
  }
  if (young_.used_slots * 2 >= young_.slots.size()) Grow(young_);
  Slot& slot = SlotOf(young_, place.hash, bytes);
  if (slot.record_at != 0) {
    StoreU64(offset, young_.records.data() + slot.record_at - 1);
    return;
  }
  slot.hash = place.hash;
  slot.record_at = static_cast<uint32_t>(young_.records.size() + 1);
  ++young_.used_slots;
  if (const uint64_t needed = young_.records.size() + kRecordHeadBytes + bytes.size();
      needed > young_.records.capacity()) {
    young_.records.reserve(std::min(2 * needed, generation_bytes_max_));
  }
  AppendU64(offset, young_.records);
  AppendU32(static_cast<uint32_t>(bytes.size()), young_.records);
  young_.records += bytes;
}

uint64_t StoredOnce::MemoryBytes() const {
  uint64_t bytes = 0;
  for (const Generation* generation : {&young_, &old_}) {
    bytes += generation->records.capacity() + generation->slots.capacity() * sizeof(Slot);
  }
  return bytes;
}

StoredOnce::Slot& StoredOnce::SlotOf(Generation& generation, uint32_t hash,
                                     std::string_view bytes) {
  const uint64_t mask = generation.slots.size() - 1;
  for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
    Slot& slot = generation.slots[i];
    if (slot.record_at == 0) return slot;
    if (slot.hash != hash) continue;
    const char* const record = generation.records.data() + slot.record_at - 1;
    if (LoadU32(record + sizeof(uint64_t)) == bytes.size() &&
        std::memcmp(record + kRecordHeadBytes, bytes.data(), bytes.size()) == 0) {
      return slot;
    }
  }
}

void StoredOnce::Grow(Generation& generation) {
  std::vector<Slot> slots(std::max(kSlotCountMin, generation.slots.size() * 2));
  const uint64_t mask = slots.size() - 1;
  for (const Slot& slot : generation.slots) {
    if (slot.record_at == 0) continue;
    uint64_t i = slot.hash & mask;
    while (slots[i].record_at != 0) i = (i + 1) & mask;
    slots[i] = slot;
  }
  generation.slots = std::move(slots);
}

}  // namespace pathkb
