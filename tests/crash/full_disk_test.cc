// A full disk costs nobody anything but time: 100 times a disk of 8 MB (tmpfs) and one of 64 MB
// (ext4 in a file) is filled to the last byte. Writes are then refused, reads are right all the
// while, and when there is room again writing goes on in the same process. Nothing acknowledged is
// lost, also after a restart, and all files are sound at the end.
//
// The mounts are in a mount namespace of this test's own. Where the system does not allow that, the
// test says so and is skipped.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>

#include "gtest/gtest.h"

#include "core/facts/entry.h"
#include "storage/file/posix_file_system.h"
#include "storage/tool/directory_verifier.h"
#include "tests/crash/engine.h"
#include "tests/crash/model.h"
#include "tests/crash/test_seed.h"
#include "tests/support/hand_clock.h"

namespace pathkb {
namespace {

constexpr int kCycles = 100;
constexpr int kCommitsOfACycle = 4;
// On a full disk a commit must be refused after so many at the latest: what is left in the last
// block of a file still takes a few.
constexpr int kCommitsUntilRefused = 400;
// When there is room again, a commit must be taken after so many looks at the disk.
constexpr int kTriesUntilTaken = 5;
constexpr int kSnapshotEvery = 4;

// Takes up all room below `directory` until it is released.
class Ballast {
 public:
  explicit Ballast(const std::string& directory) : path_(directory + "/ballast") {
    const int fd = ::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const std::string zeros(1 << 16, '\0');
    for (size_t bytes = zeros.size(); bytes > 0;) {
      if (::write(fd, zeros.data(), bytes) <= 0) bytes /= 2;
    }
    ::fsync(fd);
    ::close(fd);
  }
  ~Ballast() { std::filesystem::remove(path_); }

 private:
  const std::string path_;
};

Batch SomeFacts(std::mt19937_64& random) {
  Batch batch;
  batch.space = "s";
  for (int i = 0; i < 8; ++i) {
    Change& change = batch.changes.emplace_back();
    change.encoded_term = "\xC6" + std::to_string(100000 + random() % 100);
    if (random() % 4 == 0) {
      change.kind = Change::Kind::kDeleteTerm;
      continue;
    }
    Entry entry;
    entry.source = std::string(2000, static_cast<char>('a' + random() % 26));
    change.entry = EncodeEntry(entry);
  }
  return batch;
}

// Fills the disk at `directory` and makes room again, kCycles times.
class FullDisk {
 public:
  explicit FullDisk(const std::string& directory)
      : directory_(directory), data_dir_(directory + "/data"), random_(TestSeed()) {}

  void Run() {
    ASSERT_NO_FATAL_FAILURE(Start());
    for (int cycle = 0; cycle < kCycles; ++cycle) {
      SCOPED_TRACE("cycle " + std::to_string(cycle));
      for (int i = 0; i < kCommitsOfACycle; ++i) {
        const absl::Status taken = Commit();
        ASSERT_TRUE(taken.ok()) << taken;
      }
      ASSERT_NO_FATAL_FAILURE(FillAndRelease(cycle % kSnapshotEvery == 1));
      // With room, a snapshot works and gives back what the log took.
      if (cycle % kSnapshotEvery == 3) {
        const auto snapshot = engine_->Snapshot();
        ASSERT_TRUE(snapshot.ok()) << snapshot.status();
      }
      ASSERT_EQ(Differences(engine_->View(), model_), "");
    }
    engine_.reset();
    ASSERT_NO_FATAL_FAILURE(Start());
    ASSERT_EQ(Differences(engine_->View(), model_), "");
    engine_.reset();
    Verifier verifier(files_, {.on_problem = [](const FileProblem& problem) {
                        ADD_FAILURE() << problem.Line();
                      }});
    ASSERT_EQ(VerifyDirectory(verifier, data_dir_), absl::OkStatus());
    std::printf("%d cycles, %d commits taken, %d refused, %d snapshots refused, revision %llu\n",
                kCycles, taken_, refused_, snapshots_refused_,
                static_cast<unsigned long long>(model_.revision()));
    EXPECT_GE(refused_, kCycles);
  }

 private:
  void Start() {
    EngineOptions options;
    options.segment_bytes_max = uint64_t{256} << 10;
    options.reserve_bytes = uint64_t{256} << 10;
    auto engine = Engine::Open(files_, data_dir_, clock_, options);
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }

  absl::Status Commit() {
    clock_.Advance(absl::Seconds(2));
    const Batch batch = SomeFacts(random_);
    const absl::StatusOr<pathkb::Commit> commit = engine_->Commit(batch);
    if (!commit.ok()) {
      ++refused_;
      return commit.status();
    }
    ++taken_;
    model_.Apply(batch);
    return absl::OkStatus();
  }

  void FillAndRelease(bool with_snapshot) {
    {
      const Ballast ballast(directory_);
      absl::Status refused;
      for (int i = 0; i < kCommitsUntilRefused && refused.ok(); ++i) refused = Commit();
      ASSERT_TRUE(absl::IsResourceExhausted(refused)) << refused;
      ASSERT_EQ(Differences(engine_->View(), model_), "");
      if (with_snapshot && !engine_->Snapshot().ok()) ++snapshots_refused_;
      ASSERT_EQ(Differences(engine_->View(), model_), "") << "after a snapshot without room";
    }
    absl::Status taken;
    for (int i = 0; i < kTriesUntilTaken; ++i) {
      taken = Commit();
      if (taken.ok()) break;
    }
    ASSERT_TRUE(taken.ok()) << "with room again: " << taken;
  }

  FileSystem& files_ = RealFileSystem();
  const std::string directory_;
  const std::string data_dir_;
  std::mt19937_64 random_;
  HandClock clock_;
  Model model_;
  std::unique_ptr<Engine> engine_;
  int taken_ = 0;
  int refused_ = 0;
  int snapshots_refused_ = 0;
};

class FullDiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      GTEST_SKIP() << "no mount namespace to be had here: " << std::strerror(errno);
    }
    mount_ = ::testing::TempDir() + "/full_disk" + std::to_string(::getpid());
    std::filesystem::create_directory(mount_);
  }
  void TearDown() override {
    if (mounted_) ::umount2(mount_.c_str(), MNT_DETACH);
    std::error_code ignored;
    std::filesystem::remove(mount_ + ".ext4", ignored);
    std::filesystem::remove(mount_, ignored);
  }

  std::string mount_;
  bool mounted_ = false;
};

TEST_F(FullDiskTest, Tmpfs) {
  mounted_ = ::mount("tmpfs", mount_.c_str(), "tmpfs", 0, "size=8m") == 0;
  if (!mounted_) GTEST_SKIP() << "tmpfs cannot be mounted here: " << std::strerror(errno);
  FullDisk(mount_).Run();
}

TEST_F(FullDiskTest, Ext4) {
  const std::string image = mount_ + ".ext4";
  const std::string make = "PATH=$PATH:/usr/sbin:/sbin; truncate -s 64M " + image +
                           " && mkfs.ext4 -q -F " + image + " && mount -o loop " + image + " " +
                           mount_;
  mounted_ = std::system(make.c_str()) == 0;
  if (!mounted_) GTEST_SKIP() << "no ext4 file system can be made and mounted in a file here";
  FullDisk(mount_).Run();
}

}  // namespace
}  // namespace pathkb
