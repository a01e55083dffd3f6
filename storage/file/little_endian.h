// Fixed-width unsigned integers as our formats store them: little-endian, not aligned.

#ifndef PATHKB_STORAGE_FILE_LITTLE_ENDIAN_H_
#define PATHKB_STORAGE_FILE_LITTLE_ENDIAN_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace pathkb {

static_assert(std::endian::native == std::endian::little, "the loads below copy bytes as they are");

// The integer in the four or eight bytes at `from`; the caller has checked that they are there.
inline uint32_t LoadU32(const char* from) {
  uint32_t number;
  std::memcpy(&number, from, sizeof(number));
  return number;
}
inline uint64_t LoadU64(const char* from) {
  uint64_t number;
  std::memcpy(&number, from, sizeof(number));
  return number;
}

inline void StoreU32(uint32_t number, char* to) { std::memcpy(to, &number, sizeof(number)); }
inline void StoreU64(uint64_t number, char* to) { std::memcpy(to, &number, sizeof(number)); }

// Appends a number to `out`.
inline void AppendU32(uint32_t number, std::string& out) {
  char bytes[sizeof(number)];
  StoreU32(number, bytes);
  out.append(bytes, sizeof(bytes));
}
// The same for 64 bits.
inline void AppendU64(uint64_t number, std::string& out) {
  char bytes[sizeof(number)];
  StoreU64(number, bytes);
  out.append(bytes, sizeof(bytes));
}

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_LITTLE_ENDIAN_H_
