#include "tests/bench/files/file_operations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "tests/bench/files/clocks.h"
#include "tests/bench/files/folders.h"
#include "tests/bench/files/median.h"
#include "tests/bench/trie/allocation.h"
#include "tests/bench/trie/contender.h"
#include "tests/bench/trie/fixture.h"

namespace pathkb::bench {

namespace {

// An open is too short to be timed once: so many, or as many as fit into so much time.
constexpr size_t kOpensMax = 101;
constexpr double kOpensSeconds = 0.3;

// One repetition: a figure in the operation's unit, and what must be the same for all contenders.
struct Sample {
  double value;
  uint64_t result;
};

using MaybeSample = absl::StatusOr<std::optional<Sample>>;

// The file of one contender: written and opened when it is first asked for.
class FileFixture {
 public:
  FileFixture(FileContender* contender, KeyFixture* keys, std::string folder)
      : contender_(contender), keys_(keys), folder_(std::move(folder)) {}

  FileContender& contender() { return *contender_; }
  KeyFixture& keys() { return *keys_; }
  const std::string& folder() const { return folder_; }

  // Writes the file once more; seconds of the writing alone.
  absl::StatusOr<double> Write() {
    opened_.reset();
    if (!prepared_) contender_->Prepare(keys_->sorted());
    prepared_ = true;
    PATHKB_RETURN_IF_ERROR(MakeEmptyFolder(folder_));
    const ProcessStopwatch stopwatch;
    PATHKB_RETURN_IF_ERROR(contender_->Write(folder_));
    const double seconds = stopwatch.Seconds();
    written_ = true;
    return seconds;
  }

  absl::Status WriteIfNeeded() { return written_ ? absl::OkStatus() : Write().status(); }
  void Close() { opened_.reset(); }

  absl::StatusOr<const OpenedFile*> opened() {
    PATHKB_RETURN_IF_ERROR(WriteIfNeeded());
    if (opened_ == nullptr) {
      PATHKB_ASSIGN_OR_RETURN(opened_, contender_->Open(folder_));
      // Pages into the cache and into the tables of this process.
      static_cast<void>(opened_->Scan());
      static_cast<void>(opened_->Get(keys_->hits()));
    }
    return opened_.get();
  }

 private:
  FileContender* const contender_;
  KeyFixture* const keys_;
  const std::string folder_;
  bool prepared_ = false;
  bool written_ = false;
  std::unique_ptr<OpenedFile> opened_;
};

Sample PerEntry(double seconds, const KeyList& keys, uint64_t result) {
  return {1e9 * seconds / static_cast<double>(keys.size()), result};
}

MaybeSample Write(FileFixture& fixture) {
  PATHKB_ASSIGN_OR_RETURN(const double seconds, fixture.Write());
  return Sample{static_cast<double>(fixture.keys().sorted().size()) / seconds, 0};
}

MaybeSample Size(FileFixture& fixture) {
  PATHKB_RETURN_IF_ERROR(fixture.WriteIfNeeded());
  const auto bytes = static_cast<double>(FolderBytes(fixture.folder()));
  return Sample{bytes / static_cast<double>(fixture.keys().sorted().size()), 0};
}

MaybeSample Open(FileFixture& fixture) {
  PATHKB_RETURN_IF_ERROR(fixture.WriteIfNeeded());
  fixture.Close();
  std::vector<double> seconds;
  const WallStopwatch all;
  while (seconds.empty() || (seconds.size() < kOpensMax && all.Seconds() < kOpensSeconds)) {
    const WallStopwatch stopwatch;
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedFile> opened,
                            fixture.contender().Open(fixture.folder()));
    seconds.push_back(stopwatch.Seconds());
  }
  return Sample{1e9 * Median(std::move(seconds)), 0};
}

MaybeSample Get(FileFixture& fixture) {
  PATHKB_ASSIGN_OR_RETURN(const OpenedFile* opened, fixture.opened());
  const KeyList& keys = fixture.keys().hits();
  const Stopwatch stopwatch;
  const uint64_t sum = opened->Get(keys);
  return PerEntry(stopwatch.Seconds(), keys, sum);
}

MaybeSample GetBatch(FileFixture& fixture) {
  PATHKB_ASSIGN_OR_RETURN(const OpenedFile* opened, fixture.opened());
  const KeyList& keys = fixture.keys().hits();
  const Stopwatch stopwatch;
  const std::optional<uint64_t> sum = opened->GetBatch(keys);
  const double seconds = stopwatch.Seconds();
  if (!sum.has_value()) return std::nullopt;
  return PerEntry(seconds, keys, *sum);
}

MaybeSample Scan(FileFixture& fixture) {
  PATHKB_ASSIGN_OR_RETURN(const OpenedFile* opened, fixture.opened());
  const Stopwatch stopwatch;
  const uint64_t sum = opened->Scan();
  return PerEntry(stopwatch.Seconds(), fixture.keys().sorted(), sum);
}

MaybeSample ScanByCursor(FileFixture& fixture) {
  PATHKB_ASSIGN_OR_RETURN(const OpenedFile* opened, fixture.opened());
  const Stopwatch stopwatch;
  const uint64_t sum = opened->ScanByCursor();
  return PerEntry(stopwatch.Seconds(), fixture.keys().sorted(), sum);
}

struct Operation {
  std::string_view name;
  std::string_view unit;
  MaybeSample (*run)(FileFixture& fixture);
};

constexpr Operation kOperations[] = {
    {"write", "entries/s", Write},
    {"size", "bytes/entry", Size},
    {"open", "ns", Open},
    {"get", "ns/entry", Get},
    {"get_batch", "ns/entry", GetBatch},
    {"scan", "ns/entry", Scan},
    {"scan_cursor", "ns/entry", ScanByCursor},
};

absl::Status RunOperation(const FilePlan& plan, const Operation& operation,
                          std::vector<std::unique_ptr<FileFixture>>& fixtures, FileReport report) {
  std::vector<std::vector<double>> values(fixtures.size());
  // Who came to which result first.
  FileFixture* first = nullptr;
  uint64_t result = 0;
  // Nothing varies there.
  const size_t repeat = operation.run == Size ? 1 : plan.repeat;
  for (size_t round = 0; round < repeat; ++round) {
    for (size_t turn = 0; turn < fixtures.size(); ++turn) {
      const size_t index = round % 2 == 0 ? turn : fixtures.size() - 1 - turn;
      FileFixture& fixture = *fixtures[index];
      WaitForOtherThreads();
      PATHKB_ASSIGN_OR_RETURN(const std::optional<Sample> sample, operation.run(fixture));
      if (!sample.has_value()) continue;
      if (first == nullptr) {
        first = &fixture;
        result = sample->result;
      } else if (sample->result != result) {
        return absl::InternalError(fmt::format("{}: {} comes to {}, {} to {}", operation.name,
                                               first->contender().name(), result,
                                               fixture.contender().name(), sample->result));
      }
      values[index].push_back(sample->value);
    }
  }
  for (size_t index = 0; index < fixtures.size(); ++index) {
    if (values[index].empty()) continue;
    report({std::string(KeySetName(plan.set)), std::string(operation.name),
            std::string(fixtures[index]->contender().name()), std::string(operation.unit),
            Median(values[index])});
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string_view> FileOperationNames() {
  std::vector<std::string_view> names;
  for (const Operation& operation : kOperations) names.push_back(operation.name);
  return names;
}

absl::Status RunFileOperations(const FilePlan& plan,
                               const std::vector<std::unique_ptr<FileContender>>& contenders,
                               FileReport report) {
  KeyFixture keys(plan.set, plan.keys);
  std::vector<std::unique_ptr<FileFixture>> fixtures;
  for (const auto& contender : contenders) {
    fixtures.push_back(std::make_unique<FileFixture>(
        contender.get(), &keys, fmt::format("{}/{}", plan.folder, contender->name())));
  }
  absl::Status status;
  for (const Operation& operation : kOperations) {
    const bool wanted = plan.operations.empty() ||
                        std::find(plan.operations.begin(), plan.operations.end(), operation.name) !=
                            plan.operations.end();
    if (wanted && status.ok()) status = RunOperation(plan, operation, fixtures, report);
  }
  for (const auto& fixture : fixtures) {
    fixture->Close();
    RemoveFolder(fixture->folder());
  }
  return status;
}

}  // namespace pathkb::bench
