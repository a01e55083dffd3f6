// Goal: ordinary slips find the word, nonsense finds none. Method: fixed cases.

#include "client/cli/nearest_word.h"

#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

TEST(NearestWordTest, Slips) {
  const std::vector<std::string> commands = {"import", "export", "insert",   "get",    "list",
                                             "delete", "query",  "snapshot", "status", "count"};
  EXPECT_EQ(NearestWord("qeury", commands), "query");
  EXPECT_EQ(NearestWord("querry", commands), "query");
  EXPECT_EQ(NearestWord("inport", commands), "import");
  EXPECT_EQ(NearestWord("exprt", commands), "export");
  EXPECT_EQ(NearestWord("snap", commands), "snapshot");
  EXPECT_EQ(NearestWord("gte", commands), "get");
  EXPECT_EQ(NearestWord("stat", commands), "status");
  EXPECT_EQ(NearestWord("frobnicate", commands), "");
  EXPECT_EQ(NearestWord("x", commands), "");
  EXPECT_EQ(NearestWord("", commands), "");
  EXPECT_EQ(NearestWord(std::string(100'000, 'q'), commands), "");
}

}  // namespace
}  // namespace pathkb::cli
