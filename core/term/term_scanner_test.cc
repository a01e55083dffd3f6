// Checks TermScanner against DecodeTerm() on whole, followed, cut and damaged encodings, and its
// at_tag() against the places where the subterms of random terms lie.

#include <functional>
#include <limits>
#include <set>

#include "gtest/gtest.h"

#include "core/base/varint.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

using State = TermScanner::State;

std::string Encoded(const Term& term) {
  std::string path;
  EXPECT_TRUE(EncodeTerm(term, path).ok());
  return path;
}

struct Scan {
  State state = State::kInside;
  size_t bytes = 0;  // Fed until the scanner said something else than kInside.
};

Scan ScanTerm(std::string_view path) {
  TermScanner scanner;
  Scan scan;
  while (scan.state == State::kInside && scan.bytes < path.size()) {
    scan.state = scanner.Feed(static_cast<uint8_t>(path[scan.bytes++]));
  }
  return scan;
}

// Bytes of a subterm, by its kind alone: which number a variable has does not change its length.
size_t BytesOf(const Term& term) {
  if (term.kind() == Term::Kind::kVariable) return 1;
  if (term.is_leaf()) return Encoded(term).size();
  const size_t count = term.children().size();
  size_t bytes = count <= 63 ? 1 : 1 + VarintBytes(count);
  for (const Term& child : term.children()) bytes += BytesOf(child);
  return bytes;
}

// Adds the offsets at which `term`, encoded from `offset` on, and its subterms start. Recurses.
void CollectStarts(const Term& term, size_t offset, std::set<size_t>& starts) {
  starts.insert(offset);
  const size_t count = term.children().size();
  offset += count <= 63 ? 1 : 1 + VarintBytes(count);
  for (const Term& child : term.children()) {
    CollectStarts(child, offset, starts);
    offset += BytesOf(child);
  }
}

TEST(TermScannerTest, TheEmptyExpressionIsCompleteAtOnce) {
  TermScanner scanner;
  EXPECT_TRUE(scanner.at_tag());
  EXPECT_EQ(scanner.Feed(0x00), State::kComplete);
}

TEST(TermScannerTest, IsSmall) { EXPECT_LE(sizeof(TermScanner), 24u); }

TEST(TermScannerTest, EndsWhereTheTermEnds) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 20'000; ++i) {
    const Term term = terms.Next();
    std::string path = Encoded(term);
    const size_t term_bytes = path.size();
    path += terms.Text(4);
    const Scan scan = ScanTerm(path);
    ASSERT_EQ(scan.state, State::kComplete) << PrintTerm(term);
    ASSERT_EQ(scan.bytes, term_bytes) << PrintTerm(term);
    ASSERT_EQ(*EncodedTermBytes(path), term_bytes);
  }
}

TEST(TermScannerTest, KnowsWhereSubtermsStart) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 5000; ++i) {
    const Term term = terms.Next();
    const std::string path = Encoded(term);
    if (path.size() > 1000) continue;
    std::set<size_t> starts;
    CollectStarts(term, 0, starts);
    TermScanner scanner;
    for (size_t at = 0; at < path.size(); ++at) {
      ASSERT_EQ(scanner.at_tag(), starts.contains(at)) << PrintTerm(term) << " at " << at;
      ASSERT_EQ(scanner.Feed(static_cast<uint8_t>(path[at])),
                at + 1 < path.size() ? State::kInside : State::kComplete);
    }
  }
}

TEST(TermScannerTest, StartsAtAnySubterm) {
  // A variable again, which would decode only behind its first occurrence.
  EXPECT_EQ(ScanTerm("\x80").state, State::kComplete);
  EXPECT_EQ(ScanTerm("\x02\x80\xBF").state, State::kComplete);
}

TEST(TermScannerTest, CopiesGoTheirOwnWays) {
  // (a ...) with three different second children, from one scanner.
  TermScanner branching;
  for (uint8_t byte : {0x02, 0xC1, 0x61}) ASSERT_EQ(branching.Feed(byte), State::kInside);
  TermScanner zero = branching;
  TermScanner string = branching;
  TermScanner reserved = branching;
  EXPECT_EQ(zero.Feed(0x48), State::kComplete);
  EXPECT_EQ(string.Feed(0x52), State::kInside);
  EXPECT_EQ(reserved.Feed(0x55), State::kInvalid);
  EXPECT_EQ(string.Feed(0x00), State::kInside);
  EXPECT_EQ(string.Feed(0x01), State::kComplete);
  EXPECT_TRUE(branching.at_tag());
}

TEST(TermScannerTest, AcceptsWhateverDecodes) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 2000; ++i) {
    std::string path = Encoded(terms.Next());
    if (path.size() > 200) continue;
    for (size_t at = 0; at < path.size(); ++at) {
      const char original = path[at];
      for (int flips = 1; flips < 0x100; flips <<= 1) {
        path[at] = static_cast<char>(original ^ flips);
        const Scan scan = ScanTerm(path);
        const absl::StatusOr<size_t> bytes = EncodedTermBytes(path);
        if (bytes.ok()) {
          ASSERT_EQ(scan.state, State::kComplete);
          ASSERT_EQ(scan.bytes, *bytes);
        }
        if (scan.state == State::kInvalid) ASSERT_FALSE(bytes.ok());
      }
      path[at] = original;
    }
  }
}

TEST(TermScannerTest, RefusesWhatHasNoStructure) {
  for (int tag = 0x55; tag < 0x80; ++tag) {
    TermScanner scanner;
    EXPECT_EQ(scanner.Feed(static_cast<uint8_t>(tag)), State::kInvalid) << tag;
  }
  using std::string_literals::operator""s;
  for (const std::string& path : {"\x52"
                                  "a\x00\x00"s,
                                  "\x52\x00\x02"s, "\x53\x3F"s, "\x53\x00"s, "\x54\x3F"s,
                                  "\x54\x00"s, "\x53\xF8\x40"s, "\x53\xF9\xF8\x00"s}) {
    const Scan scan = ScanTerm(path);
    EXPECT_EQ(scan.state, State::kInvalid);
    EXPECT_EQ(scan.bytes, path.size());
  }
}

TEST(TermScannerTest, CountsNearTheLimitOf64Bits) {
  const auto wide = [](uint64_t count) {
    std::string path = "\x54";
    AppendVarint(count, path);
    return path;
  };
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  // Alone such a count is a term that never ends; on top of another one it is too much.
  EXPECT_EQ(ScanTerm(wide(kMax - 1) + std::string(1000, '\x48')).state, State::kInside);
  EXPECT_EQ(ScanTerm(wide(kMax - 1) + wide(kMax - 1)).state, State::kInvalid);
  EXPECT_EQ(ScanTerm(wide(kMax - 1) + std::string(1, '\x3F')).state, State::kInvalid);
  EXPECT_EQ(ScanTerm("\x53\xFF" + std::string(8, '\xFF') + std::string(1000, 'x')).state,
            State::kInside);
}

}  // namespace
}  // namespace pathkb
