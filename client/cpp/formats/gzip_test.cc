// Goal: what is packed is unpacked, whatever it is made of, and what is cut off or damaged is an
// error. Method: texts packed here, cut at every byte and with every byte changed, read through
// sources and buffers of every small size.

#include "client/cpp/formats/gzip.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace pathkb::client {
namespace {

std::string Pack(const std::string& text, size_t piece = 1000) {
  auto gzip = GzipText::New();
  std::string packed;
  for (size_t at = 0; at < text.size(); at += piece)
    (*gzip)->Append(text.substr(at, piece), packed);
  (*gzip)->Finish(packed);
  return packed;
}

ChunkSource SourceOf(const std::string& bytes, size_t piece) {
  return [bytes, piece, at = size_t{0}](char* buffer, size_t room) mutable {
    const size_t count = std::min({piece, room, bytes.size() - at});
    std::memcpy(buffer, bytes.data() + at, count);
    at += count;
    return absl::StatusOr<size_t>(count);
  };
}

struct Unpacked {
  std::string text;
  absl::Status status;
};

Unpacked Unpack(const std::string& bytes, size_t piece = 1 << 20, size_t room = 1 << 16) {
  GunzipSource source(SourceOf(bytes, piece));
  Unpacked result;
  std::string buffer(room, '\0');
  for (;;) {
    const absl::StatusOr<size_t> count = source.Read(buffer.data(), buffer.size());
    if (!count.ok()) {
      result.status = count.status();
      return result;
    }
    if (*count == 0) return result;
    result.text.append(buffer, 0, *count);
  }
}

// 300 kB that do not pack to nothing.
std::string LongText() {
  std::string text;
  uint32_t state = 1;
  while (text.size() < 300'000) {
    state = state * 1664525 + 1013904223;
    text += std::to_string(state) + "\n";
  }
  return text;
}

TEST(GzipTest, RoundTrips) {
  for (const std::string& text : {std::string(), std::string("a"), LongText()}) {
    const std::string packed = Pack(text);
    for (const size_t piece : {1, 7, 1 << 20}) {
      const Unpacked unpacked = Unpack(packed, piece);
      EXPECT_TRUE(unpacked.status.ok()) << unpacked.status;
      EXPECT_EQ(unpacked.text == text, true);
    }
    EXPECT_EQ(Unpack(packed, 1 << 20, 3).text == text, true);
  }
}

TEST(GzipTest, PlainTextStaysAsItIs) {
  for (const std::string& text : {std::string(), std::string("\x1F"), std::string("\x1F("),
                                  std::string("(a)\n"), LongText()}) {
    for (const size_t piece : {1, 1 << 20}) {
      EXPECT_EQ(Unpack(text, piece).text == text, true);
      EXPECT_TRUE(Unpack(text, piece).status.ok());
    }
  }
}

TEST(GzipTest, MembersAndPadding) {
  const std::string two = Pack("one ") + Pack("") + Pack("two");
  for (const size_t piece : {1, 2, 3, 1 << 20}) {
    EXPECT_EQ(Unpack(two, piece).text, "one two");
    const Unpacked padded = Unpack(two + std::string(100, '\0'), piece);
    EXPECT_EQ(padded.text, "one two");
    EXPECT_TRUE(padded.status.ok()) << padded.status;
    EXPECT_EQ(Unpack(two + "x", piece).status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(Unpack(two + '\x1F', piece).status.code(), absl::StatusCode::kDataLoss);
  }
}

TEST(GzipTest, EveryCutIsAnError) {
  const std::string packed = Pack("(parent Tom Bob)\n(parent Pam Bob)\n");
  for (size_t cut = 2; cut < packed.size(); ++cut) {
    for (const size_t piece : {1, 1 << 20}) {
      const Unpacked unpacked = Unpack(packed.substr(0, cut), piece);
      EXPECT_EQ(unpacked.status.code(), absl::StatusCode::kDataLoss) << cut;
      EXPECT_NE(std::string(unpacked.status.message()).find("cut off"), std::string::npos)
          << unpacked.status;
    }
  }
}

TEST(GzipTest, NoDamageGoesUnseen) {
  const std::string text = "(parent Tom Bob)\n(parent Pam Bob)\n";
  const std::string packed = Pack(text);
  for (size_t at = 2; at < packed.size(); ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const Unpacked unpacked = Unpack(damaged);
    // Of the header, the time and the system's name may change; then the text is the same.
    EXPECT_TRUE(!unpacked.status.ok() || unpacked.text == text) << at;
    if (at >= 10) EXPECT_FALSE(unpacked.status.ok()) << at;
  }
}

TEST(GzipTest, ErrorsOfTheSource) {
  GunzipSource source(
      [](char*, size_t) { return absl::StatusOr<size_t>(absl::UnknownError("gone")); });
  char byte = 0;
  EXPECT_EQ(source.Read(&byte, 1).status().message(), "gone");
}

}  // namespace
}  // namespace pathkb::client
