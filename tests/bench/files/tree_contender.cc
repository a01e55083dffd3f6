#include "tests/bench/files/tree_contender.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"
#include "core/trie/trie_builder.h"
#include "storage/act/act_reader.h"
#include "storage/act/act_scan.h"
#include "storage/act/act_zipper.h"
#include "storage/file/block_sums.h"
#include "storage/file/mapped_file.h"
#include "storage/file/posix_file_system.h"
#include "storage/sums/sums_reader.h"
#include "storage/sums/sums_writer.h"

namespace pathkb::bench {

namespace {

class OpenedTree final : public OpenedFile {
 public:
  // The last two are null for a tree that is not checked.
  OpenedTree(std::unique_ptr<const ActReader> reader, std::unique_ptr<const SumsReader> sums,
             std::unique_ptr<const BlockGuard> guard)
      : sums_(std::move(sums)), guard_(std::move(guard)), reader_(std::move(reader)) {}

  uint64_t Get(const KeyList& keys) const override {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
      const absl::StatusOr<std::optional<uint64_t>> value = reader_->Find(keys.key(i));
      PATHKB_CHECK(value.ok());
      if (value->has_value()) sum += **value + 1;
    }
    return sum;
  }

  std::optional<uint64_t> GetBatch(const KeyList& keys) const override {
    constexpr size_t kBatch = 64;
    std::array<std::string_view, kBatch> paths;
    std::array<std::optional<uint64_t>, kBatch> values;
    uint64_t sum = 0;
    for (size_t start = 0; start < keys.size(); start += kBatch) {
      const size_t count = std::min(kBatch, keys.size() - start);
      for (size_t i = 0; i < count; ++i) paths[i] = keys.key(start + i);
      const absl::Status status =
          reader_->FindBatch(std::span(paths).first(count), std::span(values).first(count));
      PATHKB_CHECK(status.ok());
      for (size_t i = 0; i < count; ++i) {
        if (values[i].has_value()) sum += *values[i] + 1;
      }
    }
    return sum;
  }

  uint64_t Scan() const override {
    uint64_t sum = 0;
    const absl::Status status = ScanAct(*reader_, [&](std::string_view path, uint64_t value) {
      sum += value + 1 + path.size() + static_cast<uint8_t>(path.back());
      return true;
    });
    PATHKB_CHECK(status.ok());
    return sum;
  }

  uint64_t ScanByCursor() const override {
    uint64_t sum = 0;
    ActZipper zipper(*reader_);
    while (zipper.NextValue()) {
      const std::string_view path = zipper.path();
      sum += *zipper.value() + 1 + path.size() + static_cast<uint8_t>(path.back());
    }
    PATHKB_CHECK(zipper.status().ok());
    return sum;
  }

 private:
  const std::unique_ptr<const SumsReader> sums_;
  const std::unique_ptr<const BlockGuard> guard_;
  const std::unique_ptr<const ActReader> reader_;
};

class TreeContender final : public FileContender {
 public:
  TreeContender(std::string_view name, const ActWriterOptions& options)
      : name_(name), options_(options) {}

  std::string_view name() const override { return name_; }

  void Prepare(const KeyList& sorted) override {
    TrieBuilder builder;
    for (size_t i = 0; i < sorted.size(); ++i) {
      PATHKB_CHECK(builder.Append(sorted.key(i), sorted.value(i)).ok());
    }
    source_ = builder.Finish();
  }

  absl::Status Write(const std::string& folder) override {
    PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> file,
                            RealFileSystem().Create(TreeFile(folder)));
    ReadZipper zipper(source_);
    PATHKB_ASSIGN_OR_RETURN(const ActTotals totals, WriteAct(zipper, *file, nullptr, options_));
    if (options_.block_sums_of.has_value()) {
      PATHKB_RETURN_IF_ERROR(WriteTreeSums(SumsFile(folder), totals));
    }
    return file->Close();
  }

  absl::StatusOr<std::unique_ptr<OpenedFile>> Open(const std::string& folder) override {
    return OpenTree(TreeFile(folder), options_.block_sums_of ? SumsFile(folder) : "");
  }

 private:
  const std::string_view name_;
  const ActWriterOptions options_;
  PathTrie source_;
};

}  // namespace

std::string TreeFile(const std::string& folder) { return folder + "/bench.tree"; }
std::string SumsFile(const std::string& folder) { return folder + "/bench.sums"; }
DatabaseId BenchDatabase() { return DatabaseId(); }

ActWriterOptions UnsharedOptions() {
  ActWriterOptions options;
  options.share_siblings = false;
  return options;
}

std::unique_ptr<FileContender> MakeTreeContender() {
  return std::make_unique<TreeContender>("tree", ActWriterOptions());
}

std::unique_ptr<FileContender> MakeUnsharedTreeContender() {
  return std::make_unique<TreeContender>("tree_unshared", UnsharedOptions());
}

std::unique_ptr<FileContender> MakePathMapTreeContender() {
  ActWriterOptions options;
  options.canonical = true;
  return std::make_unique<TreeContender>("tree_pathmap", options);
}

std::unique_ptr<FileContender> MakeCheckedTreeContender() {
  ActWriterOptions options;
  options.block_sums_of = BenchDatabase();
  return std::make_unique<TreeContender>("tree_checked", options);
}

absl::StatusOr<std::unique_ptr<OpenedFile>> OpenTree(const std::string& path,
                                                     const std::string& sums_path) {
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<const MappedFile> file, RealFileSystem().Map(path));
  std::unique_ptr<const SumsReader> sums;
  std::unique_ptr<const BlockGuard> guard;
  if (!sums_path.empty()) {
    PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<const MappedFile> sums_file,
                            RealFileSystem().Map(sums_path, {.always_map = true}));
    PATHKB_ASSIGN_OR_RETURN(sums, SumsReader::Open(std::move(sums_file)));
    guard = std::make_unique<const BlockGuard>(file->bytes(), sums->sums(), sums->database_id());
  }
  PATHKB_ASSIGN_OR_RETURN(std::unique_ptr<const ActReader> reader,
                          ActReader::Open(std::move(file), guard.get()));
  return std::make_unique<OpenedTree>(std::move(reader), std::move(sums), std::move(guard));
}

absl::Status WriteTreeSums(const std::string& sums_path, const ActTotals& totals) {
  PATHKB_ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> file,
                          RealFileSystem().Create(sums_path));
  const SumsSubject subject = {BenchDatabase(), 1, totals.file_bytes, totals.digest};
  PATHKB_RETURN_IF_ERROR(WriteSums(*file, subject, totals.block_sums).status());
  return file->Close();
}

}  // namespace pathkb::bench
