// Goal: what goes through zlib comes back, block by block, and a damaged block is an error that
// costs no more memory than its bytes allow. Method: random blocks there and back, damaged ones,
// and headers at their bounds.

#include "storage/terms/terms_block.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

#include "storage/act/test_files.h"
#include "storage/terms/terms_format.h"

namespace pathkb {
namespace {

std::string RandomText(std::mt19937_64& random, size_t bytes) {
  std::string text(bytes, 'x');
  const uint64_t letters = random() % 2 == 0 ? 4 : 100;
  for (char& c : text) c = static_cast<char>(random() % letters);
  return text;
}

TEST(TermsBlockHeader, ComesBackAndKeepsToItsBounds) {
  const auto rule = [](uint64_t raw_bytes, uint64_t stored_bytes, bool compressed) {
    const TermsBlockHeader header{
        .raw_bytes = raw_bytes, .stored_bytes = stored_bytes, .compressed = compressed};
    std::string bytes;
    header.Append(bytes);
    EXPECT_EQ(bytes.size(), kTermsBlockHeaderBytes);
    const TermsBlockHeader read = TermsBlockHeader::Load(bytes.data());
    EXPECT_EQ(read.raw_bytes, raw_bytes);
    EXPECT_EQ(read.stored_bytes, stored_bytes);
    EXPECT_EQ(read.compressed, compressed);
    return header.BrokenRule() == nullptr ? "" : header.BrokenRule();
  };
  EXPECT_STREQ(rule(1, 1, false), "");
  EXPECT_STREQ(rule(kTermsBlockRawBytesMax, kTermsBlockRawBytesMax, false), "");
  EXPECT_STREQ(rule(10'320, 10, true), "");
  EXPECT_STRNE(rule(0, 0, false), "");
  EXPECT_STRNE(rule(kTermsBlockRawBytesMax + 1, kTermsBlockRawBytesMax + 1, false), "");
  EXPECT_STRNE(rule(5, 4, false), "");
  EXPECT_STRNE(rule(5, 5, true), "");
  EXPECT_STRNE(rule(10'321, 10, true), "");
}

TEST(TermsBlock, WhatGoesInComesOut) {
  std::mt19937_64 random(TestSeed());
  TermsDeflater deflater;
  int shrunk = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string front = RandomText(random, 1 + random() % 20);
    const std::string rest = RandomText(random, random() % (i % 20 == 0 ? 1'000'000 : 70'000));
    std::string stored;
    if (!deflater.Deflate(front, rest, [&](std::string_view piece) { stored += piece; })) continue;
    ++shrunk;
    EXPECT_LT(stored.size(), front.size() + rest.size());
    std::string raw = "what was there before";
    ASSERT_EQ(InflateTermsBlock(stored, front.size() + rest.size(), raw), absl::OkStatus());
    ASSERT_TRUE(raw == front + rest);

    // The same in pieces of any size.
    TermsInflater inflater;
    std::string pieces;
    for (std::string_view left = stored; !inflater.ended();) {
      std::string_view in = left.substr(0, 1 + random() % 5000);
      left.remove_prefix(in.size());
      for (bool more = true; more;) {
        std::string out(1 + random() % 5000, '\0');
        size_t made = 0;
        ASSERT_EQ(inflater.Inflate(in, out.data(), out.size(), made), absl::OkStatus());
        pieces.append(out, 0, made);
        more = made == out.size();
      }
      ASSERT_TRUE(inflater.ended() || !left.empty());
    }
    ASSERT_TRUE(pieces == raw);
  }
  EXPECT_GT(shrunk, 100);
}

TEST(TermsBlock, DoesNotGrowWhatCannotBeShrunk) {
  TermsDeflater deflater;
  EXPECT_FALSE(deflater.Deflate("x", "", [](std::string_view) {}));
  std::mt19937_64 random(1);
  std::string noise(300'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  size_t given = 0;
  EXPECT_FALSE(deflater.Deflate(noise, "", [&](std::string_view piece) { given += piece.size(); }));
  EXPECT_LT(given, noise.size());
  // And is as good as new after that.
  std::string stored, raw;
  EXPECT_TRUE(deflater.Deflate(std::string(100, 'a'), "",
                               [&](std::string_view piece) { stored += piece; }));
  EXPECT_EQ(InflateTermsBlock(stored, 100, raw), absl::OkStatus());
}

TEST(TermsBlock, NoticesDamageAndWrongSizes) {
  TermsDeflater deflater;
  std::mt19937_64 random(2);
  const std::string text = RandomText(random, 2000);
  std::string stored, raw;
  ASSERT_TRUE(deflater.Deflate(text, "", [&](std::string_view piece) { stored += piece; }));
  for (const uint64_t wrong :
       {uint64_t{1}, uint64_t{1999}, uint64_t{2001}, kTermsBlockRawBytesMax}) {
    EXPECT_EQ(InflateTermsBlock(stored, wrong, raw).code(), absl::StatusCode::kDataLoss) << wrong;
    EXPECT_LE(raw.capacity(), 128u << 10) << "room for what was only declared";
  }
  EXPECT_EQ(InflateTermsBlock(stored + "x", 2000, raw).code(), absl::StatusCode::kDataLoss);
  for (size_t length = 0; length < stored.size(); ++length) {
    EXPECT_EQ(InflateTermsBlock(stored.substr(0, length), 2000, raw).code(),
              absl::StatusCode::kDataLoss);
  }
  for (size_t at = 0; at < stored.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = stored;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      // zlib's own checksum is a weak one and lets some of these pass. That they are noticed all
      // the same is up to the sums of the file.
      EXPECT_TRUE(!InflateTermsBlock(damaged, 2000, raw).ok() || raw.size() == 2000) << at;
    }
  }
}

}  // namespace
}  // namespace pathkb
