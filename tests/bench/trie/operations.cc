#include "tests/bench/trie/operations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"

#include "tests/bench/trie/allocation.h"
#include "tests/bench/trie/fixture.h"

namespace pathkb::bench {

namespace {

// Entries of a short scan.
constexpr size_t kSeekEntries = 100;

// One repetition: a figure in the operation's unit, and what must be the same for all contenders.
struct Sample {
  double value;
  uint64_t result;
};

using Fixture = ContenderFixture;

Sample PerKey(double seconds, const KeyList& keys, uint64_t result) {
  return {1e9 * seconds / static_cast<double>(keys.size()), result};
}

std::optional<Sample> Memory(Fixture& fixture) {
  const KeyList& keys = fixture.keys().keys();
  const std::optional<int64_t> before = AllocatedBytes();
  if (!before.has_value()) return std::nullopt;
  std::unique_ptr<Contender> contender = fixture.kind().Empty();
  contender->Insert(keys);
  const auto bytes = static_cast<double>(*AllocatedBytes() - *before);
  fixture.set_filled(std::move(contender));
  return Sample{bytes / static_cast<double>(keys.size()), 0};
}

std::optional<Sample> Insert(Fixture& fixture) {
  const KeyList& keys = fixture.keys().keys();
  const std::unique_ptr<Contender> contender = fixture.kind().Empty();
  const Stopwatch stopwatch;
  contender->Insert(keys);
  const double seconds = stopwatch.Seconds();
  return PerKey(seconds, keys, contender->Scan());
}

std::optional<Sample> Get(Fixture& fixture) {
  const KeyList& keys = fixture.keys().hits();
  const Contender& contender = fixture.filled();
  const Stopwatch stopwatch;
  const uint64_t sum = contender.Get(keys);
  return PerKey(stopwatch.Seconds(), keys, sum);
}

std::optional<Sample> GetBatch(Fixture& fixture) {
  const KeyList& keys = fixture.keys().hits();
  const Contender& contender = fixture.filled();
  const Stopwatch stopwatch;
  const std::optional<uint64_t> sum = contender.GetBatch(keys);
  const double seconds = stopwatch.Seconds();
  if (!sum.has_value()) return std::nullopt;
  return PerKey(seconds, keys, *sum);
}

std::optional<Sample> Miss(Fixture& fixture) {
  const KeyList& keys = fixture.keys().misses();
  const Contender& contender = fixture.filled();
  const Stopwatch stopwatch;
  const uint64_t sum = contender.Get(keys);
  return PerKey(stopwatch.Seconds(), keys, sum);
}

std::optional<Sample> ScanByCursor(Fixture& fixture) {
  const KeyList& keys = fixture.keys().keys();
  const Contender& contender = fixture.filled();
  const Stopwatch stopwatch;
  const std::optional<uint64_t> sum = contender.ScanByCursor();
  const double seconds = stopwatch.Seconds();
  if (!sum.has_value()) return std::nullopt;
  return PerKey(seconds, keys, *sum);
}

std::optional<Sample> Scan(Fixture& fixture) {
  const KeyList& keys = fixture.keys().keys();
  const Contender& contender = fixture.filled();
  const Stopwatch stopwatch;
  const uint64_t sum = contender.Scan();
  return PerKey(stopwatch.Seconds(), keys, sum);
}

std::optional<Sample> SeekScan(Fixture& fixture) {
  const KeyList& starts = fixture.keys().starts();
  const Contender& contender = fixture.filled();
  const Stopwatch stopwatch;
  const uint64_t sum = contender.ScanFrom(starts, kSeekEntries);
  return Sample{1e6 * stopwatch.Seconds() / static_cast<double>(starts.size()), sum};
}

std::optional<Sample> Update(Fixture& fixture) {
  const KeyList& keys = fixture.keys().updates();
  const Contender& contender = fixture.filled();
  const Stopwatch stopwatch;
  const std::unique_ptr<Contender> copy = contender.Copy();
  if (copy == nullptr) return std::nullopt;
  copy->Insert(keys);
  const double seconds = stopwatch.Seconds();
  return PerKey(seconds, keys, copy->Scan());
}

std::optional<Sample> Copy(Fixture& fixture) {
  const std::optional<double> seconds = fixture.filled().CopySeconds();
  if (!seconds.has_value()) return std::nullopt;
  return Sample{1e9 * *seconds, 0};
}

std::optional<Sample> CopyAndEdit(Fixture& fixture) {
  const std::optional<double> seconds = fixture.filled().CopyAndEditSeconds(fixture.keys().edits());
  if (!seconds.has_value()) return std::nullopt;
  return Sample{1e6 * *seconds, 0};
}

std::optional<Sample> Combine(const Contender& left, Combination combination,
                              const Contender& right) {
  const Stopwatch stopwatch;
  const std::unique_ptr<Contender> combined = left.Combine(combination, right);
  const double seconds = stopwatch.Seconds();
  if (combined == nullptr) return std::nullopt;
  return Sample{1e3 * seconds, combined->Scan()};
}

template <Combination combination>
std::optional<Sample> CombineHalves(Fixture& fixture) {
  if (fixture.keys().set() == KeySet::kLong) return std::nullopt;
  return Combine(fixture.left(), combination, fixture.right());
}

std::optional<Sample> JoinDelta(Fixture& fixture) {
  const Contender* edited = fixture.edited();
  if (edited == nullptr) return std::nullopt;
  return Combine(fixture.filled(), Combination::kJoin, *edited);
}

std::optional<Sample> Difference(Fixture& fixture) {
  const Contender* edited = fixture.edited();
  if (edited == nullptr) return std::nullopt;
  return Combine(*edited, Combination::kDifference, fixture.filled());
}

std::optional<Sample> Build(Fixture& fixture) {
  const KeyList& sorted = fixture.keys().sorted();
  const Stopwatch stopwatch;
  const std::unique_ptr<Contender> contender = fixture.kind().Build(sorted);
  const double seconds = stopwatch.Seconds();
  if (contender == nullptr) return std::nullopt;
  return PerKey(seconds, sorted, contender->Scan());
}

struct Operation {
  std::string_view name;
  std::string_view unit;
  std::optional<Sample> (*run)(Fixture& fixture);
};

constexpr std::string_view kPathBytes = "path_bytes";
constexpr std::string_view kBytesPerKey = "bytes/key";

// Memory goes first: it fills the structures of the others, while the allocator has no holes yet.
constexpr Operation kOperations[] = {
    {"memory", kBytesPerKey, Memory},
    {"insert", "ns/key", Insert},
    {"get", "ns/key", Get},
    {"get_batch", "ns/key", GetBatch},
    {"miss", "ns/key", Miss},
    {"scan", "ns/key", Scan},
    {"scan_cursor", "ns/key", ScanByCursor},
    {"seek_scan", "us/seek", SeekScan},
    {"update", "ns/key", Update},
    {"copy", "ns", Copy},
    {"copy_edit", "us", CopyAndEdit},
    {"join", "ms", CombineHalves<Combination::kJoin>},
    {"meet", "ms", CombineHalves<Combination::kMeet>},
    {"subtract", "ms", CombineHalves<Combination::kSubtract>},
    {"join_delta", "ms", JoinDelta},
    {"difference", "ms", Difference},
    {"build", "ns/key", Build},
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

absl::Status RunOperation(const Operation& operation, size_t repeat, std::vector<Fixture>& fixtures,
                          absl::FunctionRef<void(const Figure&)> report) {
  std::vector<std::vector<double>> values(fixtures.size());
  // Who came to which result first.
  const Fixture* first = nullptr;
  uint64_t result = 0;
  for (size_t round = 0; round < repeat; ++round) {
    for (size_t turn = 0; turn < fixtures.size(); ++turn) {
      const size_t index = round % 2 == 0 ? turn : fixtures.size() - 1 - turn;
      Fixture& fixture = fixtures[index];
      WaitForOtherThreads();
      const std::optional<Sample> sample = operation.run(fixture);
      if (!sample.has_value()) continue;
      if (first == nullptr) {
        first = &fixture;
        result = sample->result;
      } else if (sample->result != result) {
        return absl::InternalError(fmt::format("{}: {} comes to {}, {} to {}", operation.name,
                                               first->kind().name(), result, fixture.kind().name(),
                                               sample->result));
      }
      values[index].push_back(sample->value);
    }
  }
  for (size_t index = 0; index < fixtures.size(); ++index) {
    if (values[index].empty()) continue;
    report({operation.name, fixtures[index].kind().name(), operation.unit, Median(values[index])});
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string_view> OperationNames() {
  std::vector<std::string_view> names = {kPathBytes};
  for (const Operation& operation : kOperations) names.push_back(operation.name);
  return names;
}

absl::Status RunOperations(const Plan& plan, const std::vector<std::unique_ptr<Contender>>& kinds,
                           absl::FunctionRef<void(const Figure&)> report) {
  const auto wanted = [&plan](std::string_view name) {
    return plan.operations.empty() ||
           std::find(plan.operations.begin(), plan.operations.end(), name) != plan.operations.end();
  };
  KeyFixture keys(plan.set, plan.keys);
  if (wanted(kPathBytes)) {
    const auto bytes = static_cast<double>(keys.sorted().DistinctPathBytes());
    report({kPathBytes, "keys", kBytesPerKey, bytes / static_cast<double>(plan.keys)});
  }
  std::vector<Fixture> fixtures;
  fixtures.reserve(kinds.size());
  for (const auto& kind : kinds) fixtures.emplace_back(kind.get(), &keys);
  for (const Operation& operation : kOperations) {
    if (!wanted(operation.name)) continue;
    // Nothing varies there.
    const size_t repeat = operation.run == Memory ? 1 : plan.repeat;
    if (absl::Status status = RunOperation(operation, repeat, fixtures, report); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace pathkb::bench
