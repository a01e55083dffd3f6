#include "tests/support/test_pairs.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "core/facts/entry_store.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "storage/snapshot/snapshot_writer.h"

namespace pathkb {
namespace {

constexpr char kDir[] = "/db";

// A "mapping" of bytes that somebody else holds.
class HeldFile final : public MappedFile {
 public:
  // `on_change` as that of HeldPair, which has it.
  HeldFile(std::string_view bytes, std::string path, std::function<void()>& on_change)
      : bytes_(bytes), path_(std::move(path)), on_change_(on_change) {}

  std::string_view bytes() const override { return bytes_; }
  const std::string& path() const override { return path_; }

  absl::Status CheckIntact() const override {
    if (on_change_ == nullptr) return absl::OkStatus();
    CountOutsideChange();
    std::exchange(on_change_, nullptr)();
    return absl::UnavailableError(path_ + ": changed from outside");
  }

 private:
  const std::string_view bytes_;
  const std::string path_;
  std::function<void()>& on_change_;
};

std::string RandomLetters(std::mt19937_64& random, uint64_t letters) {
  std::string text;
  for (; letters > 0; --letters) text.push_back(static_cast<char>('a' + random() % 26));
  return text;
}

}  // namespace

PairContents SomeFacts(uint64_t paths, uint64_t seed) {
  std::mt19937_64 random(seed);
  PairContents contents;
  while (contents.size() < paths) {
    const uint64_t number = contents.size();
    std::string path = "spaces/s/terms/";
    switch (random() % 3) {
      case 0:
        path += fmt::format("numbers/{}", random() % (4 * paths));
        break;
      case 1:
        path += fmt::format("r{}/{}", random() % 20, RandomLetters(random, 1 + random() % 40));
        break;
      default:
        path += fmt::format("bytes/{}", static_cast<char>(random() % 256));
        for (uint64_t i = random() % 4; i > 0; --i) path.push_back(static_cast<char>(random()));
        break;
    }
    std::string entry;
    if (number % 3 != 0) entry = fmt::format("{} {}", number, RandomLetters(random, random() % 40));
    contents.emplace(std::move(path), std::move(entry));
  }
  return contents;
}

WrittenPair WritePair(const PairContents& contents, const DatabaseId& database_id,
                      const PairOptions& options) {
  CrashFileSystem files;
  EXPECT_TRUE(DataDirectory::CreateOrOpen(files, kDir).ok());
  PathTrie trie;
  EntryStore entries;
  for (const auto& [path, entry] : contents) trie.Set(path, entries.Intern(entry));
  ReadZipper zipper(trie);
  SnapshotSource source;
  source.zipper = &zipper;
  source.entry_bytes = [&](uint64_t id, int) -> absl::StatusOr<std::string_view> {
    return entries.Find(id);
  };
  source.revision = options.revision;
  source.created_unix_ms = 1'795'000'000'123;
  source.database_id = database_id;
  source.compress_terms = options.compress_terms;
  const auto record = WriteSnapshot(files, kDir, source);
  EXPECT_TRUE(record.ok()) << record.status();
  std::map<std::string, std::string> written = files.AllFiles();
  const std::string stem = std::string(kDir) + "/";
  return {.record = *record,
          .database_id = database_id,
          .tree = written[stem + SnapshotTreeName(record->id)],
          .terms = written[stem + SnapshotTermsName(record->id)],
          .sums = written[stem + SnapshotSumsName(record->id)]};
}

HeldBytes::HeldBytes(std::string_view bytes)
    : bytes_(std::make_unique_for_overwrite<char[]>(bytes.size())), byte_count_(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), bytes_.get());
}

HeldPair::HeldPair(const WrittenPair& pair)
    : tree(std::make_unique<HeldBytes>(pair.tree)),
      terms(std::make_unique<HeldBytes>(pair.terms)),
      sums(std::make_unique<HeldBytes>(pair.sums)),
      database_id_(pair.database_id) {}

absl::StatusOr<std::shared_ptr<const Snapshot>> HeldPair::Open(const SnapshotRecord& record) {
  return Snapshot::Open(*this, kDir, database_id_, record);
}

absl::StatusOr<std::unique_ptr<const MappedFile>> HeldPair::Map(const std::string& path,
                                                                const MapOptions&) {
  const HeldBytes& bytes = path.ends_with(".tree")    ? *tree
                           : path.ends_with(".terms") ? *terms
                                                      : *sums;
  return std::make_unique<HeldFile>(bytes.view(), path, on_change);
}

void Answers::AddRefused(const absl::Status& status) {
  const bool is_damage = status.code() == absl::StatusCode::kDataLoss ||
                         status.code() == absl::StatusCode::kFailedPrecondition;
  if (is_damage) {
    ++refused;
  } else {
    AddWrong(ToStd(status.message()));
  }
}

void Answers::AddWrong(std::string_view problem) {
  if (wrong++ == 0) what = problem;
}

void AskForPath(const Snapshot& snapshot, const PairContents& contents, const std::string& path,
                Answers& answers) {
  const auto id = snapshot.Find(path);
  if (!id.ok()) return answers.AddRefused(id.status());
  const auto expected = contents.find(path);
  if (id->has_value() != (expected != contents.end())) {
    return answers.AddWrong(fmt::format("{} is {}there", path, id->has_value() ? "" : "not "));
  }
  if (!id->has_value()) return answers.AddRight();
  std::string scratch;
  const auto entry = snapshot.FindEntry(**id, scratch);
  if (!entry.ok()) return answers.AddRefused(entry.status());
  if (*entry != expected->second) {
    return answers.AddWrong(fmt::format("{} has the entry {}", path, *entry));
  }
  answers.AddRight();
}

void AskByWalking(const Snapshot& snapshot, const PairContents& contents, const std::string& from,
                  int steps, Answers& answers) {
  const auto zipper = snapshot.NewZipper();
  auto expected = contents.lower_bound(from);
  bool more = zipper->SeekValue(from);
  std::string scratch;
  for (; more && steps > 0; --steps, more = zipper->NextValue()) {
    // What could not be read was passed over.
    if (!zipper->status().ok() && expected != contents.end() && expected->first < zipper->path()) {
      expected = contents.lower_bound(std::string(zipper->path()));
    }
    if (expected == contents.end() || expected->first != zipper->path()) {
      return answers.AddWrong(fmt::format("the walk came to {}", zipper->path()));
    }
    const auto entry = snapshot.FindEntry(*zipper->value(), scratch);
    if (!entry.ok()) {
      answers.AddRefused(entry.status());
    } else if (*entry != expected->second) {
      answers.AddWrong(fmt::format("the walk showed the entry {}", *entry));
    } else {
      answers.AddRight();
    }
    ++expected;
  }
  if (!zipper->status().ok()) return answers.AddRefused(zipper->status());
  if (!more && expected != contents.end()) {
    return answers.AddWrong(fmt::format("the walk ended before {}", expected->first));
  }
  answers.AddRight();
}

}  // namespace pathkb
