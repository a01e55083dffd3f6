#include "storage/terms/id_table.h"

#include <algorithm>
#include <utility>

namespace pathkb {

void IdTable::Insert(uint64_t prefix, uint64_t id) {
  Part& part = parts_[prefix >> kTermsTagBits];
  if (5 * uint64_t{part.used + 1} > 4 * uint64_t{part.slot_count}) part.Grow();
  part.Put(TermsSlot(prefix, id));
}

void IdTable::Sort() {
  for (Part& part : parts_) {
    uint64_t* const begin = part.slots.get();
    uint64_t* const end = std::remove(begin, begin + part.slot_count, uint64_t{0});
    std::sort(begin, end);
  }
}

void IdTable::Part::Put(uint64_t slot) {
  uint64_t at = HomeOf(slot >> kTermsIdBits);
  while (slots[at] != 0) at = After(at);
  slots[at] = slot;
  ++used;
}

void IdTable::Part::Grow() {
  const std::unique_ptr<uint64_t[]> before = std::move(slots);
  const uint32_t count_before = slot_count;
  slot_count = count_before + count_before / 4 + 4;
  slots = std::make_unique<uint64_t[]>(slot_count);
  used = 0;
  for (uint32_t at = 0; at < count_before; ++at) {
    if (before[at] != 0) Put(before[at]);
  }
}

}  // namespace pathkb
