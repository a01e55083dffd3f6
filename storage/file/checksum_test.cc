// Pins the checksum to published XXH3 values, so that files stay readable for ever, and compares
// the stream with the one-shot form over all ways to cut a text in two.

#include "storage/file/checksum.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(ChecksumTest, IsXxh3With64Bits) {
  EXPECT_EQ(Checksum(""), 0x2d06800538d394c2u);
  EXPECT_EQ(Checksum("a"), 0xe6c632b61e964e1fu);
  EXPECT_EQ(Checksum("abc"), 0x78af5f94892f3950u);
  EXPECT_EQ(Checksum(std::string(1, '\0')), 0xc44bdff4074eecdbu);
}

TEST(ChecksumTest, SeedMakesOtherSums) {
  EXPECT_EQ(Checksum("abc", 0), Checksum("abc"));
  EXPECT_NE(Checksum("abc", 1), Checksum("abc", 2));
  EXPECT_NE(Checksum("", 1), Checksum("", 2));
}

TEST(ChecksumTest, StreamAgreesWithOneShotAtEveryCut) {
  std::string text;
  for (int i = 0; i < 1500; ++i) text.push_back(static_cast<char>(i * 7 + i / 256));
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    ChecksumStream stream;
    stream.Update(std::string_view(text).substr(0, cut));
    EXPECT_EQ(stream.Digest(), Checksum(std::string_view(text).substr(0, cut)));
    ChecksumStream moved = std::move(stream);
    moved.Update(std::string_view(text).substr(cut));
    EXPECT_EQ(moved.Digest(), Checksum(text));
  }
}

TEST(ChecksumTest, EmptyStreamIsTheEmptyText) {
  ChecksumStream stream;
  EXPECT_EQ(stream.Digest(), Checksum(""));
  stream.Update("");
  EXPECT_EQ(stream.Digest(), Checksum(""));
}

}  // namespace
}  // namespace pathkb
