// .tree files: opening, lookup, verification, root history and the cursor in all directions. What
// is accepted must agree with itself: the cursor's paths ascend, backwards they are the same, each
// is found with its value, and a file that Verify() accepts can be read to its end without an
// error, and be written again to the same entries.
//
// The footer has a checksum, which stops a fuzzer; so each input is also read with a footer that is
// right.

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/act/act_footer.h"
#include "storage/act/act_format.h"
#include "storage/act/act_reader.h"
#include "storage/act/act_writer.h"
#include "storage/act/act_zipper.h"
#include "storage/file/little_endian.h"
#include "tests/fuzz/memory_files.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/zipper_check.h"

namespace pathkb::fuzz {
namespace {

// A small file can describe more entries than there are atoms: all walks have bounds.
constexpr size_t kEntriesMax = 200;
constexpr uint64_t kPathBytesMax = 4096;
constexpr size_t kRootsMax = 4;

bool IsExpectedError(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

// Looks all `paths` up, singly and together.
void CheckLookups(const ActReader& reader, const std::vector<std::string_view>& paths) {
  bool all_ok = true;
  std::vector<std::optional<uint64_t>> singly;
  for (const std::string_view path : paths) {
    const auto value = reader.Find(path);
    all_ok = all_ok && value.ok();
    singly.push_back(value.ok() ? *value : std::nullopt);
  }
  std::vector<std::optional<uint64_t>> together(paths.size());
  const absl::Status status = reader.FindBatch(paths, together);
  PATHKB_CHECK(status.ok() == all_ok);
  PATHKB_CHECK(!all_ok || singly == together);
}

// Entries that the cursor shows, and whether these are all.
struct Walk {
  std::map<std::string, uint64_t> entries;
  bool is_complete = false;
};

// In a file that is not sound, paths may come out of order, and a wrong table may lead a lookup
// elsewhere than a walk, which steps from node to node.
Walk WalkForward(const ActReader& reader, bool is_sound) {
  Walk walk;
  ActZipper zipper(reader, kPathBytesMax);
  if (const auto value = zipper.value()) walk.entries[""] = *value;
  std::string before;
  bool more = true;
  for (size_t count = walk.entries.size(); count < kEntriesMax && (more = zipper.NextValue());
       ++count) {
    PATHKB_CHECK(!is_sound || before < zipper.path());
    PATHKB_CHECK(zipper.path().size() <= kPathBytesMax);
    PATHKB_CHECK(zipper.value().has_value());
    before = zipper.path();
    const auto found = reader.Find(before);
    PATHKB_CHECK(!is_sound || (found.ok() && *found == zipper.value()));
    walk.entries[before] = *zipper.value();
  }
  walk.is_complete = !more && zipper.status().ok();
  return walk;
}

// From the last entry back to the first.
void WalkBackward(const ActReader& reader, const Walk& walk, bool is_sound) {
  ActZipper zipper(reader, kPathBytesMax);
  for (size_t levels = 0; levels < kPathBytesMax && zipper.DescendLast(); ++levels) {
  }
  std::map<std::string, uint64_t> entries;
  if (const auto value = zipper.value()) entries[std::string(zipper.path())] = *value;
  std::string behind(zipper.path());
  bool more = true;
  for (size_t count = 0; count <= kEntriesMax && (more = zipper.PreviousValue()); ++count) {
    PATHKB_CHECK(zipper.value().has_value() && (!is_sound || zipper.path() < behind));
    behind = zipper.path();
    entries[behind] = *zipper.value();
  }
  if (is_sound && walk.is_complete) PATHKB_CHECK(!more && entries == walk.entries);
}

// Writes all entries to a new file and reads that.
void WriteAgain(const ActReader& reader, const Walk& walk, bool canonical) {
  OutputFile file;
  ActZipper zipper(reader, kPathBytesMax);
  ActWriterOptions options;
  options.canonical = canonical;
  options.memory_bytes = kActWriterOutputBytes + 100'000;
  const auto totals = WriteAct(zipper, file, nullptr, options);
  PATHKB_CHECK(totals.ok() && totals->file_bytes == file.bytes().size());
  PATHKB_CHECK(totals->paths == walk.entries.size() && totals->digest == ActDigest(file.bytes()));
  const auto again = ActReader::Open(MapInput(file.bytes()));
  PATHKB_CHECK(again.ok() && (*again)->Verify().ok());
  PATHKB_CHECK(WalkForward(**again, true).entries == walk.entries);
}

// Of all paths of the walk some, and some that are probably not there.
std::vector<std::string> SomePaths(const Walk& walk, InputRandom& random) {
  constexpr size_t kPathsMax = 40;
  std::vector<std::string> paths = {"", std::string(1, '\0'), "\xff", std::string(5000, 'a')};
  for (const auto& [path, value] : walk.entries) {
    if (paths.size() >= kPathsMax) break;
    paths.push_back(path);
    std::string other = path + static_cast<char>(random.Next());
    if (random.Below(2) == 0) other[random.Below(other.size())] ^= 1;
    paths.push_back(other);
    paths.push_back(path.substr(0, random.Below(path.size() + 1)));
  }
  return paths;
}

void ReadTree(const ActReader& reader, InputRandom& random) {
  const auto contents = reader.Verify();
  const Walk walk = WalkForward(reader, contents.ok());
  if (contents.ok()) {
    NoteAccepted();
    PATHKB_CHECK(walk.entries.size() == std::min<uint64_t>(contents->paths, kEntriesMax) ||
                 contents->path_bytes_max > kPathBytesMax);
    if (walk.is_complete) {
      uint64_t path_bytes = 0, path_bytes_max = 0;
      for (const auto& [path, value] : walk.entries) {
        path_bytes += path.size();
        path_bytes_max = std::max<uint64_t>(path_bytes_max, path.size());
      }
      PATHKB_CHECK(contents->paths == walk.entries.size());
      PATHKB_CHECK(contents->path_bytes == path_bytes);
      PATHKB_CHECK(contents->path_bytes_max == path_bytes_max);
      WriteAgain(reader, walk, random.Below(2) == 0);
    }
  } else {
    PATHKB_CHECK(IsExpectedError(contents.status()));
  }
  ActZipper zipper(reader, kPathBytesMax);
  const bool is_small = IsSmall(zipper);
  if (is_small) WalkBackward(reader, walk, contents.ok());

  const std::vector<std::string> paths = SomePaths(walk, random);
  CheckLookups(reader, std::vector<std::string_view>(paths.begin(), paths.end()));
  for (const std::string& path : paths) {
    const auto value = reader.Find(path);
    PATHKB_CHECK(value.ok() || (!contents.ok() && IsExpectedError(value.status())));
    const auto entry = walk.entries.find(path);
    if (!walk.is_complete || !contents.ok()) continue;
    PATHKB_CHECK(value->has_value() == (entry != walk.entries.end()));
  }
  MoveAtRandom(zipper, {.is_small = is_small, .is_sound = contents.ok()}, random);
  PATHKB_CHECK(!contents.ok() || zipper.status().ok() ||
               zipper.status().code() == absl::StatusCode::kResourceExhausted);
  if (walk.is_complete && contents.ok() && is_small) {
    zipper.Reset();
    CheckAgainstEntries(zipper, walk.entries, paths);
  }
}

void Read(std::string_view bytes) {
  InputRandom random(bytes);
  const auto file = MapInput(bytes);
  const auto reader = ActReader::Open(file);
  if (!reader.ok()) {
    PATHKB_CHECK(IsExpectedError(reader.status()));
    return;
  }
  ReadTree(**reader, random);
  PATHKB_CHECK((*reader)->Digest() == ActDigest(bytes));
  const auto roots = (*reader)->RootHistory();
  if (!roots.ok()) {
    PATHKB_CHECK(IsExpectedError(roots.status()));
    return;
  }
  PATHKB_CHECK(!roots->empty() && roots->front() == (*reader)->root().offset);
  for (size_t i = 1; i < std::min(roots->size(), kRootsMax); ++i) {
    const auto older = ActReader::OpenAtRoot(file, (*roots)[i]);
    if (older.ok()) {
      ReadTree(**older, random);
    } else {
      PATHKB_CHECK(IsExpectedError(older.status()));
    }
  }
}

// `bytes` with a footer of this root and size where it has any footer; nullopt if it has none.
std::optional<std::string> WithRightFooter(std::string_view bytes) {
  if (bytes.size() < kActFileBytesMin + kActFooterBytes) return std::nullopt;
  const size_t start = bytes.size() - kActPadBytes - kActFooterBytes;
  if (!bytes.substr(start).starts_with(kActFooterMagic)) return std::nullopt;
  ActFooter footer;
  footer.table_min = LoadU32(bytes.data() + start + 12);
  footer.root_offset = LoadU64(bytes.data() + kActRootFieldOffset);
  footer.file_bytes = bytes.size();
  footer.paths = LoadU64(bytes.data() + start + 32);
  std::string result(bytes.substr(0, start));
  AppendActFooter(footer, result);
  result.append(bytes.substr(start + kActFooterBytes));
  return result;
}

}  // namespace
}  // namespace pathkb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input = pathkb::fuzz::View(bytes, size);
  pathkb::fuzz::Read(input);
  const auto mended = pathkb::fuzz::WithRightFooter(input);
  if (mended.has_value() && *mended != input) pathkb::fuzz::Read(*mended);
  return 0;
}
