// Every call of a script made to fail: once, or from then on.
//
//   script ... call n fails ... rest of the script     reads are right all the time
//                             -> power cut             what was acknowledged is there
//                             -> disk mended, restart  the same, and writing goes on
//
// A commit answered by an error may be there afterwards or not, as a whole; what was acknowledged
// must be. A failure outside the log does not stop writing.

#ifndef PATHKB_TESTS_CRASH_FAILED_CALLS_H_
#define PATHKB_TESTS_CRASH_FAILED_CALLS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "tests/crash/power_cuts.h"
#include "tests/crash/script.h"

namespace pathkb {

// One way for the disk to fail.
struct Failure {
  uint64_t call = 0;  // Counted from 1.
  absl::Status status;
  bool from_then_on = false;
};

// What it did to a script.
struct FailedCallResult {
  std::string finding;    // What is wrong, and how to see it again; empty if nothing is.
  bool happened = false;  // The script made so many calls.
  std::string operation;  // The call that failed.
  uint64_t commits_failed = 0;
  uint64_t snapshots_failed = 0;  // Or deltas.
  uint64_t starts_failed = 0;
};

// Runs `script`, which orders no kills, with one failure. `around` as in PowerCutOptions.
FailedCallResult RunWithFailure(const std::vector<Operation>& script, const Failure& failure,
                                const FileSystemAround& around = nullptr);

// A script for this: `count` operations, no kills; commits with a delta, a snapshot or a restart
// every few of them, so that each kind follows the failure of each other.
std::vector<Operation> MakeScriptToFail(uint64_t seed, size_t count);

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_FAILED_CALLS_H_
