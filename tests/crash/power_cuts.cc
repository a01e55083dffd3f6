#include "tests/crash/power_cuts.h"

#include <array>
#include <set>
#include <utility>

#include "fmt/format.h"

#include "server/knowledge_base/first_view.h"
#include "storage/directory/file_names.h"
#include "storage/directory/manifest_store.h"

namespace pathkb {
namespace {

// Up to so many changes of names, every selection of them is tried.
constexpr uint64_t kAllSelectionsMax = 4;
constexpr uint64_t kSelectionsOfMore = 10;
// One state in so many is gone on from, and one in so many has its recovery cut off.
constexpr uint64_t kGoOnOneIn = 16;
constexpr uint64_t kSecondCutOneIn = 128;
constexpr size_t kLastCallsShown = 12;

constexpr std::array<UnsyncedBytes, 3> kTornBytes = {UnsyncedBytes::kCut, UnsyncedBytes::kZeroed,
                                                     UnsyncedBytes::kStale};

const char* NameOf(UnsyncedBytes bytes) {
  constexpr const char* kNames[] = {"dropped", "kept", "cut", "zeroed", "stale", "any"};
  return kNames[static_cast<size_t>(bytes)];
}

// Calls after which the disk is as before.
bool OnlyReads(const std::string& operation) {
  for (const char* reading :
       {"Map", "ReadFile", "ReadAt", "FileBytes", "List", "Exists", "Close"}) {
    if (operation == reading) return true;
  }
  return false;
}

// Every power cut to try with so much that is not synced.
std::vector<PowerCut> CutsFor(const CrashFileSystem::Unsynced& unsynced, uint64_t cuts_each,
                              uint64_t seed) {
  std::vector<std::optional<uint64_t>> selections;
  if (unsynced.names <= kAllSelectionsMax) {
    for (uint64_t mask = 0; mask < uint64_t{1} << unsynced.names; ++mask)
      selections.push_back(mask);
  } else {
    selections = {0, ~uint64_t{0}};
    selections.resize(2 + kSelectionsOfMore);  // Nullopt: by seed.
  }
  const uint64_t torn_each = unsynced.names == 0 ? cuts_each : 1;
  std::vector<PowerCut> cuts;
  for (const std::optional<uint64_t>& names : selections) {
    cuts.push_back({UnsyncedBytes::kKept, names, ++seed});
    if (unsynced.files == 0) continue;
    cuts.push_back({UnsyncedBytes::kDropped, names, ++seed});
    for (const UnsyncedBytes bytes : kTornBytes) {
      for (uint64_t i = 0; i < torn_each; ++i) cuts.push_back({bytes, names, ++seed});
    }
  }
  return cuts;
}

std::string CheckOpened(const OpenedDirectory& opened, const Expected& expected) {
  // Nothing that counts may be torn by a power cut.
  if (!opened.recovered.damaged_files.empty()) {
    return fmt::format("{} is damaged", opened.recovered.damaged_files.front());
  }
  std::string wrong;
  expected.Find(FirstView(opened.recovered), wrong);
  return wrong;
}

// Cuts the power at each call of the recovery of `disk`.
std::string CheckSecondCuts(const CrashFileSystem& disk, const Expected& expected, uint64_t seed,
                            uint64_t& states) {
  const auto first = disk.AfterPowerCut(CrashKeep::kAll);
  std::string wrong;
  first->Observe([&](const RecordedCall& call) {
    if (!wrong.empty() || OnlyReads(call.operation)) return;
    for (const CrashKeep keep : kAllCrashKeeps) {
      ++states;
      wrong = CheckDisk(*first->AfterPowerCut(keep, ++seed), expected);
      if (wrong.empty()) continue;
      wrong = fmt::format(
          "power cut again at call {} of the recovery ({} {}, keep {}, seed {}): {}",
          first->calls(), call.operation, call.path, static_cast<int>(keep), seed, wrong);
      return;
    }
  });
  const std::string all = CheckDisk(*first, expected);
  return wrong.empty() ? all : wrong;
}

// Looks at the disk after each call of a script.
class Cutter {
 public:
  Cutter(const PowerCutOptions& options, CrashFileSystem& disk, const ScriptRunner& runner)
      : options_(options), disk_(disk), runner_(runner) {}

  void AfterCall(const RecordedCall& call) {
    const uint64_t number = disk_.calls();
    if (number < options_.first_call || number >= options_.end_call) return;
    if (result_.findings.size() >= options_.findings_max) return;
    const uint64_t revision = runner_.expected().acknowledged.revision();
    if (OnlyReads(call.operation) && revision == last_revision_) return;
    last_revision_ = revision;
    for (const PowerCut& cut : CutsFor(disk_.unsynced(), options_.cuts_each, number * 1000)) {
      const auto after = disk_.AfterPowerCut(cut);
      const uint64_t digest = after->Digest();
      // The same disk may have to stand for more, once an answer has been given.
      if (!seen_.emplace(digest, revision).second) continue;
      if (states_.insert(digest).second) ++result_.distinct_states;
      const std::string wrong = Check(*after, digest);
      if (wrong.empty()) continue;
      result_.findings.push_back(Finding(call, number, cut, wrong));
      return;
    }
  }

  PowerCutResult& result() { return result_; }

 private:
  std::string Check(CrashFileSystem& after, uint64_t digest) {
    const Expected& expected = runner_.expected();
    if (digest % kSecondCutOneIn == 1) {
      const std::string wrong = CheckSecondCuts(after, expected, digest, result_.second_cuts);
      if (!wrong.empty()) return wrong;
    }
    if (digest / 7 % options_.damaged_one_in == 0) {
      ++result_.fallbacks;
      const std::string wrong = CheckFallsBack(after, expected);
      if (!wrong.empty()) return wrong;
    }
    if (digest % kGoOnOneIn == 0) {
      ++result_.restarts;
      return CheckItGoesOn(after, expected);
    }
    return CheckDisk(after, expected);
  }

  std::string Finding(const RecordedCall& call, uint64_t number, const PowerCut& cut,
                      const std::string& wrong) const {
    std::string text = fmt::format(
        "{}\n  PATHKB_TEST_SEED={}, power cut at call {} ({} {}), bytes {}, names {}, cut seed {}\n"
        "  the last calls:\n",
        wrong, options_.seed, number, call.operation, call.path, NameOf(cut.bytes),
        cut.names.has_value() ? fmt::format("{:b}", *cut.names) : "by seed", cut.seed);
    const std::vector<RecordedCall> recorded = disk_.recorded();
    const size_t first = recorded.size() > kLastCallsShown ? recorded.size() - kLastCallsShown : 0;
    for (size_t i = first; i < recorded.size(); ++i) {
      text += fmt::format("    {} {} {} {}\n", i + 1, recorded[i].operation, recorded[i].path,
                          recorded[i].status.ToString());
    }
    return text;
  }

  const PowerCutOptions& options_;
  CrashFileSystem& disk_;
  const ScriptRunner& runner_;
  uint64_t last_revision_ = ~uint64_t{0};
  std::set<std::pair<uint64_t, uint64_t>> seen_;  // Digest and acknowledged revision.
  std::set<uint64_t> states_;
  PowerCutResult result_;
};

}  // namespace

std::string CheckDisk(FileSystem& disk, const Expected& expected) {
  const auto opened = OpenForWriting(disk, kScriptDir);
  if (!opened.ok()) return fmt::format("cannot be opened: {}", opened.status().ToString());
  return CheckOpened(*opened, expected);
}

std::string CheckItGoesOn(CrashFileSystem& disk, const Expected& expected) {
  const HandClock clock;
  Model model;
  {
    const auto engine = Engine::Open(disk, kScriptDir, clock);
    if (!engine.ok()) return fmt::format("cannot be opened: {}", engine.status().ToString());
    std::string wrong;
    const Model* const found = expected.Find((*engine)->View(), wrong);
    if (found == nullptr) return wrong;
    model = *found;
    const uint64_t revision = model.revision();
    Batch batch;
    batch.space = "later";
    batch.changes.emplace_back().encoded_term = fmt::format("\xC5l{:04}", revision % 10000);
    model.Apply(batch);
    const auto commit = (*engine)->Commit(batch);
    if (!commit.ok()) return fmt::format("does not go on: {}", commit.status().ToString());
    if (revision % 4 == 0) {
      const auto snapshot = (*engine)->Snapshot();
      if (!snapshot.ok()) return fmt::format("no snapshot: {}", snapshot.status().ToString());
    }
  }
  const std::string wrong = CheckDisk(*disk.AfterPowerCut(CrashKeep::kSynced), Expected{model, {}});
  return wrong.empty() ? wrong : "after one more commit: " + wrong;
}

std::string CheckFallsBack(const CrashFileSystem& disk, const Expected& expected) {
  const auto manifest = ReadCurrent(*disk.AfterPowerCut(CrashKeep::kAll), kScriptDir);
  if (!manifest.ok()) return "";
  std::vector<std::string> names;
  if (manifest->base.has_value() && !manifest->older.empty()) {
    names.push_back(SnapshotTreeName(manifest->base->id));
  }
  if (!manifest->deltas.empty()) {
    const DeltaRecord& newest = manifest->deltas.back();
    names.push_back(DeltaName(newest.from_revision, newest.to_revision));
  }
  for (const std::string& name : names) {
    const auto damaged = disk.AfterPowerCut(CrashKeep::kAll);
    damaged->PutFile(fmt::format("{}/{}", kScriptDir, name), "damaged");
    const auto opened = OpenForWriting(*damaged, kScriptDir);
    if (!opened.ok()) {
      return fmt::format("with {} damaged: cannot be opened: {}", name, opened.status().ToString());
    }
    std::string wrong;
    expected.Find(FirstView(opened->recovered), wrong);
    if (!wrong.empty()) return fmt::format("with {} damaged: {}", name, wrong);
  }
  return "";
}

PowerCutResult RunWithPowerCuts(const PowerCutOptions& options) {
  CrashFileSystem disk;
  std::unique_ptr<FileSystem> around;
  if (options.around != nullptr) around = options.around(disk);
  ScriptRunner runner(around != nullptr ? *around : static_cast<FileSystem&>(disk), disk);
  Cutter cutter(options, disk, runner);
  disk.Observe([&](const RecordedCall& call) { cutter.AfterCall(call); });
  const std::string wrong = runner.Run(MakeScript(options.seed, options.operations));
  disk.Observe(nullptr);
  PowerCutResult result = std::move(cutter.result());
  if (!wrong.empty()) {
    result.findings.push_back(
        fmt::format("{}\n  PATHKB_TEST_SEED={}, without a power cut\n", wrong, options.seed));
  }
  result.calls = disk.calls();
  return result;
}

uint64_t CallsOfScript(uint64_t seed, size_t operations) {
  PowerCutOptions options;
  options.seed = seed;
  options.operations = operations;
  options.first_call = options.end_call;
  return RunWithPowerCuts(options).calls;
}

}  // namespace pathkb
