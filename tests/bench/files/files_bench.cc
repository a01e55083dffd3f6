// Measures .tree files beside embedded stores of others, in one process and without a server.
//
//   files_bench --folder=/tmp/x                    everything but --large, some minutes
//   files_bench --folder=/tmp/x --set=facts --op=get --contender=tree --repeat=20    to profile
//
// Prints a line for each median as soon as it is known, with tabs between: key set, operation,
// contender, unit, figure. `./dev bench files` makes a table of them.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "core/base/string_views.h"
#include "tests/bench/files/file_contender.h"
#include "tests/bench/files/file_operations.h"
#include "tests/bench/files/generated_keys.h"
#include "tests/bench/files/lmdb_contender.h"
#include "tests/bench/files/lsm_contenders.h"
#include "tests/bench/files/tree_contender.h"
#include "tests/bench/files/tree_figures.h"
#include "tests/bench/trie/key_sets.h"

namespace pathkb::bench {
namespace {

constexpr KeySet kFileKeySets[] = {KeySet::kFacts, KeySet::kDense, KeySet::kSexpr};
// Sets that are no key sets, but figures of their own.
constexpr std::string_view kOpen = "open", kCold = "cold", kSharing = "sharing", kLarge = "large";

// A cold file has so many times the keys of others, which makes some 200 MB of a million.
constexpr size_t kColdFactor = 18;
// A large one has as many more.
constexpr size_t kLargeFactor = 100;
constexpr size_t kVersionsDivisor = 10;

std::vector<std::unique_ptr<FileContender>> MakeContenders(const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<FileContender>> all;
  all.push_back(MakeTreeContender());
  all.push_back(MakeCheckedTreeContender());
  all.push_back(MakeUnsharedTreeContender());
  all.push_back(MakePathMapTreeContender());
  all.push_back(MakeLmdbContender());
  all.push_back(MakeLevelDbContender());
  all.push_back(MakeRocksDbContender());
  std::erase_if(all, [&names](const auto& contender) {
    return !names.empty() &&
           std::find(names.begin(), names.end(), contender->name()) == names.end();
  });
  return all;
}

absl::Status WriteColdLmdb(const std::string& folder, uint64_t count) {
  GeneratedKeys keys(count);
  return WriteLmdb(folder, [&keys](std::string_view* key, uint64_t* value) {
    if (!keys.Next()) return false;
    *key = keys.key();
    *value = keys.value();
    return true;
  });
}

absl::StatusOr<bool> GetColdLmdb(const std::string& folder, uint64_t index) {
  GeneratedKeys keys(index + 1);
  keys.Set(index);
  KeyList one;
  one.Add(keys.key(), 0);
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedFile> opened,
                          MakeLmdbContender()->Open(folder));
  return opened->Get(one) == keys.value() + 1;
}

absl::Status RunSets(const std::vector<std::string>& sets,
                     const std::vector<std::string>& contenders, FilePlan plan, FileReport report) {
  const auto wanted = [&sets](std::string_view name) {
    return std::find(sets.begin(), sets.end(), name) != sets.end();
  };
  const auto compared = MakeContenders(contenders);
  for (const KeySet set : kFileKeySets) {
    if (!wanted(KeySetName(set))) continue;
    plan.set = set;
    PATHKB_RETURN_IF_ERROR(RunFileOperations(plan, compared, report));
  }
  const std::string folder = plan.folder + "/tree_figures";
  if (wanted(kOpen)) PATHKB_RETURN_IF_ERROR(MeasureOpen(folder, plan.repeat, report));
  if (wanted(kCold)) {
    PATHKB_RETURN_IF_ERROR(MeasureCold(folder, plan.repeat, plan.keys * kColdFactor,
                                       {{"lmdb", WriteColdLmdb, GetColdLmdb}}, report));
  }
  if (wanted(kSharing)) {
    PATHKB_RETURN_IF_ERROR(MeasureSharing(folder, plan.keys / kVersionsDivisor, report));
  }
  if (wanted(kLarge)) {
    PATHKB_RETURN_IF_ERROR(MeasureLarge(folder, plan.keys * kLargeFactor, report));
  }
  return absl::OkStatus();
}

int Run(int argc, char** argv) {
  std::vector<std::string> sets;
  for (const KeySet set : kFileKeySets) sets.emplace_back(KeySetName(set));
  for (const std::string_view set : {kOpen, kCold, kSharing}) sets.emplace_back(set);
  std::vector<std::string> set_names = sets;
  set_names.emplace_back(kLarge);
  std::vector<std::string> operation_names;
  for (const std::string_view name : FileOperationNames()) operation_names.emplace_back(name);

  std::vector<std::string> contenders;
  FilePlan plan;
  plan.keys = 1'000'000;
  plan.repeat = 3;
  CLI::App app("Measures .tree files beside embedded stores of others.");
  app.add_option("--folder", plan.folder, "where files may be made, up to 2 GB; removed at the end")
      ->required();
  app.add_option("--set", sets, "key sets and figures, with commas between; default: all but large")
      ->delimiter(',')
      ->check(CLI::IsMember(set_names));
  app.add_option("--op", plan.operations, "operations on key sets, with commas between")
      ->delimiter(',')
      ->check(CLI::IsMember(operation_names));
  app.add_option("--contender", contenders, "contenders on key sets, with commas between")
      ->delimiter(',')
      ->check(CLI::IsMember(
          {"tree", "tree_checked", "tree_unshared", "tree_pathmap", "lmdb", "leveldb", "rocksdb"}));
  app.add_option("--n", plan.keys, "keys in a file; 18 times as many in a cold one, 100 in a large")
      ->take_last()
      ->capture_default_str()
      ->check(CLI::Range(1'000, 100'000'000));
  app.add_option("--repeat", plan.repeat, "repetitions that a median is of")
      ->take_last()
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, argc, argv);

  const absl::Status status = RunSets(sets, contenders, plan, [](const FileFigure& figure) {
    fmt::print("{}\t{}\t{}\t{}\t{:.6g}\n", figure.set, figure.operation, figure.contender,
               figure.unit, figure.value);
    std::fflush(stdout);
  });
  if (!status.ok()) {
    fmt::print(stderr, "files_bench: {}\n", ToStd(status.message()));
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace pathkb::bench

int main(int argc, char** argv) { return pathkb::bench::Run(argc, argv); }
