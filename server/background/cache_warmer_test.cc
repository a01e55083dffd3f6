// Every byte of the files is asked for once, in order and in ranges; a stop and a newer base are
// heeded between two ranges; a page that cannot be read ends its file only. Method: files that
// write down what they are asked for, and stand still where the test says.

#include "server/background/cache_warmer.h"

#include <functional>
#include <future>
#include <string>
#include <utility>

#include "gtest/gtest.h"

#include "server/background/log_capture.h"

namespace pathkb {
namespace {

constexpr uint64_t kRange = CacheWarmer::kRangeBytes;

// A file whose size is only claimed. Calls `on_prewarm`, if there is one, for each range.
class FakeFile : public MappedFile {
 public:
  using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;

  FakeFile(std::string path, uint64_t size) : path_(std::move(path)), size_(size) {}

  // The warmer looks at the size alone.
  std::string_view bytes() const override { return {"", size_}; }
  const std::string& path() const override { return path_; }
  absl::Status Prewarm(uint64_t offset, uint64_t length) const override {
    if (++calls_ <= kRangesKept) ranges_.emplace_back(offset, length);
    return on_prewarm ? on_prewarm(calls_) : absl::OkStatus();
  }

  // Offset and length of the first calls; once the warmer has stopped.
  const Ranges& ranges() const { return ranges_; }

  // Gets the number of the call, from 1 on. Set before the warmer has the file.
  std::function<absl::Status(size_t)> on_prewarm;

 private:
  static constexpr size_t kRangesKept = 100;

  const std::string path_;
  const uint64_t size_;
  mutable size_t calls_ = 0;  // These two are of the warmer's thread until that has ended.
  mutable Ranges ranges_;
};

TEST(CacheWarmerTest, EveryByteOnceInOrder) {
  const LogCapture log;
  RealClock clock;
  CacheWarmer warmer(clock);
  const auto tree = std::make_shared<FakeFile>("a.tree", 2 * kRange + 5);
  const auto empty = std::make_shared<FakeFile>("empty", 0);
  const auto terms = std::make_shared<FakeFile>("a.terms", kRange);
  // Read last: tells when the others have been.
  const auto last = std::make_shared<FakeFile>("last", 7);
  std::promise<void> done;
  last->on_prewarm = [&](size_t) {
    done.set_value();
    return absl::OkStatus();
  };
  warmer.Warm({tree, empty, terms, last});
  done.get_future().wait();
  warmer.Stop();
  EXPECT_EQ(tree->ranges(), (FakeFile::Ranges{{0, kRange}, {kRange, kRange}, {2 * kRange, 5}}));
  EXPECT_EQ(empty->ranges(), FakeFile::Ranges());
  EXPECT_EQ(terms->ranges(), (FakeFile::Ranges{{0, kRange}}));
  EXPECT_EQ(last->ranges(), (FakeFile::Ranges{{0, 7}}));
  EXPECT_NE(log.Text().find("info: prewarm: 25165836 bytes in "), std::string::npos) << log.Text();
}

TEST(CacheWarmerTest, AStopIsHeededBetweenTwoRanges) {
  const LogCapture log;
  RealClock clock;
  CacheWarmer warmer(clock);
  // As good as endless: whoever reads on after the stop does not come back in this test's time.
  const auto endless = std::make_shared<FakeFile>("endless.tree", uint64_t{1} << 62);
  const auto never = std::make_shared<FakeFile>("never.terms", kRange);
  std::promise<void> begun;
  endless->on_prewarm = [&](size_t call) {
    if (call == 2) begun.set_value();
    return absl::OkStatus();
  };
  warmer.Warm({endless, never});
  begun.get_future().wait();
  warmer.Stop();
  EXPECT_EQ(never->ranges().size(), 0u);
  EXPECT_NE(log.Text().find("info: prewarm: left endless.tree after "), std::string::npos)
      << log.Text();
  // Nothing happens any more.
  const auto late = std::make_shared<FakeFile>("late.tree", kRange);
  warmer.Warm({late});
  EXPECT_EQ(late.use_count(), 1);
}

TEST(CacheWarmerTest, ANewerBaseIsReadInstead) {
  const LogCapture log;
  RealClock clock;
  CacheWarmer warmer(clock);
  const auto old = std::make_shared<FakeFile>("old.tree", 1000 * kRange);
  std::promise<void> in_second, go_on, new_is_read;
  old->on_prewarm = [&](size_t call) {
    if (call == 2) {
      in_second.set_value();
      go_on.get_future().wait();
    }
    return absl::OkStatus();
  };
  const auto skipped = std::make_shared<FakeFile>("skipped.tree", kRange);
  const auto newest = std::make_shared<FakeFile>("newest.tree", kRange);
  newest->on_prewarm = [&](size_t) {
    new_is_read.set_value();
    return absl::OkStatus();
  };
  warmer.Warm({old});
  in_second.get_future().wait();
  warmer.Warm({skipped});
  warmer.Warm({newest});
  EXPECT_EQ(skipped.use_count(), 1);
  go_on.set_value();
  new_is_read.get_future().wait();
  EXPECT_EQ(old.use_count(), 1);
  warmer.Stop();
  EXPECT_EQ(old->ranges().size(), 2u);
  EXPECT_EQ(skipped->ranges().size(), 0u);
  EXPECT_EQ(newest.use_count(), 1);
  EXPECT_NE(log.Text().find("left old.tree after 16777216 bytes"), std::string::npos) << log.Text();
}

TEST(CacheWarmerTest, APageThatCannotBeReadEndsItsFileOnly) {
  const LogCapture log;
  RealClock clock;
  CacheWarmer warmer(clock);
  const auto bad = std::make_shared<FakeFile>("bad.tree", 10 * kRange);
  bad->on_prewarm = [](size_t call) {
    return call < 3 ? absl::OkStatus() : absl::DataLossError("bad.tree: a page");
  };
  const auto good = std::make_shared<FakeFile>("good.terms", kRange);
  std::promise<void> done;
  good->on_prewarm = [&](size_t) {
    done.set_value();
    return absl::OkStatus();
  };
  warmer.Warm({bad, good});
  done.get_future().wait();
  warmer.Stop();
  EXPECT_EQ(bad->ranges().size(), 3u);
  EXPECT_NE(log.Text().find("warning: prewarm: bad.tree: a page\n"), std::string::npos)
      << log.Text();
  EXPECT_NE(log.Text().find("info: prewarm: 25165824 bytes in "), std::string::npos) << log.Text();
}

}  // namespace
}  // namespace pathkb
