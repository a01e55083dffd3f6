// That the benchmark of files measures what it says: every operation runs on few keys, all
// contenders of ours come to the same results, which RunFileOperations() checks, and one that
// cheats is found out. The same for the figures of trees alone: sharing is seen where there is
// something to share and nowhere else.

#include "tests/bench/files/file_operations.h"

#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "gtest/gtest.h"

#include "core/base/string_views.h"
#include "storage/act/act_reader.h"
#include "storage/file/posix_file_system.h"
#include "tests/bench/files/folders.h"
#include "tests/bench/files/generated_keys.h"
#include "tests/bench/files/tree_contender.h"
#include "tests/bench/files/tree_figures.h"

namespace pathkb::bench {
namespace {

using Figures = std::map<std::string, double>;

// Figures by "set operation contender".
auto Into(Figures* figures) {
  return [figures](const FileFigure& figure) {
    (*figures)[figure.set + " " + figure.operation + " " + figure.contender] = figure.value;
  };
}

std::string Folder(const std::string& name) { return ::testing::TempDir() + "/" + name; }

// Says that it has found one more than nothing.
class Cheater final : public FileContender {
 public:
  class Opened final : public OpenedFile {
   public:
    uint64_t Get(const KeyList& /*keys*/) const override { return 1; }
    uint64_t Scan() const override { return 1; }
  };

  std::string_view name() const override { return "cheater"; }
  void Prepare(const KeyList& /*sorted*/) override {}
  absl::Status Write(const std::string& /*folder*/) override { return absl::OkStatus(); }
  absl::StatusOr<std::unique_ptr<OpenedFile>> Open(const std::string& /*folder*/) override {
    return std::make_unique<Opened>();
  }
};

TEST(FileOperationsTest, ContendersAgree) {
  for (const KeySet set : {KeySet::kFacts, KeySet::kDense, KeySet::kSexpr}) {
    std::vector<std::unique_ptr<FileContender>> contenders;
    contenders.push_back(MakeTreeContender());
    contenders.push_back(MakeCheckedTreeContender());
    contenders.push_back(MakeUnsharedTreeContender());
    contenders.push_back(MakePathMapTreeContender());
    Figures figures;
    const absl::Status status = RunFileOperations({.set = set,
                                                   .keys = 2000,
                                                   .repeat = 2,
                                                   .operations = {},
                                                   .folder = Folder("file_operations_all")},
                                                  contenders, Into(&figures));
    ASSERT_TRUE(status.ok()) << ToStd(status.message());
    const std::string prefix = std::string(KeySetName(set)) + " ";
    for (const char* operation :
         {"write", "size", "open", "get", "get_batch", "scan", "scan_cursor"}) {
      EXPECT_GT(figures[prefix + operation + " tree"], 0) << operation;
      EXPECT_GT(figures[prefix + operation + " tree_unshared"], 0) << operation;
    }
  }
}

TEST(FileOperationsTest, OnlyWhatIsAskedForRunsAndNothingStays) {
  std::vector<std::unique_ptr<FileContender>> contenders;
  contenders.push_back(MakeTreeContender());
  Figures figures;
  const std::string folder = Folder("file_operations_some");
  ASSERT_TRUE(MakeEmptyFolder(folder).ok());
  const absl::Status status = RunFileOperations({.set = KeySet::kDense,
                                                 .keys = 1000,
                                                 .repeat = 1,
                                                 .operations = {"scan", "size"},
                                                 .folder = folder},
                                                contenders, Into(&figures));
  ASSERT_TRUE(status.ok()) << ToStd(status.message());
  EXPECT_EQ(figures.size(), 2u);
  EXPECT_TRUE(figures.contains("dense scan tree"));
  EXPECT_TRUE(figures.contains("dense size tree"));
  EXPECT_EQ(FolderBytes(folder), 0u);
  RemoveFolder(folder);
}

TEST(FileOperationsTest, AnotherResultIsAnError) {
  std::vector<std::unique_ptr<FileContender>> contenders;
  contenders.push_back(std::make_unique<Cheater>());
  contenders.push_back(MakeTreeContender());
  Figures figures;
  const absl::Status status = RunFileOperations({.set = KeySet::kFacts,
                                                 .keys = 1000,
                                                 .repeat = 1,
                                                 .operations = {"get"},
                                                 .folder = Folder("file_operations_cheat")},
                                                contenders, Into(&figures));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(ToStd(status.message()).starts_with("get: cheater comes to 1, tree to "))
      << ToStd(status.message());
}

TEST(TreeFiguresTest, ASparseFileIsAValidTree) {
  const std::string folder = Folder("tree_figures_sparse");
  const std::string path = folder + "/x.tree";
  ASSERT_TRUE(MakeEmptyFolder(folder).ok());
  EXPECT_EQ(WriteSparseTree(path, 1000).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(WriteSparseTree(path, 5'000'000).ok());
  EXPECT_EQ(FolderBytes(folder), 5'000'000u);
  auto file = RealFileSystem().Map(path);
  ASSERT_TRUE(file.ok());
  const auto reader = ActReader::Open(*std::move(file));
  ASSERT_TRUE(reader.ok()) << ToStd(reader.status().message());
  const auto contents = (*reader)->Verify();
  ASSERT_TRUE(contents.ok()) << ToStd(contents.status().message());
  EXPECT_EQ(contents->paths, kSparseKeys);
  for (GeneratedKeys keys(kSparseKeys); keys.Next();) {
    EXPECT_EQ(*(*reader)->Find(keys.key()), keys.value());
  }
  RemoveFolder(folder);
}

TEST(TreeFiguresTest, GeneratedKeysAscend) {
  std::string last;
  uint64_t count = 0;
  for (GeneratedKeys keys(100'000); keys.Next(); ++count) {
    ASSERT_LT(last, keys.key());
    last = keys.key();
  }
  EXPECT_EQ(count, 100'000u);
}

TEST(TreeFiguresTest, VersionsShareAndRandomKeysDoNot) {
  Figures figures;
  ASSERT_TRUE(MeasureSharing(Folder("tree_figures_sharing"), 5000, Into(&figures)).ok());
  for (const std::string set : {"versions_scattered", "versions_nearby", "versions_replaced"}) {
    EXPECT_LT(figures[set + " size tree"], 0.5 * figures[set + " size tree_unshared"]) << set;
  }
  EXPECT_GT(figures["random size tree"], 0.99 * figures["random size tree_unshared"]);
}

TEST(TreeFiguresTest, OpenAndLargeHaveTheirFigures) {
  Figures figures;
  const absl::Status opened = MeasureOpen(Folder("tree_figures_open"), 1, Into(&figures));
  ASSERT_TRUE(opened.ok()) << ToStd(opened.message());
  EXPECT_EQ(figures.size(), 5u);
  EXPECT_GT(figures["open open_10GB tree"], 0);
  const absl::Status large = MeasureLarge(Folder("tree_figures_large"), 200'000, Into(&figures));
  ASSERT_TRUE(large.ok()) << ToStd(large.message());
  EXPECT_GT(figures["large write tree"], 0);
  EXPECT_GT(figures["large peak_memory tree"], 1);
}

}  // namespace
}  // namespace pathkb::bench
