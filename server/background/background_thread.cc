#include "server/background/background_thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pathkb {
namespace {

// Behind the threads of requests, but never starved: so much is added to what the process has.
constexpr int kNice = 5;
// The arguments of ioprio_set(2), by its manual: <linux/ioprio.h> is no C++ in all its versions (in
// 6.1.192 it has a parameter `class`).
constexpr int kIoOfThread = 1;    // IOPRIO_WHO_PROCESS
constexpr int kIoBestEffort = 2;  // IOPRIO_CLASS_BE
constexpr int kIoClassShift = 13;
// The last of the eight levels that share the disk; the idle class could wait for ever.
constexpr int kIoLevel = 7;

}  // namespace

void BecomeBackgroundThread(const char* name) {
  pthread_setname_np(pthread_self(), name);
  // On Linux both are of the thread, and 0 is the calling one. More than 19 is taken as that.
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kNice);
  syscall(SYS_ioprio_set, kIoOfThread, 0, kIoBestEffort << kIoClassShift | kIoLevel);
}

}  // namespace pathkb
