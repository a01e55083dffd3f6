// Checks the examples of ENCODING.md, then for random terms: there and back, prefix-freeness, every
// cut and every flipped bit, and claims of counts and lengths that no path could hold. What decodes
// must encode to the same bytes again.

#include "core/term/path_encoding.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

#include "core/base/varint.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

constexpr char kDocument[] = "core/term/ENCODING.md";

std::string Encoded(const Term& term) {
  std::string path;
  const absl::Status status = EncodeTerm(term, path);
  EXPECT_TRUE(status.ok()) << status;
  return path;
}

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (char byte : bytes) {
    hex += fmt::format("{}{:02X}", hex.empty() ? "" : " ", static_cast<uint8_t>(byte));
  }
  return hex;
}

// Bytes of the hex digits at the start of `text`, up to two blanks or the end.
std::string FromHex(std::string_view text) {
  text = text.substr(0, text.find("  "));
  std::string bytes;
  for (size_t i = 0; i + 2 <= text.size(); i += 3) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// Checks that `bytes` are refused, by both readers and with nothing taken, or are the encoding of
// what they decode to. True if they decode.
bool IsRefusedOrCanonical(std::string_view bytes) {
  std::string_view rest = bytes;
  const absl::StatusOr<Term> term = DecodeTerm(rest);
  const absl::StatusOr<size_t> encoded_bytes = EncodedTermBytes(bytes);
  EXPECT_EQ(encoded_bytes.status(), term.status()) << Hex(bytes);
  if (!term.ok()) {
    EXPECT_EQ(term.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(rest.size(), bytes.size());
    return false;
  }
  const std::string_view taken = bytes.substr(0, bytes.size() - rest.size());
  EXPECT_EQ(*encoded_bytes, taken.size());
  EXPECT_TRUE(Encoded(*term) == taken) << Hex(taken);
  return true;
}

TEST(PathEncodingTest, TheExamplesOfTheDocument) {
  std::ifstream document(kDocument);
  ASSERT_TRUE(document.is_open());
  int examples = 0;
  int refused = 0;
  for (std::string line; std::getline(document, line);) {
    if (const size_t arrow = line.find("  =>  "); arrow != line.npos) {
      const absl::StatusOr<Term> term = ParseTerm(line.substr(0, arrow));
      ASSERT_TRUE(term.ok()) << term.status();
      const std::string bytes = FromHex(std::string_view(line).substr(arrow + 6));
      EXPECT_EQ(Hex(Encoded(*term)), Hex(bytes)) << line;
      std::string_view rest = bytes;
      const absl::StatusOr<Term> decoded = DecodeTerm(rest);
      ASSERT_TRUE(decoded.ok()) << line << decoded.status();
      EXPECT_TRUE(*decoded == *term) << line;
      EXPECT_TRUE(rest.empty()) << line;
      ++examples;
    } else if (line.find("  refused: ") != line.npos) {
      EXPECT_FALSE(IsRefusedOrCanonical(FromHex(line))) << line;
      ++refused;
    }
  }
  EXPECT_EQ(examples, 23);
  EXPECT_EQ(refused, 17);
}

TEST(PathEncodingTest, MorkReadsTheSameBytes) {
  const auto encoded = [](std::string_view text) { return Encoded(*ParseTerm(text)); };
  EXPECT_EQ(encoded("(parent Tom Bob)"),
            "\x03\xC6parent\xC3Tom\xC3"
            "Bob");
  EXPECT_EQ(encoded("($x $y $x)"), "\x03\xC0\xC0\x80");
  EXPECT_EQ(encoded("(= (f $x) (g $y $x))"),
            "\x03\xC1=\x02\xC1"
            "f\xC0\x03\xC1g\xC0\x80");
}

TEST(PathEncodingTest, ShortAndLongForms) {
  for (size_t length : {1, 63, 64, 247, 248, 255, 256, 65535, 65536}) {
    const std::string name(length, 's');
    std::string expected;
    if (length <= 63) {
      expected = static_cast<char>(0xC0 + length) + name;
    } else {
      expected = "\x53";
      AppendVarint(length, expected);
      expected += name;
    }
    EXPECT_TRUE(Encoded(Term::Symbol(name)) == expected) << length;
    EXPECT_TRUE(IsRefusedOrCanonical(expected)) << length;

    const Term wide = Term::Expression(std::vector<Term>(length, Term::Integer(0)));
    const std::string children(length, '\x48');
    if (length <= 63) {
      expected = static_cast<char>(length) + children;
    } else {
      expected = "\x54";
      AppendVarint(length, expected);
      expected += children;
    }
    EXPECT_TRUE(Encoded(wide) == expected) << length;
    EXPECT_TRUE(IsRefusedOrCanonical(expected)) << length;
  }
}

TEST(PathEncodingTest, VariableNamesGoOutAndIn) {
  const Term term = *ParseTerm("($b $a ($b $) $a)");
  std::string path = "before";
  std::vector<std::string> names = {"replaced"};
  ASSERT_TRUE(EncodeTerm(term, path, &names).ok());
  EXPECT_EQ(names, (std::vector<std::string>{"b", "a", ""}));
  ASSERT_EQ(path.substr(0, 6), "before");
  const auto decoded = [&path](const std::vector<std::string>& names) {
    std::string_view rest = std::string_view(path).substr(6);
    return PrintTerm(*DecodeTerm(rest, names));
  };
  EXPECT_EQ(decoded(names), "($b $a ($b $) $a)");
  EXPECT_EQ(decoded({}), "($v1 $v2 ($v1 $v3) $v2)");
  EXPECT_EQ(decoded({"who"}), "($who $v2 ($who $v3) $v2)");
  // A name made up must not become one that is given.
  EXPECT_EQ(decoded({"v3", "v3_"}), "($v3 $v3_ ($v3 $v3__) $v3_)");
}

TEST(PathEncodingTest, SixtyFourVariables) {
  std::vector<Term> variables;
  for (int i = 0; i < 64; ++i) variables.push_back(Term::Variable(fmt::format("x{}", i)));
  Term term = Term::Expression(variables);
  term.mutable_children().push_back(variables.back());
  std::string path = Encoded(term);
  EXPECT_EQ(path, "\x54\x41" + std::string(64, '\xC0') + "\xBF");
  EXPECT_TRUE(IsRefusedOrCanonical(path));

  term.mutable_children().back() = Term::Variable("one too many");
  std::vector<std::string> names = {"untouched"};
  const absl::Status status = EncodeTerm(term, path, &names);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(path.size(), 67u);
  EXPECT_EQ(names.size(), 1u);
  path.back() = '\xC0';
  EXPECT_FALSE(IsRefusedOrCanonical(path));
}

TEST(PathEncodingTest, AnEmptySymbolHasNoEncoding) {
  std::string path = "as it was";
  const Term term = Term::Expression({Term::Symbol("a"), Term::Symbol("")});
  EXPECT_EQ(EncodeTerm(term, path).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(path, "as it was");
}

TEST(PathEncodingTest, RandomTermsThereAndBack) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 20'000; ++i) {
    const Term term = terms.Next();
    std::string path;
    std::vector<std::string> names;
    ASSERT_TRUE(EncodeTerm(term, path, &names).ok());
    const size_t term_bytes = path.size();
    path += terms.Text(5);  // Anything may follow.
    std::string_view rest = path;
    const absl::StatusOr<Term> decoded = DecodeTerm(rest, names);
    ASSERT_TRUE(decoded.ok()) << decoded.status() << PrintTerm(term);
    ASSERT_TRUE(*decoded == term) << PrintTerm(term);
    ASSERT_EQ(path.size() - rest.size(), term_bytes);
    ASSERT_TRUE(IsRefusedOrCanonical(path));
  }
}

TEST(PathEncodingTest, NoEncodingIsAPrefixOfAnother) {
  RandomTerms terms(TestSeed());
  std::vector<std::string> paths;
  for (int i = 0; i < 50'000; ++i) paths.push_back(Encoded(terms.Next()));
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  // In this order a prefix stands directly before one that it is a prefix of.
  for (size_t i = 1; i < paths.size(); ++i) {
    ASSERT_FALSE(paths[i].starts_with(paths[i - 1])) << Hex(paths[i - 1]);
  }
}

TEST(PathEncodingTest, EveryCutIsRefused) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 1500; ++i) {
    const std::string path = Encoded(terms.Next());
    const size_t step = path.size() > 300 ? path.size() / 100 : 1;
    for (size_t cut = 0; cut < path.size(); cut += step) {
      ASSERT_FALSE(IsRefusedOrCanonical(std::string_view(path).substr(0, cut))) << Hex(path);
    }
  }
}

TEST(PathEncodingTest, EveryFlippedBitAndByteIsRefusedOrCanonical) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 300; ++i) {
    std::string path = Encoded(terms.Next());
    if (path.size() > 300) continue;
    for (size_t at = 0; at < path.size(); ++at) {
      const char original = path[at];
      for (int flips : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF}) {
        path[at] = static_cast<char>(original ^ flips);
        IsRefusedOrCanonical(path);
      }
      path[at] = original;
    }
  }
}

TEST(PathEncodingTest, RandomBytesAreRefusedOrCanonical) {
  RandomTerms random(TestSeed());
  int decoded = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string path;
    for (size_t left = random.UpTo(12); left > 0; --left) {
      // Small tags often, so that something comes out whole.
      path.push_back(static_cast<char>(random.UpTo(2) == 0 ? random.UpTo(3) : random.UpTo(255)));
    }
    decoded += IsRefusedOrCanonical(path) ? 1 : 0;
  }
  EXPECT_GT(decoded, 500);
}

TEST(PathEncodingTest, ClaimsCostNothing) {
  for (uint64_t claim :
       {uint64_t{1} << 32, uint64_t{1} << 63, std::numeric_limits<uint64_t>::max()}) {
    for (char tag : {'\x53', '\x54'}) {
      std::string path(1, tag);
      AppendVarint(claim, path);
      path += std::string(100, '\x48');
      EXPECT_FALSE(IsRefusedOrCanonical(path));
      EXPECT_FALSE(IsRefusedOrCanonical("\x3F" + path));
    }
  }
  // Wide expressions inside one another, each with as many children as bytes are left.
  std::string path;
  for (int i = 0; i < 1000; ++i) {
    path += '\x54';
    AppendVarint(10'000, path);
  }
  EXPECT_FALSE(IsRefusedOrCanonical(path + std::string(20'000, '\x48')));
}

TEST(PathEncodingTest, DepthCostsNoStack) {
  constexpr size_t kDepth = 1'000'000;
  const Term term = NestedTerm(kDepth);
  const std::string path = Encoded(term);
  EXPECT_TRUE(path == std::string(kDepth, '\x01') + std::string(1, '\0'));
  std::string_view rest = path;
  const absl::StatusOr<Term> decoded = DecodeTerm(rest);
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(*decoded == term);
  EXPECT_FALSE(IsRefusedOrCanonical(std::string(kDepth, '\x01')));
  EXPECT_FALSE(IsRefusedOrCanonical(std::string(kDepth, '\x3F')));
}

}  // namespace
}  // namespace pathkb
