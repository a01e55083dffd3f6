// Checks the boundaries of each length, long forms, and every cut.

#include "core/base/varint.h"

#include <vector>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(VarintTest, ShortestFormAtEachBoundary) {
  const std::vector<std::pair<uint64_t, std::string>> cases = {
      {0, std::string(1, '\0')},
      {247, "\xf7"},
      {248, "\xf8\xf8"},
      {255, "\xf8\xff"},
      {256, std::string("\xf9\x00\x01", 3)},
      {300, "\xf9\x2c\x01"},
      {uint64_t{1} << 32, std::string("\xfc\x00\x00\x00\x00\x01", 6)},
      {~uint64_t{0}, "\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
  };
  for (const auto& [number, bytes] : cases) {
    std::string out;
    AppendVarint(number, out);
    EXPECT_EQ(out, bytes) << number;
    EXPECT_EQ(VarintBytes(number), bytes.size());
    for (size_t cut = 0; cut < out.size(); ++cut) {
      std::string_view part(out.data(), cut);
      uint64_t read = 77;
      EXPECT_FALSE(ConsumeVarint(part, read));
      EXPECT_EQ(read, 77u);
      EXPECT_EQ(part.size(), cut);
    }
    std::string_view whole = out;
    uint64_t read = 0;
    ASSERT_TRUE(ConsumeVarint(whole, read));
    EXPECT_EQ(read, number);
    EXPECT_TRUE(whole.empty());
  }
}

TEST(VarintTest, LongFormsAreRead) {
  std::string_view bytes("\xf8\x05rest");
  uint64_t number = 0;
  ASSERT_TRUE(ConsumeVarint(bytes, number));
  EXPECT_EQ(number, 5u);
  EXPECT_EQ(bytes, "rest");
}

TEST(VarintTest, LengthPrefixedRefusesALengthPastTheEnd) {
  std::string out;
  AppendLengthPrefixed("abc", out);
  AppendVarint(~uint64_t{0}, out);
  std::string_view rest = out;
  std::string_view text;
  ASSERT_TRUE(ConsumeLengthPrefixed(rest, text));
  EXPECT_EQ(text, "abc");
  const size_t before = rest.size();
  EXPECT_FALSE(ConsumeLengthPrefixed(rest, text));
  EXPECT_EQ(rest.size(), before);
}

}  // namespace
}  // namespace pathkb
