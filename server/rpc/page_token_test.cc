// A token gives its key back for its own list only, and no change to it goes unnoticed.

#include "server/rpc/page_token.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(PageTokenTest, OnlyItsOwnList) {
  const std::string key("a\0b\xff", 4);
  const std::string token = MakePageToken("space s", key);
  EXPECT_EQ(*ParsePageToken("space s", token), key);
  EXPECT_EQ(ParsePageToken("space t", token).status().code(), absl::StatusCode::kInvalidArgument);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ParsePageToken("space s", changed).ok() &&
                 *ParsePageToken("space s", changed) != key);
    EXPECT_FALSE(ParsePageToken("space s", token.substr(0, i)).ok());
  }
}

}  // namespace
}  // namespace pathkb
