// Ctrl-C as something that a long command can ask about.

#ifndef PATHKB_CLIENT_CLI_INTERRUPT_H_
#define PATHKB_CLIENT_CLI_INTERRUPT_H_

#include <csignal>

namespace pathkb::cli {

// While it lives, the first SIGINT or SIGTERM is noted instead of ending the program; the next one
// ends it as usual. At most one object at a time in a program.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  // True once a signal has come.
  bool requested() const;
  // Becomes readable when a signal comes, for poll() beside a file that may have nothing to read.
  int fd() const { return read_end_; }

 private:
  int read_end_ = -1;
  struct sigaction old_interrupt_ = {};
  struct sigaction old_terminate_ = {};
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_INTERRUPT_H_
