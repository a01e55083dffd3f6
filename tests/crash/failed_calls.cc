#include "tests/crash/failed_calls.h"

#include <memory>
#include <random>

#include "fmt/format.h"

#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

constexpr size_t kLastCallsShown = 12;
constexpr uint64_t kSeedsOfSome = 2;

// Does the operation and compares. What is wrong.
std::string DoAndCompare(const Operation& operation, ScriptRunner& runner,
                         FailedCallResult& result) {
  const bool ran = runner.engine() != nullptr;
  const absl::Status status = runner.Try(operation);
  if (runner.engine() == nullptr) {
    ++result.starts_failed;
    return "";
  }
  if (status.code() == absl::StatusCode::kInternal) return status.ToString();
  if (!status.ok() && operation.kind == Operation::Kind::kCommit) ++result.commits_failed;
  if (!status.ok() &&
      (operation.kind == Operation::Kind::kSnapshot || operation.kind == Operation::Kind::kDelta)) {
    ++result.snapshots_failed;
  }
  const std::string wrong = runner.Compare();
  if (!wrong.empty()) return fmt::format("reading{}: {}", ran ? "" : " after a restart", wrong);
  return "";
}

// The power fails now, in some ways.
std::string CheckPowerCut(const CrashFileSystem& disk, const Expected& expected) {
  for (const CrashKeep keep : kAllCrashKeeps) {
    for (uint64_t seed = 0; seed < (keep == CrashKeep::kSome ? kSeedsOfSome : 1); ++seed) {
      const std::string wrong = CheckDisk(*disk.AfterPowerCut(keep, seed), expected);
      if (!wrong.empty()) {
        return fmt::format("after a power cut (keep {}, seed {}): {}", static_cast<int>(keep), seed,
                           wrong);
      }
    }
  }
  return "";
}

std::string RunAll(const std::vector<Operation>& script, const Failure& failure,
                   CrashFileSystem& disk, ScriptRunner& runner, FailedCallResult& result) {
  if (!runner.Start().ok()) ++result.starts_failed;
  for (const Operation& operation : script) {
    const bool before = disk.calls() < failure.call;
    const std::string wrong = DoAndCompare(operation, runner, result);
    if (!wrong.empty()) return wrong;
    if (before && result.commits_failed + result.snapshots_failed + result.starts_failed > 0 &&
        disk.calls() < failure.call) {
      return "something failed before it was to";
    }
  }
  result.happened = disk.calls() >= failure.call;
  if (result.happened) result.operation = disk.recorded()[failure.call - 1].operation;
  const std::string wrong = CheckPowerCut(disk, runner.expected());
  if (!wrong.empty()) return wrong;
  // The disk is mended, and the daemon started again.
  disk.FailCall(0, absl::OkStatus());
  runner.Stop();
  return CheckItGoesOn(disk, runner.expected());
}

}  // namespace

FailedCallResult RunWithFailure(const std::vector<Operation>& script, const Failure& failure,
                                const FileSystemAround& around) {
  CrashFileSystem disk;
  disk.FailCall(failure.call, failure.status, failure.from_then_on);
  std::unique_ptr<FileSystem> between;
  if (around != nullptr) between = around(disk);
  ScriptRunner runner(between != nullptr ? *between : static_cast<FileSystem&>(disk), disk);
  FailedCallResult result;
  const std::string wrong = RunAll(script, failure, disk, runner, result);
  if (wrong.empty()) return result;
  result.finding =
      fmt::format("{}\n  call {} returned {}{}; the calls around it:\n", wrong, failure.call,
                  failure.status.ToString(), failure.from_then_on ? ", and all after it" : "");
  const std::vector<RecordedCall> recorded = disk.recorded();
  const size_t first = failure.call > kLastCallsShown / 2 ? failure.call - kLastCallsShown / 2 : 0;
  for (size_t i = first; i < recorded.size() && i < first + kLastCallsShown; ++i) {
    result.finding += fmt::format("    {} {} {} {}\n", i + 1, recorded[i].operation,
                                  recorded[i].path, recorded[i].status.ToString());
  }
  return result;
}

std::vector<Operation> MakeScriptToFail(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  std::vector<Operation> script(count);
  for (size_t i = 0; i < script.size(); ++i) {
    if (i % 8 == 2) {
      script[i].kind = Operation::Kind::kDelta;
    } else if (i % 8 == 5) {
      script[i].kind = Operation::Kind::kSnapshot;
    } else if (i % 16 == 12) {
      script[i].kind = Operation::Kind::kRestart;
    } else {
      script[i].batch = RandomBatch(random);
      if (i % 7 == 0) script[i].batch.request_id = fmt::format("request {}", i);
    }
  }
  return script;
}

}  // namespace pathkb
