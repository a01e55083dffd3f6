// A script of operations on the daemon's parts, drawn by seed, and who runs it beside a model:
// commits of all kinds in several spaces, snapshots, restarts, and processes that are killed.
//
//   MakeScript(seed) ---> operation, operation, ... ---> Run ---> engine over a file system
//                                                         |
//                                                         +-----> acknowledged(), in_flight()
//
// At any moment of a run, also in the middle of an operation, acknowledged() is what must be found
// on the disk, and in_flight(), if there is one, what may be found instead.

#ifndef PATHKB_TESTS_CRASH_SCRIPT_H_
#define PATHKB_TESTS_CRASH_SCRIPT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/engine.h"
#include "tests/crash/hand_clock.h"
#include "tests/crash/model.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {

// Where the scripts work.
inline constexpr char kScriptDir[] = "/db";

// One thing that a user of the parts asks for.
struct Operation {
  enum class Kind { kCommit, kSnapshot, kRestart };
  Kind kind = Kind::kCommit;
  Batch batch;  // Of kCommit; may be empty or change nothing.
  // If not 0, the process is killed at so many calls after the beginning of the operation, if that
  // takes so many, and started again.
  uint64_t kill_after_calls = 0;
};

// A batch of 0 to 4 changes: facts with and without names, entries and large metadata; new ones,
// others instead, and deletes, also of what is not there; in one of three spaces.
Batch RandomBatch(std::mt19937_64& random);

// `count` operations; the same for the same seed.
std::vector<Operation> MakeScript(uint64_t seed, size_t count);

// Runs a script. One thread at a time; acknowledged() and in_flight() also from an observer of the
// file system, whose calls the runner waits for.
class ScriptRunner {
 public:
  // `files` is what the engine sees, and leads to `disk`, which may be the same. Borrows both.
  ScriptRunner(FileSystem& files, CrashFileSystem& disk) : files_(files), disk_(disk) {}

  // Starts the engine. Any error that is not of a call made to fail is a finding.
  absl::Status Start();
  // Does one operation, and compares what the engine then shows with the model. What is wrong;
  // empty if nothing is. A commit that fails stays in flight until the next start.
  std::string Do(const Operation& operation);
  // Start() and Do() for all. What is wrong first; empty if nothing is.
  std::string Run(const std::vector<Operation>& script);

  const Model& acknowledged() const { return acknowledged_; }
  const std::optional<Model>& in_flight() const { return in_flight_; }
  Engine& engine() { return *engine_; }

 private:
  absl::Status Perform(const Operation& operation);
  // Takes over what a start has made of a commit that had not been answered.
  void SettleInFlight();

  FileSystem& files_;
  CrashFileSystem& disk_;
  HandClock clock_;
  Model acknowledged_;
  std::optional<Model> in_flight_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_SCRIPT_H_
