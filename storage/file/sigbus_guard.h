// Keeps a mapping readable when its file is not: a page that cannot be read becomes zeros and a
// mark, instead of the SIGBUS that would end the process.
//
//   mapping   |  page  |  page  |  cannot be read  |  page  |
//   after     |  page  |  page  |  zeros           |  zeros |     and `poisoned` is true
//
// The signal arrives in the middle of some lookup, where nothing can be returned or thrown. So the
// handler sets the mark, then maps zeros over everything from the page that failed to the end, and
// lets the read go on; whoever asked looks at the mark before it believes the answer. The zeros go
// up to the end because a file that was cut short fails there, too: one signal instead of many.
//
// The handler of the process is installed with the first guard. A SIGBUS at any other address is
// passed on to the handler that was there before, or has the effect it had. Whoever installs
// another handler later must pass on likewise. A thread that blocks SIGBUS is not helped: the
// system ends the process at once.

#ifndef PATHKB_STORAGE_FILE_SIGBUS_GUARD_H_
#define PATHKB_STORAGE_FILE_SIGBUS_GUARD_H_

#include <atomic>
#include <cstddef>

namespace pathkb {

// Guards one mapping as long as it lives. Any thread may make and destroy guards while others read
// and fail; costs nothing while no page fails.
class SigbusGuard {
 public:
  // Guards the read-only mapping of `bytes` bytes at `start`, the start of a page. `poisoned` and
  // the mapping must outlive the guard.
  SigbusGuard(const void* start, size_t bytes, std::atomic<bool>& poisoned);
  SigbusGuard(const SigbusGuard&) = delete;
  SigbusGuard& operator=(const SigbusGuard&) = delete;
  // Waits for handlers that work on this mapping in other threads; they take microseconds. After it
  // no handler writes to the mapping or the mark, so both may go.
  ~SigbusGuard();

  // Where the signal handler finds a guard.
  struct Slot;

 private:
  Slot& slot_;  // Lives as long as the process; used again after this guard.
};

}  // namespace pathkb

#endif  // PATHKB_STORAGE_FILE_SIGBUS_GUARD_H_
