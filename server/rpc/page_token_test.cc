// Goal: a token gives its place back for its own request only, no change to it goes unnoticed, and
// its revision is found as long as it is kept. Method: every byte of a token changed; a clock with
// hands.

#include "server/rpc/page_token.h"

#include "gtest/gtest.h"

#include "storage/file/posix_file_system.h"
#include "tests/support/hand_clock.h"

namespace pathkb {
namespace {

TEST(PageTokenTest, OnlyItsOwnRequest) {
  const std::string key("a\0b\xff", 4);
  const std::string token = MakePageToken("space s", {300, key});
  EXPECT_EQ(ParsePageToken("space s", token)->revision, 300);
  EXPECT_EQ(ParsePageToken("space s", token)->position, key);
  EXPECT_EQ(ParsePageToken("space t", token).status().code(), absl::StatusCode::kInvalidArgument);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto place = ParsePageToken("space s", changed);
    EXPECT_FALSE(place.ok() && (place->revision != 300 || place->position != key));
    EXPECT_FALSE(ParsePageToken("space s", token.substr(0, i)).ok());
  }
}

TEST(PageTokenTest, TheViewOfAPage) {
  ReadView now;
  now.revision = 5;
  KnowledgeBase knowledge_base(now);
  Generations generations(RealFileSystem(), ::testing::TempDir(), knowledge_base,
                          [] { return Manifest(); });
  HandClock clock;
  HeldViews held_views(clock);
  EXPECT_EQ(ViewOfPage(generations, held_views, 5)->revision, 5);
  ReadView old;
  old.revision = 4;
  held_views.Hold(old);
  EXPECT_EQ(ViewOfPage(generations, held_views, 4)->revision, 4);
  clock.Advance(HeldViews::kKeptFor);
  const auto gone = ViewOfPage(generations, held_views, 4);
  EXPECT_EQ(gone.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(gone.status().message(),
            "page_token: revision 4 is not kept any more: ask again from the first page");
}

}  // namespace
}  // namespace pathkb
