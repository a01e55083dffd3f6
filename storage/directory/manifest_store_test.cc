// Publishes one manifest over another while each call fails in turn, and while the power goes at
// each call: CURRENT must lead to the old manifest or the new one, and to the new one after an OK.
// Then damages what CURRENT leads to.

#include "storage/directory/manifest_store.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "storage/directory/data_directory.h"
#include "storage/directory/file_names.h"
#include "tests/support/crash_file_system.h"

namespace pathkb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Manifest MakeManifest(uint64_t number) {
  Manifest manifest;
  manifest.number = number;
  manifest.database_id.bytes[0] = 7;
  manifest.wal_segments = {1};
  return manifest;
}

// A data directory "d" in which manifest 1 counts.
std::unique_ptr<CrashFileSystem> MakeDirectory() {
  auto files = std::make_unique<CrashFileSystem>();
  EXPECT_TRUE(DataDirectory::CreateOrOpen(*files, "d").ok());
  return files;
}

uint64_t CurrentNumber(FileSystem& files) {
  const auto current = ReadCurrent(files, "d");
  EXPECT_TRUE(current.ok()) << current.status();
  return current.ok() ? current->number : 0;
}

TEST(ManifestStoreTest, PublishesAndReads) {
  const auto files = MakeDirectory();
  ASSERT_EQ(PublishManifest(*files, "d", MakeManifest(2)), absl::OkStatus());
  EXPECT_EQ(ReadCurrent(*files, "d").value(), MakeManifest(2));
  ASSERT_EQ(PublishManifest(*files, "d", MakeManifest(10)), absl::OkStatus());
  EXPECT_EQ(CurrentNumber(*files), 10u);
  EXPECT_EQ(ReadManifest(*files, "d", 2).value(), MakeManifest(2));
  EXPECT_EQ(ReadManifest(*files, "d", 3).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(ListManifests(*files, "d").value(), ElementsAre(1, 2, 10));
  EXPECT_TRUE(files->List("d/tmp")->empty());
}

TEST(ManifestStoreTest, NumbersOnlyGrow) {
  const auto files = MakeDirectory();
  ASSERT_EQ(PublishManifest(*files, "d", MakeManifest(5)), absl::OkStatus());
  for (uint64_t number : {1, 4, 5}) {
    EXPECT_EQ(PublishManifest(*files, "d", MakeManifest(number)).code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_EQ(PublishManifest(*files, "d", MakeManifest(0)).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CurrentNumber(*files), 5u);
  // With CURRENT gone wrong, nothing that may have counted is replaced.
  files->PutFile("d/CURRENT", "?");
  EXPECT_EQ(PublishManifest(*files, "d", MakeManifest(5)).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(PublishManifest(*files, "d", MakeManifest(6)), absl::OkStatus());
  EXPECT_EQ(CurrentNumber(*files), 6u);
}

TEST(ManifestStoreTest, AnyFailedCallLeavesOldOrNew) {
  for (bool from_then_on : {false, true}) {
    for (uint64_t n = 1;; ++n) {
      auto files = MakeDirectory();
      files->FailCall(files->calls() + n, absl::ResourceExhaustedError("full"), from_then_on);
      const absl::Status status = PublishManifest(*files, "d", MakeManifest(2));
      files->FailCall(0, absl::OkStatus());
      const uint64_t number = CurrentNumber(*files);
      if (status.ok()) {
        EXPECT_EQ(number, 2u);
        break;
      }
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_TRUE(number == 1 || number == 2) << number;
      // The next attempt goes through, with the next number, and also with the same if it did not
      // come to count.
      if (number == 1) {
        EXPECT_EQ(PublishManifest(*files, "d", MakeManifest(2)), absl::OkStatus());
      }
      EXPECT_EQ(PublishManifest(*files, "d", MakeManifest(3)), absl::OkStatus());
      EXPECT_EQ(CurrentNumber(*files), 3u);
    }
  }
}

TEST(ManifestStoreTest, PowerCutAtAnyCallLeavesOldOrNew) {
  for (uint64_t n = 1;; ++n) {
    auto files = MakeDirectory();
    files->FailCall(files->calls() + n, absl::UnavailableError("power cut"),
                    /*from_then_on=*/true);
    uint64_t acknowledged = 1;
    for (uint64_t number : {2, 3, 4}) {
      if (!PublishManifest(*files, "d", MakeManifest(number)).ok()) break;
      acknowledged = number;
    }
    for (CrashKeep keep : kAllCrashKeeps) {
      for (uint64_t seed = 0; seed < (keep == CrashKeep::kSome ? 50u : 1u); ++seed) {
        const uint64_t number = CurrentNumber(*files->AfterPowerCut(keep, seed));
        EXPECT_GE(number, acknowledged);
        EXPECT_LE(number, acknowledged + 1);
      }
    }
    if (acknowledged == 4) break;
  }
}

TEST(ManifestStoreTest, DamagedCurrentIsFound) {
  const auto files = MakeDirectory();
  ASSERT_EQ(PublishManifest(*files, "d", MakeManifest(2)), absl::OkStatus());
  ASSERT_EQ(PublishManifest(*files, "d", MakeManifest(3)), absl::OkStatus());
  const std::string line = files->AllFiles()["d/CURRENT"];
  const auto expect_loss = [&](const std::string& damaged) {
    files->PutFile("d/CURRENT", damaged);
    EXPECT_EQ(ReadCurrent(*files, "d").status().code(), absl::StatusCode::kDataLoss) << damaged;
  };
  for (size_t cut = 0; cut < line.size(); ++cut) expect_loss(line.substr(0, cut));
  for (size_t at = 0; at < line.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = line;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      expect_loss(flipped);
    }
  }
  expect_loss(line + line);
}

TEST(ManifestStoreTest, MissingOrWrongManifestIsFound) {
  const auto files = MakeDirectory();
  ASSERT_EQ(PublishManifest(*files, "d", MakeManifest(2)), absl::OkStatus());
  const std::string text = files->AllFiles()["d/manifests/2"];
  files->PutFile("d/manifests/2", FormatManifest(MakeManifest(3)));
  EXPECT_THAT(std::string(ReadCurrent(*files, "d").status().message()),
              HasSubstr("holds the manifest of number 3"));
  Manifest other = MakeManifest(2);
  other.wal_segments.clear();
  files->PutFile("d/manifests/2", FormatManifest(other));
  EXPECT_EQ(ReadCurrent(*files, "d").status().code(), absl::StatusCode::kDataLoss);
  ASSERT_EQ(files->Remove("d/manifests/2"), absl::OkStatus());
  EXPECT_EQ(ReadCurrent(*files, "d").status(),
            absl::DataLossError("d/CURRENT: names manifests/2, which is missing"));
  ASSERT_EQ(files->Remove("d/CURRENT"), absl::OkStatus());
  EXPECT_EQ(ReadCurrent(*files, "d").status().code(), absl::StatusCode::kNotFound);
}

// A file system whose CURRENT moves on, and the old manifest goes, while a reader is between the
// two.
class MovingFileSystem : public CrashFileSystem {
 public:
  absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t bytes_max) override {
    if (moves > 0 && path == "d/manifests/" + std::to_string(number)) {
      --moves;
      EXPECT_TRUE(Remove(path).ok());
      EXPECT_TRUE(PublishManifest(*this, "d", MakeManifest(++number)).ok());
    }
    return CrashFileSystem::ReadFile(path, bytes_max);
  }
  uint64_t number = 1;
  int moves = 0;
};

TEST(ManifestStoreTest, FollowerReadsWhileTheWriterPublishes) {
  MovingFileSystem files;
  ASSERT_TRUE(DataDirectory::CreateOrOpen(files, "d").ok());
  files.moves = 3;
  EXPECT_EQ(CurrentNumber(files), 4u);
  files.moves = 1000;
  EXPECT_EQ(ReadCurrent(files, "d").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace pathkb
