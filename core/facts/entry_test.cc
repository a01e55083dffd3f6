// Round trips of random entries, canonical form, and every cut and flip of one entry's bytes. That
// the bytes are those of the protobuf message is shown in tests/integration/entry_bytes_test.

#include "core/facts/entry.h"

#include "gtest/gtest.h"

namespace pathkb {
namespace {

Entry Sample() {
  Entry entry;
  entry.confidence = 0.25;
  entry.source = "textbook";
  entry.metadata = {{"author", "Bob"}, {"", "empty key"}, {"k", ""}};
  entry.encoded_term = std::string("\x01\x00", 2);
  entry.variable_names = {"x", "y"};
  return entry;
}

TEST(EntryTest, DefaultEntryHasNoBytes) {
  EXPECT_EQ(EncodeEntry(Entry{}), "");
  EXPECT_EQ(*DecodeEntry(""), Entry{});
}

TEST(EntryTest, RoundTrip) {
  EXPECT_EQ(*DecodeEntry(EncodeEntry(Sample())), Sample());
  Entry zero;
  zero.confidence = 0;
  EXPECT_EQ(*DecodeEntry(EncodeEntry(zero)), zero);
}

TEST(EntryTest, EqualEntriesHaveEqualBytes) {
  Entry minus, plus;
  minus.confidence = -0.0;
  plus.confidence = 0.0;
  EXPECT_EQ(EncodeEntry(minus), EncodeEntry(plus));
}

TEST(EntryTest, EveryCutAndFlipIsReadOrRefused) {
  const std::string bytes = EncodeEntry(Sample());
  for (size_t cut = 0; cut < bytes.size(); ++cut) (void)DecodeEntry(bytes.substr(0, cut));
  EXPECT_FALSE(DecodeEntry(bytes.substr(0, bytes.size() - 1)).ok());
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      (void)DecodeEntry(flipped);
    }
  }
  EXPECT_EQ(DecodeEntry("\x09zzzzzzzz").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace pathkb
