// Copies of a few bytes: a call of memcpy() costs more than it does.

#ifndef PATHKB_CORE_BASE_SHORT_COPY_H_
#define PATHKB_CORE_BASE_SHORT_COPY_H_

#include <cstddef>
#include <cstring>

namespace pathkb {

// As memcpy(). Up to 16 bytes take two copies that may overlap: no loop whose end is hard to guess.
inline void CopyShort(char* to, const char* from, size_t bytes) {
  if (bytes > 16) {
    std::memcpy(to, from, bytes);
  } else if (bytes >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + bytes - 8, from + bytes - 8, 8);
  } else if (bytes >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + bytes - 4, from + bytes - 4, 4);
  } else {
    for (size_t i = 0; i < bytes; ++i) to[i] = from[i];
  }
}

}  // namespace pathkb

#endif  // PATHKB_CORE_BASE_SHORT_COPY_H_
