// PATHKB_CHECK: an invariant of our own code, checked in every build. Bytes from the disk or the
// network never reach one: those return a Status.

#ifndef PATHKB_CORE_BASE_CHECK_H_
#define PATHKB_CORE_BASE_CHECK_H_

namespace pathkb::internal {

// Writes file, line and condition to standard error, then aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace pathkb::internal

#define PATHKB_CHECK(condition)                                        \
  do {                                                                 \
    if (!(condition)) [[unlikely]]                                     \
      ::pathkb::internal::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)

#endif  // PATHKB_CORE_BASE_CHECK_H_
