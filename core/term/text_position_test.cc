// Checks lines, columns and excerpts at the edges of lines, with characters of several bytes, and
// with bytes that a terminal would obey or not show.

#include "core/term/text_position.h"

#include <string>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

std::string Message(std::string_view text, size_t offset) {
  return std::string(TextError(absl::StatusCode::kInvalidArgument, text, offset, "what").message());
}

TEST(TextPositionTest, CountsLinesAndCharacters) {
  const std::string text =
      "ab\nc\xC3\xA9"
      "d\n\nf";
  const auto at = [&](size_t offset) {
    const TextPosition position = LocateInText(text, offset);
    EXPECT_EQ(position.offset, offset);
    return std::pair(position.line, position.column);
  };
  EXPECT_EQ(at(0), std::pair(size_t{1}, size_t{1}));
  EXPECT_EQ(at(2), std::pair(size_t{1}, size_t{3}));  // The line's end belongs to it.
  EXPECT_EQ(at(3), std::pair(size_t{2}, size_t{1}));
  EXPECT_EQ(at(6), std::pair(size_t{2}, size_t{3}));  // Behind a character of two bytes.
  EXPECT_EQ(at(8), std::pair(size_t{3}, size_t{1}));
  EXPECT_EQ(at(9), std::pair(size_t{4}, size_t{1}));
  EXPECT_EQ(at(10), std::pair(size_t{4}, size_t{2}));  // The end of the text.
}

TEST(TextPositionTest, AByteOrderMarkTakesNoColumn) {
  EXPECT_EQ(LocateInText("\xEF\xBB\xBF(a", 3).column, 1u);
  EXPECT_EQ(LocateInText("\xEF\xBB\xBF(a", 4).column, 2u);
  EXPECT_EQ(Message("\xEF\xBB\xBF(a", 4), "line 1, column 2: what, in: (a");
}

TEST(TextPositionTest, TheExcerptIsTheLine) {
  EXPECT_EQ(Message("one\ntwo\nthree", 5), "line 2, column 2: what, in: two");
  EXPECT_EQ(Message("one\r\ntwo\r\n", 1), "line 1, column 2: what, in: one");
  EXPECT_EQ(Message("one\r\ntwo\r\n", 3), "line 1, column 4: what, in: one");
  EXPECT_EQ(Message("", 0), "line 1, column 1: what");
}

TEST(TextPositionTest, TheExcerptIsBounded) {
  const std::string long_line(5'000'000, 'x');
  const std::string forty(40, 'x');
  EXPECT_EQ(Message(long_line, 2'000'000),
            "line 1, column 2000001: what, in: ..." + forty + forty + "...");
  EXPECT_EQ(Message(long_line, 40), "line 1, column 41: what, in: " + forty + forty + "...");
  EXPECT_EQ(Message(long_line, 5'000'000), "line 1, column 5000001: what, in: ..." + forty);
  // Bounded in characters, never cut within one.
  std::string accents;
  for (int i = 0; i < 200; ++i) accents += "\xC3\xA9";
  const std::string forty_accents = accents.substr(0, 80);
  EXPECT_EQ(Message(accents, 200),
            "line 1, column 101: what, in: ..." + forty_accents + forty_accents + "...");
}

TEST(TextPositionTest, TheExcerptIsSafeToPrint) {
  EXPECT_EQ(Message("a\x1b[2J\tb\x7f\xC2\x9B", 0),
            "line 1, column 1: what, in: a\\u{1b}[2J\\tb\\u{7f}\\u{9b}");
  EXPECT_EQ(Message("a\xE2\x80\xAE"
                    "b",
                    0),
            "line 1, column 1: what, in: a\\u{202e}b");
  EXPECT_EQ(Message("a\xFF\xC3", 1), "line 1, column 2: what, in: a\\xff\\xc3");
  EXPECT_EQ(Message(std::string("a\0b", 3), 2), "line 1, column 3: what, in: a\\u{0}b");
}

TEST(TextPositionTest, ThePositionTravelsInTheStatus) {
  const absl::Status status =
      TextError(absl::StatusCode::kResourceExhausted, "one\ntwo", 5, "what");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  const std::optional<TextPosition> position = ErrorPosition(status);
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(position->offset, 5u);
  EXPECT_EQ(position->line, 2u);
  EXPECT_EQ(position->column, 2u);
  EXPECT_FALSE(ErrorPosition(absl::OkStatus()).has_value());
  EXPECT_FALSE(ErrorPosition(absl::InvalidArgumentError("other")).has_value());
}

}  // namespace
}  // namespace pathkb
