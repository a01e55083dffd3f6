// Goal: columns line up, empty ones are left out, nothing in a cell breaks the table. Method: fixed
// rows.

#include "client/cli/output/table.h"

#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

TEST(TableTest, ColumnsLineUp) {
  std::string text;
  TextOutput out(&text);
  Table table(out, {"fact", "name", "source"});
  table.AddRow({"(a)", "", "x"});
  table.AddRow({"(b \xC3\xA4)", "", ""});
  table.AddRow({"(c\n\x1b)", "", "y"});
  EXPECT_TRUE(table.Finish());
  EXPECT_EQ(text,
            "fact       source\n"
            "(a)        x\n"
            "(b \xC3\xA4)\n"
            "(c\\n\\x1b)  y\n");
}

TEST(TableTest, AColumnMayJoinLater) {
  std::string text;
  TextOutput out(&text);
  Table table(out, {"fact", "name"}, 1);
  table.AddRow({"(a)", ""});
  table.AddRow({"(b)", "n"});
  table.AddRow({"(c)", ""});
  EXPECT_TRUE(table.Finish());
  EXPECT_EQ(text,
            "fact\n"
            "(a)\n"
            "fact  name\n"
            "(b)   n\n"
            "(c)\n");
}

TEST(TableTest, NoRowsNoHeader) {
  std::string text;
  TextOutput out(&text);
  EXPECT_TRUE(Table(out, {"fact"}).Finish());
  EXPECT_EQ(text, "");
}

TEST(TableTest, Pairs) {
  std::string text;
  TextOutput out(&text);
  EXPECT_TRUE(PrintPairs(out, {{"a", "1"}, {"long name", "2"}}));
  EXPECT_EQ(text,
            "a          1\n"
            "long name  2\n");
}

}  // namespace
}  // namespace pathkb::cli
