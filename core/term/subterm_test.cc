// Against the decoder: the ends of random terms, at every cut of them, and of random bytes.

#include "core/term/subterm.h"

#include <cstdlib>
#include <random>
#include <string>

#include "gtest/gtest.h"

#include "core/term/random_terms.h"

namespace pathkb {
namespace {

uint64_t Seed() {
  const char* text = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10) : 20261122;
  std::printf("PATHKB_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

bool HoldsVariable(const Term& term) {
  if (term.kind() == Term::Kind::kVariable) return true;
  for (const Term& child : term.children()) {
    if (HoldsVariable(child)) return true;
  }
  return false;
}

TEST(SubtermTest, FindsTheEndOfEachTermAndNoneOfAPiece) {
  RandomTerms terms(Seed());
  for (int round = 0; round < 2000; ++round) {
    const Term term = terms.Next();
    std::string bytes;
    if (!EncodeTerm(term, bytes).ok()) continue;
    const size_t length = bytes.size();
    size_t end = 0;
    bool has_variable = false;
    ASSERT_TRUE(PassSubterm(bytes + "name", end, has_variable));
    EXPECT_EQ(end, length);
    EXPECT_EQ(has_variable, HoldsVariable(term));
    for (size_t cut = 0; cut < length; cut += 1 + length / 200) {
      size_t at = 0;
      ASSERT_FALSE(PassSubterm(std::string_view(bytes).substr(0, cut), at, has_variable)) << cut;
    }
  }
}

TEST(SubtermTest, BytesThatDecodeHaveTheSameEnd) {
  std::mt19937_64 random(Seed());
  constexpr uint8_t kTags[] = {0x00, 0x01, 0x03, 0x47, 0x48, 0x49, 0x50, 0x51,
                               0x52, 0x53, 0x54, 0x60, 0x80, 0xC0, 0xC1, 0xFF};
  int decoded = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string bytes;
    for (size_t i = 0, n = random() % 12; i < n; ++i) {
      bytes.push_back(static_cast<char>(random() % 2 == 0 ? kTags[random() % 16] : random()));
    }
    size_t end = 0;
    bool has_variable = false;
    const bool passed = PassSubterm(bytes, end, has_variable);
    const auto expected = EncodedTermBytes(bytes);
    if (!expected.ok()) continue;
    ++decoded;
    ASSERT_TRUE(passed);
    ASSERT_EQ(end, *expected);
  }
  EXPECT_GT(decoded, 1000);
}

}  // namespace
}  // namespace pathkb
