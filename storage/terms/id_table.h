// Which entries have this hash: what the writer of a .terms file looks up for each entry, and at
// the end writes as the file's find index, already in order.
//
//   prefix of a hash, 40 bits:  | 12: which of 4,096 parts | 28: tag |
//   a part:                     | 0 | tag, id | tag, id | 0 | ... |     open addressing, by tag

#ifndef PATHKB_STORAGE_TERMS_ID_TABLE_H_
#define PATHKB_STORAGE_TERMS_ID_TABLE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/terms/terms_format.h"

namespace pathkb {

// Hash prefixes (see terms_format.h) and ids from 1; a prefix may have many ids. One thread at a
// time. Constant time, if hashes are spread.
//
// Memory: 8 bytes a slot, and parts grow one at a time by a quarter when they are four fifths full:
// at most 12.5 bytes for each id once there are many, 64 KiB when there are none.
class IdTable {
 public:
  IdTable() : parts_(kParts) {}

  // Asks `is_it(id)` for each id kept for `prefix`; returns the first for which it is true, else 0.
  template <typename IsIt>
  uint64_t Find(uint64_t prefix, IsIt is_it) const {
    const Part& part = parts_[prefix >> kTermsTagBits];
    if (part.slot_count == 0) return 0;
    const uint64_t tag = prefix & kTermsTagMax;
    for (uint64_t at = part.HomeOf(tag); part.slots[at] != 0; at = part.After(at)) {
      const uint64_t id = part.slots[at] & kTermsIdMax;
      if (part.slots[at] >> kTermsIdBits == tag && is_it(id)) return id;
    }
    return 0;
  }

  // Adds an id that is not kept yet; 1 to kTermsIdMax.
  void Insert(uint64_t prefix, uint64_t id);

  // Calls visit(prefix, id) for all, ascending by prefix, then by id. Only after Sort(); after that
  // neither Find() nor Insert().
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (uint64_t part = 0; part < kParts; ++part) {
      for (uint64_t at = 0; at < parts_[part].used; ++at) {
        const uint64_t slot = parts_[part].slots[at];
        visit(part << kTermsTagBits | slot >> kTermsIdBits, slot & kTermsIdMax);
      }
    }
  }
  void Sort();

 private:
  static constexpr uint64_t kParts = uint64_t{1} << (kTermsPrefixBits - kTermsTagBits);

  struct Part {
    std::unique_ptr<uint64_t[]> slots;  // 0 is empty; no id is 0.
    uint32_t slot_count = 0;
    uint32_t used = 0;

    uint64_t HomeOf(uint64_t tag) const { return tag * slot_count >> kTermsTagBits; }
    uint64_t After(uint64_t at) const { return at + 1 == slot_count ? 0 : at + 1; }
    void Put(uint64_t slot);
    void Grow();
  };

  std::vector<Part> parts_;
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_TERMS_ID_TABLE_H_
