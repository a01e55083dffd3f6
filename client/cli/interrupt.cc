#include "client/cli/interrupt.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace pathkb::cli {
namespace {

// What the signal handler may touch: lock-free atomics and write().
std::atomic<bool> g_requested = false;
std::atomic<int> g_write_end = -1;

void NoteSignal(int) {
  const int saved_errno = errno;
  g_requested = true;
  const char byte = 0;
  // If it fails, the flag still tells.
  [[maybe_unused]] const ssize_t written = write(g_write_end, &byte, 1);
  errno = saved_errno;
}

}  // namespace

Interrupt::Interrupt() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
    read_end_ = ends[0];
    g_write_end = ends[1];
  }
  g_requested = false;
  struct sigaction action = {};
  action.sa_handler = NoteSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // The second signal finds the usual action.
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGTERM, &action, &old_terminate_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
  const int write_end = g_write_end.exchange(-1);
  if (write_end >= 0) close(write_end);
  if (read_end_ >= 0) close(read_end_);
}

bool Interrupt::requested() const { return g_requested; }

}  // namespace pathkb::cli
