// How far a long import is, for whoever is waiting for it.

#ifndef PATHKB_CLIENT_CLI_OUTPUT_PROGRESS_LINE_H_
#define PATHKB_CLIENT_CLI_OUTPUT_PROGRESS_LINE_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/cli/output/text_output.h"

namespace pathkb::cli {

// One line about an import that has taken `seconds` so far. `bytes_total` 0 means that the size is
// not known; then there is neither a bar nor a time left.
//
//   [===========>        ]  56%  460,800 facts  201,322/s  1.8 s left
std::string ProgressText(uint64_t facts, uint64_t bytes, uint64_t bytes_total, double seconds);

// Shows such a line, several times a second on a terminal, where it replaces itself; elsewhere a
// line of its own about every two seconds. One thread at a time.
class ProgressLine {
 public:
  // Borrows `out`. The time runs from now. If not `enabled`, nothing is ever shown.
  ProgressLine(TextOutput& out, uint64_t bytes_total, bool enabled);

  // Shows these figures, unless the last ones are fresh enough.
  void Update(uint64_t facts, uint64_t bytes);
  // Takes the line away, so that something else can be printed.
  void Clear();
  // Since construction.
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  TextOutput& out_;
  const uint64_t bytes_total_;
  const bool enabled_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point shown_at_ = start_;
  bool visible_ = false;  // The terminal's last line is ours.
};

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_OUTPUT_PROGRESS_LINE_H_
