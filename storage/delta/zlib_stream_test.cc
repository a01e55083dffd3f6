// Goal: bytes come through Deflater and Inflater as they were, however they are cut, and nothing
// that is no whole zlib stream counts as one. Method: random bytes of several kinds, in random
// pieces both ways; streams that are cut; sinks that fail.

#include "storage/delta/zlib_stream.h"

#include <algorithm>
#include <random>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/delta/delta_testing.h"
#include "storage/file/checksum.h"

namespace pathkb {
namespace {

std::string RandomBytes(std::mt19937_64& random, uint64_t byte_count_max) {
  std::string bytes(random() % byte_count_max, 'x');
  const uint64_t letters = 1 + random() % 256;
  for (char& byte : bytes) byte = static_cast<char>(random() % letters);
  return bytes;
}

TEST(ZlibStream, BytesComeBackHoweverTheyAreCut) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 60; ++round) {
    const std::string raw = RandomBytes(random, round % 6 == 0 ? 300'000 : 3000);
    const int level = static_cast<int>(random() % 10);
    std::string stored;
    Deflater deflater(
        [&stored](std::string_view bytes) {
          stored.append(bytes);
          return absl::OkStatus();
        },
        level);
    for (size_t at = 0; at < raw.size();) {
      const size_t taken = std::min<size_t>(raw.size() - at, random() % 40'000);
      ASSERT_TRUE(deflater.Append(std::string_view(raw).substr(at, taken)).ok());
      at += taken;
    }
    ASSERT_TRUE(deflater.Finish().ok());
    EXPECT_EQ(deflater.raw_bytes(), raw.size());
    EXPECT_EQ(deflater.stored_bytes(), stored.size());
    EXPECT_EQ(deflater.raw_checksum(), Checksum(raw));
    EXPECT_TRUE(stored == Deflated(raw, level)) << "pieces must not show, level " << level;

    stored += "behind";
    Inflater inflater;
    std::string back;
    std::string_view rest = stored;
    while (!inflater.ended()) {
      std::string out(1 + random() % 9000, '\0');
      const auto step =
          inflater.Inflate(rest.substr(0, 1 + random() % 5000), out.data(), out.size());
      ASSERT_TRUE(step.ok()) << step.status();
      rest.remove_prefix(step->used);
      back.append(out, 0, step->made);
    }
    EXPECT_EQ(rest, "behind");
    EXPECT_TRUE(back == raw);
    EXPECT_EQ(inflater.made_bytes(), raw.size());
    EXPECT_EQ(inflater.used_bytes(), stored.size() - rest.size());
    EXPECT_EQ(inflater.raw_checksum(), Checksum(raw));
  }
}

TEST(ZlibStream, ACutStreamNeverEnds) {
  const std::string stored = Deflated("the quick brown fox jumps over the lazy dog, twice, twice");
  for (size_t length = 0; length < stored.size(); ++length) {
    Inflater inflater;
    char out[200];
    const auto step = inflater.Inflate(stored.substr(0, length), out, sizeof(out));
    ASSERT_TRUE(step.ok()) << step.status();
    EXPECT_FALSE(inflater.ended()) << length;
    const auto again = inflater.Inflate("", out, sizeof(out));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->made, 0u);
  }
}

TEST(ZlibStream, KeepsTheFirstErrorOfTheSink) {
  int calls = 0;
  Deflater deflater(
      [&calls](std::string_view) {
        ++calls;
        return absl::UnavailableError("full");
      },
      /*level=*/0);
  const std::string bytes(100'000, 'x');
  EXPECT_EQ(deflater.Append(bytes).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(deflater.Append(bytes).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(deflater.Finish().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(calls, 1);
}

TEST(ZlibStream, AnErrorStays) {
  Inflater inflater;
  char out[100];
  const auto first = inflater.Inflate("no zlib stream", out, sizeof(out));
  EXPECT_EQ(first.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(inflater.Inflate(Deflated("x"), out, sizeof(out)).status(), first.status());
  EXPECT_FALSE(inflater.ended());
}

}  // namespace
}  // namespace pathkb
