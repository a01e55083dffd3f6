// Measures what the life cycle costs those who use the server: how long writers wait while a
// snapshot is written, how long a restart takes, how large and slow a delta is, and whether a day
// of changes leaves space and memory bounded. Works on the daemon's parts, over a real disk and
// without gRPC.
//
//   lifecycle_bench --folder=/tmp/x                       everything, some minutes and 1 GB of disk
//   lifecycle_bench --folder=/tmp/x --op=delta --n=100000
//
// Prints a line for each figure as soon as it is known, with tabs between: workload, measure,
// contender, unit, figure. `./dev bench lifecycle` makes a table of them.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "core/facts/batch.h"
#include "server/background/clock.h"
#include "storage/directory/file_names.h"
#include "storage/file/posix_file_system.h"
#include "storage/recovery/opening.h"
#include "storage/wal/wal_writer.h"
#include "tests/bench/files/clocks.h"
#include "tests/bench/files/median.h"
#include "tests/crash/engine.h"
#include "tests/support/hand_clock.h"

namespace pathkb::bench {
namespace {

constexpr uint64_t kFactsOfABatch = 10'000;
constexpr uint32_t kBatchRecord = 1;  // Kind of log record: one batch.
constexpr uint64_t kGroupRecords = 1000;
constexpr size_t kIdleCommitsMax = 3000;
constexpr size_t kCommitsPerLook = 8;  // At the memory, while a snapshot is written.
constexpr uint64_t kDeltaChanges = 10;
constexpr int kForks = 500;
// A day of snapshots every five minutes, in each of which so many of so many facts change.
constexpr int kChurnSnapshots = 288;
constexpr uint64_t kChurnFacts = 20'000;
constexpr uint64_t kChurnChanges = 1'000;

// What is asked for on the command line.
struct Plan {
  std::string folder;
  uint64_t facts = 5'000'000;  // Of a large base; others are parts of it.
  int repeat = 3;
};

void Report(std::string_view workload, std::string_view measure, std::string_view unit,
            double value) {
  fmt::print("{}\t{}\tpathkb\t{}\t{:.6g}\n", workload, measure, unit, value);
  std::fflush(stdout);
}

// The bits of `i` mixed, so that facts lie scattered and share little.
uint64_t Mixed(uint64_t i) {
  i = (i ^ (i >> 30)) * 0xBF58476D1CE4E5B9;
  i = (i ^ (i >> 27)) * 0x94D049BB133111EB;
  return i ^ (i >> 31);
}

// A change that adds, or if `deletes` takes away, fact number `i`: (fact <number>), 23 bytes of
// path behind the space.
Change NumberedChange(uint64_t i, bool deletes = false) {
  Change change;
  if (deletes) change.kind = Change::Kind::kDeleteTerm;
  change.encoded_term = fmt::format(
      "\x02\xC4"
      "fact\xD0{:016x}",
      Mixed(i + 1));
  return change;
}

Batch NumberedBatch(uint64_t first, uint64_t end) {
  Batch batch;
  batch.space = "bench";
  for (uint64_t i = first; i < end; ++i) batch.changes.push_back(NumberedChange(i));
  return batch;
}

// One line of /proc/self/status, in bytes.
double MemoryLine(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) * 1024;
  }
  return 0;
}

// Makes the peak of memory begin anew.
void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

double FolderBytes(const std::string& folder) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  }
  return bytes;
}

double Percentile(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

// A data directory in a folder of its own, removed at the end.
class Workplace {
 public:
  // With `clock_by_hand` time stands still but for what is done to clock().
  Workplace(const Plan& plan, const std::string& name, bool clock_by_hand = false)
      : dir_(plan.folder + "/" + name), clock_by_hand_(clock_by_hand) {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(plan.folder);
  }
  ~Workplace() {
    engine_.reset();
    std::filesystem::remove_all(dir_);
  }

  absl::Status Open() {
    engine_.reset();
    EngineOptions options;
    options.segment_bytes_max = uint64_t{64} << 20;
    const Clock& clock = clock_by_hand_ ? static_cast<const Clock&>(hand_clock_) : real_clock_;
    PATHKB_ASSIGN_OR_RETURN(engine_, Engine::Open(RealFileSystem(), dir_, clock, options));
    return absl::OkStatus();
  }
  void Close() { engine_.reset(); }

  // Adds `facts` facts, and leaves them in the working set and in the log.
  absl::Status Fill(uint64_t facts) {
    PATHKB_RETURN_IF_ERROR(Open());
    for (uint64_t first = 0; first < facts; first += kFactsOfABatch) {
      const uint64_t end = std::min(facts, first + kFactsOfABatch);
      PATHKB_RETURN_IF_ERROR(engine_->Commit(NumberedBatch(first, end)).status());
    }
    return absl::OkStatus();
  }
  // The same, and a snapshot of them.
  absl::Status FillBase(uint64_t facts) {
    PATHKB_RETURN_IF_ERROR(Fill(facts));
    return engine_->Snapshot().status();
  }

  Engine& engine() { return *engine_; }
  HandClock& clock() { return hand_clock_; }
  const std::string& dir() const { return dir_; }

 private:
  const std::string dir_;
  const bool clock_by_hand_;
  const RealClock real_clock_;
  HandClock hand_clock_;
  std::unique_ptr<Engine> engine_;
};

// Fills the log in a process of its own, so that what that takes in memory is not kept by this one.
absl::Status FillElsewhere(Workplace& place, uint64_t facts) {
  const pid_t child = ::fork();
  if (child == 0) {
    const absl::Status filled = place.Fill(facts);
    place.Close();
    ::_exit(filled.ok() ? 0 : 1);
  }
  int result = 1;
  if (child < 0 || ::waitpid(child, &result, 0) != child || result != 0) {
    return absl::InternalError("the process that fills the log failed");
  }
  return absl::OkStatus();
}

// Seconds of each of the commits of one fact, made one after the other until `stop`.
absl::StatusOr<std::vector<double>> CommitUntil(Engine& engine, uint64_t first,
                                                const std::function<bool(size_t)>& stop) {
  std::vector<double> seconds;
  while (!stop(seconds.size())) {
    const uint64_t number = first + seconds.size();
    const WallStopwatch watch;
    PATHKB_RETURN_IF_ERROR(engine.Commit(NumberedBatch(number, number + 1)).status());
    seconds.push_back(watch.Seconds());
  }
  return seconds;
}

// Commits while idle, then while a snapshot of many facts in memory is written and installed; the
// longest pause of these and the memory of that.
absl::Status MeasureLatency(const Plan& plan) {
  const std::string workload = fmt::format("snapshot of {} facts", plan.facts);
  Workplace place(plan, "latency");
  PATHKB_RETURN_IF_ERROR(FillElsewhere(place, plan.facts));
  PATHKB_RETURN_IF_ERROR(place.Open());
  const size_t idle_commits = std::min<size_t>(kIdleCommitsMax, plan.facts / 50);
  PATHKB_ASSIGN_OR_RETURN(
      std::vector<double> idle,
      CommitUntil(place.engine(), plan.facts, [&](size_t done) { return done == idle_commits; }));
  // Pages of mapped files are the system's to take back, so they are counted apart.
  const double before_bytes = MemoryLine("RssAnon");
  double peak_bytes = before_bytes;
  ForgetPeak();
  std::atomic<bool> written = false;
  absl::Status snapshot;
  const WallStopwatch watch;
  std::thread writer([&] {
    snapshot = place.engine().Snapshot().status();
    written = true;
  });
  absl::StatusOr<std::vector<double>> busy =
      CommitUntil(place.engine(), plan.facts + idle_commits, [&](size_t done) {
        if (done % kCommitsPerLook == 0) {
          peak_bytes = std::max(peak_bytes, MemoryLine("RssAnon"));
        }
        return written.load() && done > 0;
      });
  writer.join();
  const double snapshot_s = watch.Seconds();
  PATHKB_RETURN_IF_ERROR(snapshot);
  PATHKB_RETURN_IF_ERROR(busy.status());
  Report(workload, "insert p50 idle", "us", 1e6 * Percentile(idle, 0.5));
  Report(workload, "insert p50 during", "us", 1e6 * Percentile(*busy, 0.5));
  Report(workload, "insert p99 idle", "us", 1e6 * Percentile(idle, 0.99));
  Report(workload, "insert p99 during", "us", 1e6 * Percentile(*busy, 0.99));
  Report(workload, "longest pause of writers", "us",
         absl::ToDoubleMicroseconds(place.engine().commit_figures().longest_pause));
  Report(workload, "memory before", "bytes", before_bytes);
  Report(workload, "peak memory during", "bytes", peak_bytes);
  Report(workload, "the same with mapped files", "bytes", MemoryLine("VmHWM"));
  Report(workload, "snapshot", "s", snapshot_s);
  return absl::OkStatus();
}

// From nothing open to ready, with all in the base and an empty log.
absl::Status MeasureRestart(const Plan& plan, uint64_t facts) {
  Workplace place(plan, "restart");
  PATHKB_RETURN_IF_ERROR(place.FillBase(facts));
  std::vector<double> seconds;
  for (int i = 0; i < plan.repeat; ++i) {
    place.Close();
    const WallStopwatch watch;
    PATHKB_RETURN_IF_ERROR(place.Open());
    seconds.push_back(watch.Seconds());
  }
  Report(fmt::format("base of {} facts", facts), "restart to ready", "ms", 1e3 * Median(seconds));
  return absl::OkStatus();
}

// Log records of one fact each, replayed over an empty base.
absl::Status MeasureReplay(const Plan& plan, uint64_t records) {
  Workplace place(plan, "replay");
  FileSystem& files = RealFileSystem();
  {
    PATHKB_ASSIGN_OR_RETURN(const OpenedDirectory opened, OpenForWriting(files, place.dir()));
    PATHKB_ASSIGN_OR_RETURN(const auto wal,
                            WalWriter::Create(files, place.dir() + "/" + WalSegmentName(1),
                                              opened.recovered.manifest.database_id, 1));
    for (uint64_t first = 0; first < records; first += kGroupRecords) {
      std::vector<std::string> payloads;
      std::vector<WalRecord> group;
      const uint64_t end = std::min(records, first + kGroupRecords);
      for (uint64_t i = first; i < end; ++i)
        payloads.push_back(EncodeBatch(NumberedBatch(i, i + 1)));
      for (uint64_t i = first; i < end; ++i)
        group.push_back({i + 1, kBatchRecord, payloads[i - first]});
      PATHKB_RETURN_IF_ERROR(wal->Append(group));
    }
    PATHKB_RETURN_IF_ERROR(wal->Sync());
  }
  std::vector<double> rates;
  for (int i = 0; i < plan.repeat; ++i) {
    const WallStopwatch watch;
    PATHKB_ASSIGN_OR_RETURN(const OpenedDirectory opened, OpenToLook(files, place.dir()));
    rates.push_back(static_cast<double>(records) / watch.Seconds());
    if (opened.recovered.revision != records) return absl::InternalError("records are missing");
  }
  Report(fmt::format("log of {} records", records), "replay", "records/s", Median(rates));
  return absl::OkStatus();
}

// A few changes on a large base, written as a delta.
absl::Status MeasureDelta(const Plan& plan, uint64_t facts) {
  const std::string workload = fmt::format("{} changes on {} facts", kDeltaChanges, facts);
  Workplace place(plan, "delta");
  PATHKB_RETURN_IF_ERROR(place.FillBase(facts));
  std::vector<double> seconds;
  std::vector<double> bytes;
  for (int i = 0; i < plan.repeat; ++i) {
    const uint64_t first = facts + static_cast<uint64_t>(i) * kDeltaChanges;
    PATHKB_RETURN_IF_ERROR(
        place.engine().Commit(NumberedBatch(first, first + kDeltaChanges)).status());
    const WallStopwatch watch;
    PATHKB_ASSIGN_OR_RETURN(const SnapshotWorker::Result made, place.engine().Delta());
    seconds.push_back(watch.Seconds());
    if (!made.delta.has_value()) return absl::InternalError("no delta was made");
    bytes.push_back(static_cast<double>(made.delta->bytes));
  }
  Report(workload, "delta", "ms", 1e3 * Median(seconds));
  Report(workload, "size of the delta", "bytes", Median(bytes));
  return absl::OkStatus();
}

// Forks of one space, each into a new one, with the commit that it is.
absl::Status MeasureForks(const Plan& plan, uint64_t facts) {
  Workplace place(plan, "forks");
  PATHKB_RETURN_IF_ERROR(place.Fill(facts));
  const std::string space = NumberedBatch(0, 1).space;
  for (const bool in_base : {false, true}) {
    if (in_base) PATHKB_RETURN_IF_ERROR(place.engine().Snapshot().status());
    std::vector<double> seconds;
    for (int i = 0; i < kForks; ++i) {
      Batch batch;
      batch.space = fmt::format("fork-{}-{}", in_base ? "base" : "memory", i);
      Change& fork = batch.changes.emplace_back();
      fork.kind = Change::Kind::kForkSpace;
      fork.name = space;
      const WallStopwatch watch;
      PATHKB_RETURN_IF_ERROR(place.engine().Commit(std::move(batch)).status());
      seconds.push_back(watch.Seconds());
    }
    Report(fmt::format("{} facts {}", facts, in_base ? "in the base" : "in memory"),
           "fork of a space, p50", "us", 1e6 * Percentile(seconds, 0.5));
    // The snapshot is to be of the space alone.
    for (int i = 0; !in_base && i < kForks; ++i) {
      Batch batch;
      batch.space = fmt::format("fork-memory-{}", i);
      batch.changes.emplace_back().kind = Change::Kind::kDropSpace;
      PATHKB_RETURN_IF_ERROR(place.engine().Commit(std::move(batch)).status());
    }
  }
  return absl::OkStatus();
}

// A day in which facts come and go, with a delta every five minutes and a pair where the rules of
// the daemon would have one; nobody cleans up by hand. Space and memory at the end of its first and
// of its second half, each the most of the last sixth.
absl::Status MeasureChurn(const Plan& plan) {
  Workplace place(plan, "churn", /*clock_by_hand=*/true);
  PATHKB_RETURN_IF_ERROR(place.FillBase(kChurnFacts));
  double bytes[2] = {};
  double memory[2] = {};
  uint64_t next = kChurnFacts;
  for (int i = 0; i < kChurnSnapshots; ++i) {
    place.clock().Advance(absl::Minutes(5));
    Batch batch = NumberedBatch(next, next + kChurnChanges);
    for (uint64_t gone = next - kChurnFacts; gone < next - kChurnFacts + kChurnChanges; ++gone) {
      batch.changes.push_back(NumberedChange(gone, /*deletes=*/true));
    }
    next += kChurnChanges;
    PATHKB_RETURN_IF_ERROR(place.engine().Commit(std::move(batch)).status());
    PATHKB_RETURN_IF_ERROR(place.engine().WriteWhatIsDue().status());
    const int half = i * 2 / kChurnSnapshots;
    if (i % (kChurnSnapshots / 2) < kChurnSnapshots / 3) continue;
    bytes[half] = std::max(bytes[half], FolderBytes(place.dir()));
    memory[half] = std::max(memory[half], MemoryLine("VmRSS"));
  }
  if (place.engine().View().facts != kChurnFacts) return absl::InternalError("facts are missing");
  const std::string workload =
      fmt::format("a day, {} of {} facts each 5 min", kChurnChanges, kChurnFacts);
  Report(workload, "disk at noon", "bytes", bytes[0]);
  Report(workload, "disk at night", "bytes", bytes[1]);
  Report(workload, "memory at noon", "bytes", memory[0]);
  Report(workload, "memory at night", "bytes", memory[1]);
  return absl::OkStatus();
}

absl::Status RunAll(const Plan& plan, const std::vector<std::string>& operations) {
  const auto wanted = [&](std::string_view name) {
    return std::find(operations.begin(), operations.end(), name) != operations.end();
  };
  if (wanted("churn")) PATHKB_RETURN_IF_ERROR(MeasureChurn(plan));
  if (wanted("fork")) {
    PATHKB_RETURN_IF_ERROR(MeasureForks(plan, plan.facts / 1000));
    PATHKB_RETURN_IF_ERROR(MeasureForks(plan, plan.facts / 5));
  }
  if (wanted("delta")) PATHKB_RETURN_IF_ERROR(MeasureDelta(plan, plan.facts / 5));
  if (wanted("replay")) PATHKB_RETURN_IF_ERROR(MeasureReplay(plan, plan.facts / 5));
  if (wanted("restart")) {
    PATHKB_RETURN_IF_ERROR(MeasureRestart(plan, plan.facts / 100));
    PATHKB_RETURN_IF_ERROR(MeasureRestart(plan, plan.facts));
  }
  if (wanted("latency")) PATHKB_RETURN_IF_ERROR(MeasureLatency(plan));
  return absl::OkStatus();
}

int Run(int argc, char** argv) {
  const std::vector<std::string> names = {"churn", "fork", "delta", "replay", "restart", "latency"};
  std::vector<std::string> operations = names;
  Plan plan;
  CLI::App app("Measures what snapshots, deltas and restarts cost.");
  app.add_option("--folder", plan.folder, "where data directories may be made; removed at the end")
      ->required();
  app.add_option("--op", operations, "what to measure, with commas between; default: all")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  app.add_option("--n", plan.facts, "facts of the large base; some have a fifth of it")
      ->take_last()
      ->capture_default_str()
      ->check(CLI::Range(10'000, 100'000'000));
  app.add_option("--repeat", plan.repeat, "repetitions that a median is of")
      ->take_last()
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  CLI11_PARSE(app, argc, argv);
  if (const absl::Status status = RunAll(plan, operations); !status.ok()) {
    fmt::print(stderr, "lifecycle_bench: {}\n", ToStd(status.message()));
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace pathkb::bench

int main(int argc, char** argv) { return pathkb::bench::Run(argc, argv); }
