// Goal: a snapshot's file that is cut short under a running server costs only what it held. Calls
// that need it get DATA_LOSS, never a wrong answer, and the server goes on; nothing is made of what
// cannot be read; a restart falls back to the snapshot before, or says what is missing. Method: a
// real server, and truncate().

#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

#include "storage/file/mapped_file.h"
#include "tests/support/running_server.h"

namespace pathkb {
namespace {

constexpr int kFacts = 100'000;
constexpr uint64_t kPageBytes = 4096;

class TruncatedSnapshotTest : public WithRunningServer {
 protected:
  static std::vector<v1::Fact> Facts(const std::string& relation, int first, int end) {
    std::vector<v1::Fact> facts;
    for (int i = first; i < end; ++i) {
      v1::Fact& fact = facts.emplace_back();
      fact.set_term("(" + relation + " " + std::to_string(i) + " of-some-more-bytes-" +
                    std::to_string(i * 7919LL % 100'003) + ")");
    }
    return facts;
  }

  void Insert(const std::string& relation, int end) {
    for (int i = 0; i < end; i += 50'000) {
      ASSERT_TRUE(client_->Insert("default", Facts(relation, i, std::min(end, i + 50'000))).ok());
    }
  }

  // That the server does not start, and names `file`.
  void ExpectRestartSays(absl::StatusCode code, const std::string& file) {
    const absl::Status status = Restart();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_NE(status.message().find(file), absl::string_view::npos) << status;
  }

  // Keeps a copy of `file`, then cuts it to `bytes` bytes; and puts the copy in its place.
  void Cut(const std::string& file, uint64_t bytes) {
    std::filesystem::copy_file(file, dir_ + ".copy",
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_EQ(::truncate(file.c_str(), static_cast<off_t>(bytes)), 0);
  }
  void PutBack(const std::string& file) {
    Stop();
    std::filesystem::rename(dir_ + ".copy", file);
  }

  // Makes a snapshot and returns the path of its .tree, which is above kMapBytesMin.
  std::string TreeOfNewSnapshot() {
    const auto made = client_->CreateSnapshot();
    EXPECT_TRUE(made.ok() && made->created()) << made.status();
    std::string newest;
    for (const auto& file : std::filesystem::directory_iterator(dir_ + "/snapshots")) {
      const std::string path = file.path().string();
      if (path.ends_with(".tree") && path > newest) newest = path;
    }
    EXPECT_GT(std::filesystem::file_size(newest), kMapBytesMin);
    return newest;
  }

  absl::StatusOr<uint64_t> Count(const std::string& pattern) {
    const auto count = client_->Count("default", pattern);
    if (!count.ok()) return count.status();
    return count->count();
  }

  // That each call that reads the base is refused, and that the server is there nevertheless.
  void ExpectBaseIsLost() {
    EXPECT_EQ(Count("").status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Count("(base 5 $x)").status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(client_->GetByTerm("default", Facts("base", 5, 6)[0].term()).status().code(),
              absl::StatusCode::kDataLoss);
    EXPECT_EQ(client_->GetByTerm("default", "(never was)").status().code(),
              absl::StatusCode::kDataLoss);
    EXPECT_EQ(client_->Query("default", "(base $x $y)", 0, [](const v1::Match&) { return true; })
                  .status()
                  .code(),
              absl::StatusCode::kDataLoss);
    // Whether a fact is new or there already is for the base to say.
    EXPECT_EQ(client_->Insert("default", Facts("newer", 0, 1)).status().code(),
              absl::StatusCode::kDataLoss);
    EXPECT_EQ(client_->Delete("default", {"(never was)"}, {}).status().code(),
              absl::StatusCode::kDataLoss);
    const auto status = client_->GetStatus();
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_GE(status->base_facts(), uint64_t{kFacts});
    EXPECT_TRUE(client_->ListSnapshots().ok());
  }
};

TEST_F(TruncatedSnapshotTest, CallsAreRefusedAndTheServerGoesOn) {
  Insert("base", kFacts);
  const std::string tree = TreeOfNewSnapshot();
  Insert("new", 10);
  EXPECT_EQ(Count("").value_or(0), uint64_t{kFacts + 10});
  Cut(tree, std::filesystem::file_size(tree) / 2);
  ExpectBaseIsLost();
  ExpectBaseIsLost();
  // What the working set knows is answered without the base.
  EXPECT_TRUE(client_->GetByTerm("default", Facts("new", 5, 6)[0].term()).ok());
  // There is no snapshot before it, but the log is whole, and gives all of it back.
  ASSERT_EQ(Restart(), absl::OkStatus());
  EXPECT_EQ(Count("").value_or(0), uint64_t{kFacts + 10});
  EXPECT_EQ(client_->GetStatus()->base_facts(), 0u);
  EXPECT_FALSE(std::filesystem::exists(tree)) << "in quarantine";
  EXPECT_TRUE(client_->Insert("default", Facts("newer", 0, 1)).ok());
}

// No read fails where the last page of what is left is: it reads as zeros behind the cut. The
// tree's root is there, so all of it seems to hold no fact.
TEST_F(TruncatedSnapshotTest, NoSnapshotIsMadeOfZeros) {
  Insert("base", kFacts);
  const std::string tree = TreeOfNewSnapshot();
  Insert("new", 10);
  // Every block is touched, and found good.
  EXPECT_EQ(Count("").value_or(0), uint64_t{kFacts + 10});
  const uint64_t bytes = std::filesystem::file_size(tree);
  const uint64_t left = bytes - bytes % kPageBytes + 1;
  ASSERT_GT(bytes, left + 200) << "the root is before the last page";
  Cut(tree, left);
  EXPECT_EQ(client_->CreateSnapshot().status().code(), absl::StatusCode::kDataLoss);
  ExpectBaseIsLost();
  EXPECT_EQ(client_->CreateSnapshot().status().code(), absl::StatusCode::kDataLoss);
  PutBack(tree);
  ASSERT_EQ(Restart(), absl::OkStatus());
  EXPECT_EQ(Count("").value_or(0), uint64_t{kFacts + 10});
}

TEST_F(TruncatedSnapshotTest, ARestartFallsBackToTheSnapshotBefore) {
  Insert("base", kFacts);
  TreeOfNewSnapshot();
  Insert("middle", 1000);
  const std::string newer = TreeOfNewSnapshot();
  Insert("new", 10);
  Cut(newer, 0);
  ExpectBaseIsLost();
  ASSERT_EQ(Restart(), absl::OkStatus());
  EXPECT_EQ(Count("").value_or(0), uint64_t{kFacts + 1010});
  EXPECT_EQ(client_->GetStatus()->base_facts(), uint64_t{kFacts});
}

// Once there have been some, old snapshots are removed, and the log that is before those left.
TEST_F(TruncatedSnapshotTest, ARestartWithNothingToFallBackOnSaysSo) {
  Insert("base", kFacts);
  std::vector<std::string> trees;
  for (int i = 0; i < 5; ++i) {
    trees.push_back(TreeOfNewSnapshot());
    Insert("more" + std::to_string(i), 10);
  }
  int cut = 0;
  for (const std::string& tree : trees) {
    if (!std::filesystem::exists(tree)) continue;
    Cut(tree, 1000);
    ++cut;
  }
  EXPECT_LT(cut, 5);
  ExpectBaseIsLost();
  ExpectRestartSays(absl::StatusCode::kDataLoss, trees.back());
}

}  // namespace
}  // namespace pathkb
