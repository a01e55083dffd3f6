// A script of operations on the daemon's parts, drawn by seed, and who runs it beside a model:
// commits of all kinds in several spaces, snapshots, restarts, and processes that are killed.
//
//   MakeScript(seed) ---> operation, operation, ... ---> Run ---> engine over a file system
//                                                         |
//                                                         +-----> expected()
//
// At any moment of a run, also in the middle of an operation, expected() says what must be found on
// the disk: what was acknowledged, or with one batch more that has not been answered, or was
// answered by an error of the disk.

#ifndef PATHKB_TESTS_CRASH_SCRIPT_H_
#define PATHKB_TESTS_CRASH_SCRIPT_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/engine.h"
#include "tests/crash/model.h"
#include "tests/support/crash_file_system.h"
#include "tests/support/hand_clock.h"

namespace pathkb {

// Where the scripts work.
inline constexpr char kScriptDir[] = "/db";

// One thing that a user of the parts asks for.
struct Operation {
  enum class Kind { kCommit, kSnapshot, kDelta, kRestart };
  Kind kind = Kind::kCommit;
  Batch batch;  // Of kCommit; may be empty or change nothing.
  // If not 0, the process is killed at so many calls after the beginning of the operation, if that
  // takes so many, and started again.
  uint64_t kill_after_calls = 0;
};

// A change of the index of one of the spaces, as an operator's commits make them: its second
// argument begins to be indexed, is filled in, in whole or in part, is said to be whole, or is
// dropped. Or the space becomes a multiset, or loses all copies of a fact. For spaces that have an
// index.
Batch RandomIndexBatch(std::mt19937_64& random);

// A batch of 0 to 4 changes: facts with and without names, entries and large metadata; new ones,
// others instead, and deletes of one fact or of many, also of what is not there; in one of three
// spaces.
Batch RandomBatch(std::mt19937_64& random);

// `count` operations; the same for the same seed.
std::vector<Operation> MakeScript(uint64_t seed, size_t count);

// What may be found on the disk. A value type.
struct Expected {
  Model acknowledged;
  // `acknowledged` and one batch more, for each batch that may be there or not.
  std::vector<Model> instead;

  // The one of these that `view` shows; null if it is none of them, and `wrong` then says what it
  // is instead.
  const Model* Find(const ReadView& view, std::string& wrong) const;
};

// Runs a script. One thread at a time; expected() also from an observer of the file system, whose
// calls the runner waits for.
class ScriptRunner {
 public:
  // `files` is what the engine sees, and leads to `disk`, which may be the same. Borrows both.
  ScriptRunner(FileSystem& files, CrashFileSystem& disk) : files_(files), disk_(disk) {}

  // Starts the engine, or starts it again, and takes over what it has made of a commit that had not
  // been answered.
  absl::Status Start();
  // Does one operation, in an engine that runs or is started for it. After an error of a commit
  // that may be there or not, and after one of a start no engine runs.
  absl::Status Try(const Operation& operation);
  // Compares what the engine shows with the model. What is wrong; empty if nothing is.
  std::string Compare() const;

  // Try(), with the kill that it may order, and Compare(). What is wrong, errors among it.
  std::string Do(const Operation& operation);
  // Start() and Do() for all. What is wrong first; empty if nothing is.
  std::string Run(const std::vector<Operation>& script);

  const Expected& expected() const { return expected_; }
  // Null if none runs.
  Engine* engine() { return engine_.get(); }
  // Ends the engine as a stop does that is not asked for a last snapshot.
  void Stop() { engine_.reset(); }

 private:
  absl::Status Commit(const Batch& batch);

  FileSystem& files_;
  CrashFileSystem& disk_;
  HandClock clock_;
  Expected expected_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace pathkb

#endif  // PATHKB_TESTS_CRASH_SCRIPT_H_
