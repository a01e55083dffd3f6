#include "tests/bench/files/tree_figures.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/act/act_footer.h"
#include "storage/act/act_format.h"
#include "storage/act/act_writer.h"
#include "storage/file/little_endian.h"
#include "storage/file/posix_file_system.h"
#include "tests/bench/files/clocks.h"
#include "tests/bench/files/folders.h"
#include "tests/bench/files/generated_keys.h"
#include "tests/bench/files/median.h"
#include "tests/bench/files/tree_contender.h"
#include "tests/bench/trie/allocation.h"
#include "tests/bench/trie/key_sets.h"
#include "tests/bench/trie/random.h"

namespace pathkb::bench {

namespace {

constexpr uint64_t kSeed = 20261121;
constexpr double kMegabyte = 1e6;

// Writes a tree of what `next` adds to the writer, one path a call, until it says false.
absl::StatusOr<ActTotals> WriteTree(const std::string& path, const ActWriterOptions& options,
                                    absl::FunctionRef<absl::StatusOr<bool>(ActWriter&)> next) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> file, RealFileSystem().Create(path));
  ActWriter writer(*file, options);
  while (true) {
    PATHKB_ASSIGN_OR_RETURN(const bool more, next(writer));
    if (!more) break;
  }
  PATHKB_ASSIGN_OR_RETURN(const ActTotals totals, writer.Finish());
  PATHKB_RETURN_IF_ERROR(file->Close());
  return totals;
}

absl::StatusOr<ActTotals> WriteGenerated(const std::string& path, uint64_t count) {
  GeneratedKeys keys(count);
  ActWriterOptions options;
  options.block_sums_of = BenchDatabase();
  return WriteTree(path, options, [&keys](ActWriter& writer) -> absl::StatusOr<bool> {
    if (!keys.Next()) return false;
    PATHKB_RETURN_IF_ERROR(writer.Add(keys.key(), keys.value()));
    return true;
  });
}

absl::StatusOr<ActTotals> WriteSorted(const std::string& path, const ActWriterOptions& options,
                                      const KeyList& sorted) {
  size_t index = 0;
  return WriteTree(path, options, [&](ActWriter& writer) -> absl::StatusOr<bool> {
    if (index == sorted.size()) return false;
    PATHKB_RETURN_IF_ERROR(writer.Add(sorted.key(index), sorted.value(index)));
    ++index;
    return true;
  });
}

// Whether the file has generated key `index` with its value.
bool Has(const OpenedFile& opened, uint64_t index) {
  GeneratedKeys keys(index + 1);
  keys.Set(index);
  KeyList one;
  one.Add(keys.key(), keys.value());
  return opened.Get(one) == keys.value() + 1;
}

// A figure of /proc/self/status, in bytes; 0 if there is none.
uint64_t ProcessBytes(std::string_view name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(name)) return std::stoull(line.substr(name.size() + 1)) * 1024;
  }
  return 0;
}

// The memory that the process holds at most counts from now on.
absl::Status ForgetPeakMemory() {
  std::ofstream references("/proc/self/clear_refs");
  references << "5" << std::flush;
  return references ? absl::OkStatus() : absl::UnknownError("/proc/self/clear_refs: cannot write");
}

std::string SizeName(uint64_t bytes) {
  if (bytes >= 1'000'000'000) return fmt::format("{}GB", bytes / 1'000'000'000);
  return fmt::format("{}MB", bytes / 1'000'000);
}

// What a version does to a hundredth of the facts of the one before.
enum class Change { kScatteredValues, kNearbyValues, kReplacedFacts };

// Ten versions of one space, sorted.
KeyList MakeVersions(size_t facts, Change change) {
  constexpr size_t kVersions = 10;
  const size_t changed = facts / 100;
  const bool replaces = change == Change::kReplacedFacts;
  const KeyList pool = MakeKeys(KeySet::kSexpr, facts + kVersions * changed);
  KeyList version = pool.Slice(0, facts).Sorted();
  size_t next = facts;
  Random random(kSeed);
  KeyList all;
  for (size_t number = 0; number < kVersions; ++number) {
    for (size_t i = 0; i < facts; ++i) {
      all.Add(fmt::format("spaces/v{}/facts/{}", number, version.key(i)),
              replaces ? 0 : version.value(i));
    }
    std::map<size_t, size_t> changes;  // From a place in `version` to one in `pool`.
    const size_t start = random.Below(facts - changed);
    for (size_t i = 0; i < changed; ++i) {
      changes[change == Change::kNearbyValues ? start + i : random.Below(facts)] = next++;
    }
    KeyList following;
    for (size_t i = 0; i < facts; ++i) {
      const auto found = changes.find(i);
      if (found == changes.end()) {
        following.Add(version.key(i), version.value(i));
      } else {
        following.Add(replaces ? pool.key(found->second) : version.key(i),
                      pool.value(found->second));
      }
    }
    version = following;
  }
  return all.Sorted();
}

KeyList MakeRandom(size_t count) {
  Random random(kSeed);
  KeyList keys;
  for (size_t i = 0; i < count; ++i) {
    std::string key;
    for (int byte = 0; byte < 16; ++byte) key.push_back(static_cast<char>(random.Below(256)));
    keys.Add(key, random.Below(UINT64_MAX));
  }
  return keys.Sorted();
}

}  // namespace

absl::Status WriteSparseTree(const std::string& path, uint64_t file_bytes) {
  const std::string small_path = path + ".small";
  PATHKB_RETURN_IF_ERROR(WriteGenerated(small_path, kSparseKeys).status());
  std::ifstream small_file(small_path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(small_file), {}};
  std::remove(small_path.c_str());
  if (bytes.size() > file_bytes) {
    return absl::InvalidArgumentError(
        fmt::format("{} bytes are too few, the smallest file has {}", file_bytes, bytes.size()));
  }
  const uint64_t hole = file_bytes - bytes.size();
  const uint64_t root = LoadU64(bytes.data() + kActRootFieldOffset);
  PATHKB_ASSIGN_OR_RETURN(std::optional<ActFooter> footer, ParseActFooter(bytes, root, path));
  if (!footer.has_value()) return absl::InternalError("the writer left the footer out");
  std::string header(kActMagic);
  AppendU64(root + hole, header);
  std::string end = bytes.substr(kActArenaOffset);
  end.resize(end.size() - kActPadBytes - kActFooterBytes);
  footer->root_offset += hole;
  footer->file_bytes = file_bytes;
  AppendActFooter(*footer, end);
  end.append(kActPadBytes, '\0');
  std::ofstream file(path, std::ios::binary);
  file << header;
  file.seekp(static_cast<std::streamoff>(kActArenaOffset + hole));
  file << end << std::flush;
  return file ? absl::OkStatus() : absl::UnknownError(fmt::format("{}: cannot write", path));
}

absl::Status MeasureOpen(const std::string& folder, size_t repeat, FileReport report) {
  constexpr size_t kOpens = 101;
  constexpr uint64_t kSizes[] = {uint64_t{1} << 20, 10'000'000, 100'000'000, 1'000'000'000,
                                 10'000'000'000};
  PATHKB_RETURN_IF_ERROR(MakeEmptyFolder(folder));
  std::vector<std::vector<double>> nanoseconds(std::size(kSizes));
  std::vector<std::string> paths;
  for (const uint64_t size : kSizes) {
    paths.push_back(fmt::format("{}/{}.tree", folder, SizeName(size)));
    PATHKB_RETURN_IF_ERROR(WriteSparseTree(paths.back(), size));
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedFile> opened, OpenTree(paths.back()));
    if (!Has(*opened, 0) || !Has(*opened, kSparseKeys - 1) || Has(*opened, kSparseKeys)) {
      return absl::InternalError(fmt::format("{}: wrong answers", paths.back()));
    }
  }
  for (size_t i = 0; i < repeat * kOpens; ++i) {
    for (size_t size = 0; size < paths.size(); ++size) {
      const WallStopwatch stopwatch;
      PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedFile> opened, OpenTree(paths[size]));
      nanoseconds[size].push_back(1e9 * stopwatch.Seconds());
    }
  }
  for (size_t size = 0; size < paths.size(); ++size) {
    report({"open", "open_" + SizeName(kSizes[size]), "tree", "ns",
            Median(std::move(nanoseconds[size]))});
  }
  RemoveFolder(folder);
  return absl::OkStatus();
}

absl::Status MeasureCold(const std::string& folder, size_t repeat, uint64_t keys,
                         const std::vector<ColdPeer>& peers, FileReport report) {
  const auto write_tree = [](const std::string& into, uint64_t count) {
    return WriteGenerated(TreeFile(into), count).status();
  };
  const auto get_tree = [](const std::string& from, uint64_t index) -> absl::StatusOr<bool> {
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedFile> opened, OpenTree(TreeFile(from)));
    return Has(*opened, index);
  };
  const auto write_checked = [](const std::string& into, uint64_t count) -> absl::Status {
    PATHKB_ASSIGN_OR_RETURN(const ActTotals totals, WriteGenerated(TreeFile(into), count));
    return WriteTreeSums(SumsFile(into), totals);
  };
  const auto get_checked = [](const std::string& from, uint64_t index) -> absl::StatusOr<bool> {
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedFile> opened,
                            OpenTree(TreeFile(from), SumsFile(from)));
    return Has(*opened, index);
  };
  std::vector<ColdPeer> all = {{"tree", write_tree, get_tree},
                               {"tree_checked", write_checked, get_checked}};
  all.insert(all.end(), peers.begin(), peers.end());
  const auto folder_of = [&folder](const ColdPeer& peer) { return folder + "/" + peer.name; };
  for (const ColdPeer& peer : all) {
    PATHKB_RETURN_IF_ERROR(MakeEmptyFolder(folder_of(peer)));
    PATHKB_RETURN_IF_ERROR(peer.write(folder_of(peer), keys));
    report({"cold", "size", peer.name, "MB",
            static_cast<double>(FolderBytes(folder_of(peer))) / kMegabyte});
  }
  constexpr size_t kGets = 7;
  Random random(kSeed);
  std::vector<std::vector<double>> microseconds(all.size()), kilobytes(all.size());
  for (size_t i = 0; i < repeat * kGets; ++i) {
    const uint64_t index = random.Below(keys);
    for (size_t turn = 0; turn < all.size(); ++turn) {
      const size_t peer = i % 2 == 0 ? turn : all.size() - 1 - turn;
      PATHKB_RETURN_IF_ERROR(DropFromPageCache(folder_of(all[peer])));
      const WallStopwatch stopwatch;
      PATHKB_ASSIGN_OR_RETURN(const bool found, all[peer].get(folder_of(all[peer]), index));
      microseconds[peer].push_back(1e6 * stopwatch.Seconds());
      PATHKB_ASSIGN_OR_RETURN(const uint64_t read, CachedFolderBytes(folder_of(all[peer])));
      kilobytes[peer].push_back(static_cast<double>(read) / 1000);
      if (!found) return absl::InternalError(fmt::format("{}: wrong answer", all[peer].name));
    }
  }
  for (size_t peer = 0; peer < all.size(); ++peer) {
    report({"cold", "cold_get", all[peer].name, "us", Median(std::move(microseconds[peer]))});
  }
  for (size_t peer = 0; peer < all.size(); ++peer) {
    report({"cold", "cold_read", all[peer].name, "kB", Median(std::move(kilobytes[peer]))});
    RemoveFolder(folder_of(all[peer]));
  }
  return absl::OkStatus();
}

absl::Status MeasureSharing(const std::string& folder, size_t facts, FileReport report) {
  const std::pair<std::string, KeyList> sets[] = {
      {"versions_scattered", MakeVersions(facts, Change::kScatteredValues)},
      {"versions_nearby", MakeVersions(facts, Change::kNearbyValues)},
      {"versions_replaced", MakeVersions(facts, Change::kReplacedFacts)},
      {"random", MakeRandom(10 * facts)},
  };
  const std::pair<std::string, ActWriterOptions> writers[] = {{"tree", {}},
                                                              {"tree_unshared", UnsharedOptions()}};
  for (const auto& [set, sorted] : sets) {
    for (const auto& [name, options] : writers) {
      PATHKB_RETURN_IF_ERROR(MakeEmptyFolder(folder));
      PATHKB_ASSIGN_OR_RETURN(const ActTotals totals,
                              WriteSorted(TreeFile(folder), options, sorted));
      report({set, "size", name, "bytes/entry",
              static_cast<double>(totals.file_bytes) / static_cast<double>(sorted.size())});
    }
  }
  RemoveFolder(folder);
  return absl::OkStatus();
}

absl::Status MeasureLarge(const std::string& folder, uint64_t keys, FileReport report) {
  PATHKB_RETURN_IF_ERROR(MakeEmptyFolder(folder));
  ReturnFreeMemory();
  const uint64_t before = ProcessBytes("VmRSS");
  PATHKB_RETURN_IF_ERROR(ForgetPeakMemory());
  const ProcessStopwatch stopwatch;
  PATHKB_ASSIGN_OR_RETURN(const ActTotals totals, WriteGenerated(TreeFile(folder), keys));
  const double seconds = stopwatch.Seconds();
  const uint64_t peak = ProcessBytes("VmHWM");
  const auto bound = static_cast<double>(ActWriterOptions().memory_bytes);
  const auto count = static_cast<double>(keys);
  report({"large", "write", "tree", "entries/s", count / seconds});
  report({"large", "size", "tree", "bytes/entry", static_cast<double>(totals.file_bytes) / count});
  report({"large", "memory_bound", "tree", "MB", bound / kMegabyte});
  report({"large", "peak_memory", "tree", "MB",
          static_cast<double>(peak - std::min(before, peak)) / kMegabyte});
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<OpenedFile> opened, OpenTree(TreeFile(folder)));
  if (!Has(*opened, 0) || !Has(*opened, keys / 2) || !Has(*opened, keys - 1)) {
    return absl::InternalError("the large file gives wrong answers");
  }
  RemoveFolder(folder);
  return absl::OkStatus();
}

}  // namespace pathkb::bench
