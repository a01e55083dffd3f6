// Power cuts at every call of a script: what each of them could leave on the disk is recovered, and
// compared with the model.
//
//   script --call--> crash file system --observer--> disk with names and bytes kept, dropped, torn
//                                                    ---> start ---> as acknowledged, or as in
//                                                    flight
//
// One run of the script serves all cuts, because the disk after a cut is a copy.

#ifndef PATHKB_TESTS_CRASH_POWER_CUTS_H_
#define PATHKB_TESTS_CRASH_POWER_CUTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/file/file_system.h"
#include "tests/crash/script.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {

// Puts something between the engine and the disk, for example a file system with a bug.
using FileSystemAround = std::function<std::unique_ptr<FileSystem>(CrashFileSystem& disk)>;

// What to run, and where to cut it.
struct PowerCutOptions {
  uint64_t seed = 1;
  size_t operations = 300;
  // Calls at which the power is cut: [first_call, end_call), counted from 1.
  uint64_t first_call = 1;
  uint64_t end_call = ~uint64_t{0};
  uint64_t cuts_each = 12;       // For each way in which bytes can be torn, where no name is open.
  size_t findings_max = 3;       // Then it looks no further.
  uint64_t damaged_one_in = 32;  // One state in so many has its newest snapshot or delta damaged.
  FileSystemAround around;       // Null: nothing.
};

// What was looked at, and what was found.
struct PowerCutResult {
  uint64_t calls = 0;            // That the script made.
  uint64_t distinct_states = 0;  // Disks that differ in a byte or a name, each recovered.
  uint64_t restarts = 0;         // Of these, gone on from, and recovered once more.
  uint64_t fallbacks = 0;        // Of these, looked at with the newest snapshot or delta damaged.
  uint64_t second_cuts = 0;      // States of a power cut during the recovery from the first.
  std::vector<std::string> findings;  // What is wrong, where, and how to see it again.
};

// Runs the script of `options.seed` and cuts the power at every call in the range.
PowerCutResult RunWithPowerCuts(const PowerCutOptions& options);

// Number of calls that the script makes.
uint64_t CallsOfScript(uint64_t seed, size_t operations);

// Starts on `disk` and compares what is found. What is wrong; empty if it is as expected and
// all files are sound.
std::string CheckDisk(FileSystem& disk, const Expected& expected);

// Starts on `disk`, which CheckDisk() finds in order, commits, makes a snapshot, restarts after a
// power cut. What is wrong; empty if nothing is.
std::string CheckItGoesOn(CrashFileSystem& disk, const Expected& expected);

// Starts on copies of `disk` in which the newest snapshot, if an older one is kept, or the newest
// delta is damaged. What is wrong; empty if everything is there all the same.
std::string CheckFallsBack(const CrashFileSystem& disk, const Expected& expected);

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_POWER_CUTS_H_
