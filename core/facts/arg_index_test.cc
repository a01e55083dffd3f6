// The keys of the argument index against the rule said plainly: subterms are found with
// TermScanner and put in the order that the position asks for. Examples byte by byte, 20,000
// random terms there and back, cut and damaged bytes, and the setting of a space. The seed is
// printed, and taken from PATHKB_TEST_SEED.

#include "core/facts/arg_index.h"

#include <optional>
#include <vector>

#include "gtest/gtest.h"

#include "core/facts/keys.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"
#include "core/trie/path_trie.h"
#include "core/trie/read_zipper.h"

namespace pathkb {
namespace {

std::string Encoded(const std::string& text) {
  std::string bytes;
  EXPECT_TRUE(EncodeTerm(*ParseTerm(text), bytes).ok()) << text;
  return bytes;
}

// `encoded` permuted, by TermScanner and a list of children; nullopt if it is not to be indexed.
std::optional<std::string> PlainPermuted(const std::string& encoded, size_t position) {
  const size_t children = static_cast<uint8_t>(encoded[0]);
  if (children > kExpressionTagMax || children <= position) return std::nullopt;
  std::vector<std::string> subterms;
  size_t at = 1;
  for (size_t child = 0; child < children; ++child) {
    TermScanner scanner;
    std::string subterm;
    TermScanner::State state = TermScanner::State::kInside;
    while (state == TermScanner::State::kInside) {
      subterm.push_back(encoded[at]);
      state = scanner.Feed(static_cast<uint8_t>(encoded[at++]));
    }
    subterms.push_back(subterm);
  }
  std::string moved = subterms[position];
  subterms.erase(subterms.begin() + static_cast<std::ptrdiff_t>(position));
  subterms.insert(subterms.begin() + (position == 1 ? 0 : 1), moved);
  std::string out = encoded.substr(0, 1);
  for (const std::string& subterm : subterms) out += subterm;
  return out;
}

TEST(ArgIndexTest, MovesTheArgumentToTheFront) {
  const auto permuted = [](const std::string& text, int position) {
    std::string out = "before ";
    return AppendPermuted(Encoded(text), position, out) ? out : "none: " + out;
  };
  EXPECT_EQ(permuted("(r a b)", 1),
            "before \x03\xC1"
            "a\xC1"
            "r\xC1"
            "b");
  EXPECT_EQ(permuted("(r a b)", 2),
            "before \x03\xC1"
            "r\xC1"
            "b\xC1"
            "a");
  EXPECT_EQ(permuted("(r a (f b) \"c\" d)", 3), std::string("before \x05\xC1r\x52"
                                                            "c\0\x01\xC1"
                                                            "a\x02\xC1"
                                                            "f\xC1"
                                                            "b\xC1"
                                                            "d",
                                                            23));
  // Tags of variables stay: the second $x stands first.
  EXPECT_EQ(permuted("(r $x $x)", 2), "before \x03\xC1r\x80\xC0");
  for (const char* text : {"(r a)", "(r)", "()", "r", "12", "$x", "\"r a b\""}) {
    EXPECT_EQ(permuted(text, 2), "none: before ") << text;
  }
}

TEST(ArgIndexTest, RandomTermsThereAndBack) {
  RandomTerms terms(TestSeed());
  uint64_t indexed = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string encoded;
    ASSERT_TRUE(EncodeTerm(terms.Next(), encoded).ok());
    const std::string name = i % 2 == 0 ? "" : "a/name";
    IndexedArguments positions = IndexedArguments::FromBits(terms.UpTo(1023));
    std::vector<std::string> keys;
    ArgumentKeys("s", positions).ForEach(encoded, name, [&](std::string_view key) {
      keys.emplace_back(key);
    });
    std::vector<std::string> expected_keys;
    for (int position = 1; position <= kIndexPositionsMax; ++position) {
      const auto expected = PlainPermuted(encoded, static_cast<size_t>(position));
      std::string permuted = "x";
      ASSERT_EQ(AppendPermuted(encoded, position, permuted), expected.has_value());
      ASSERT_EQ(permuted, "x" + expected.value_or(""));
      if (!expected.has_value()) continue;
      ++indexed;
      std::string back = "y";
      const auto bytes = AppendUnpermuted(*expected + name, position, back);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      ASSERT_EQ(*bytes, encoded.size());
      ASSERT_EQ(back, "y" + encoded);
      if (positions.Has(position)) {
        expected_keys.push_back(ArgumentPrefix("s", position) + *expected + name);
      }
    }
    ASSERT_EQ(keys, expected_keys);
  }
  EXPECT_GT(indexed, 10'000u);
}

// Nothing is read outside or grows; what says that it failed has left its output alone.
TEST(ArgIndexTest, CutAndDamagedBytes) {
  RandomTerms terms(TestSeed());
  for (int i = 0; i < 2'000; ++i) {
    std::string encoded;
    ASSERT_TRUE(EncodeTerm(terms.Next(), encoded).ok());
    if (encoded.size() > 300) continue;
    for (size_t cut = 0; cut < encoded.size(); ++cut) {
      const std::string bytes(encoded.data(), cut);  // Of its own, so that ASan sees its end.
      std::string out;
      for (int position = 1; position <= kIndexPositionsMax; ++position) {
        EXPECT_FALSE(AppendUnpermuted(bytes, position, out).ok());
        EXPECT_EQ(out, "");
      }
      std::string damaged = encoded;
      damaged[cut] = static_cast<char>(terms.UpTo(255));
      for (int position = 1; position <= kIndexPositionsMax; ++position) {
        std::string permuted;
        if (AppendPermuted(damaged, position, permuted)) {
          EXPECT_EQ(permuted.size(), damaged.size());
        } else {
          EXPECT_EQ(permuted, "");
        }
        std::string back;
        const auto size = AppendUnpermuted(damaged, position, back);
        EXPECT_EQ(back.size(), size.ok() ? *size : 0);
      }
    }
  }
  std::string out;
  EXPECT_EQ(AppendUnpermuted("\x54\x03", 2, out).status().code(), absl::StatusCode::kDataLoss);
}

TEST(ArgIndexTest, PositionsFromTextAndBack) {
  for (const char* text : {"none", "2,3", "1", "9", "1,2,3,4,5,6,7,8,9"}) {
    const auto positions = IndexedArguments::FromText(text);
    ASSERT_TRUE(positions.ok()) << text;
    EXPECT_EQ(positions->ToText(), text);
    EXPECT_EQ(IndexedArguments::FromBits(positions->bits()), *positions);
  }
  EXPECT_EQ(IndexedArguments::FromText("3,2")->ToText(), "2,3");
  EXPECT_EQ(IndexedArguments::FromText("9,2")->last(), 9);
  EXPECT_EQ(IndexedArguments().last(), 0);
  for (const char* text : {"", "0", "10", "2,", ",2", "2,2", "2 3", "a", "None", "2,3,"}) {
    EXPECT_EQ(IndexedArguments::FromText(text).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_EQ(IndexedArguments::FromBits(~uint64_t{0}).ToText(), "1,2,3,4,5,6,7,8,9");
}

TEST(ArgIndexTest, SettingOfASpace) {
  PathTrie trie;
  for (const std::string& key : {IndexedKey("s", 2), IndexedKey("s", 9), IndexingKey("s", 1),
                                 IndexedKey("t", 3), IndexedKey("u", 4) + "x"}) {
    trie.Set(key, 0);
  }
  ReadZipper zipper(trie);
  IndexSetting expected{*IndexedArguments::FromText("2,9"), *IndexedArguments::FromText("1")};
  EXPECT_EQ(*ReadIndexSetting(zipper, "s"), expected);
  EXPECT_EQ(zipper.path(), "");
  EXPECT_EQ(ReadIndexSetting(zipper, "s")->all().ToText(), "1,2,9");
  EXPECT_EQ(ReadIndexedArguments(zipper, "t")->ToText(), "3");
  EXPECT_TRUE(ReadIndexedArguments(zipper, "u")->empty());
  EXPECT_EQ(*ReadIndexSetting(zipper, "v"), IndexSetting());
  EXPECT_EQ(zipper.path(), "");
  EXPECT_EQ(ArgumentPrefix("s", 2), "spaces/s/terms2/");
  EXPECT_FALSE(IsTermKey(ArgumentPrefix("s", 2) + "x"));
  for (const std::string& key : {ArgumentPrefix("s", 1), ArgumentPrefix("s", 9) + "x",
                                 IndexedKey("s", 2), IndexingKey("s", 3)}) {
    EXPECT_TRUE(IsIndexKey(key)) << key;
  }
  for (const std::string& key :
       {TermsPrefix("s") + "x", NamesPrefix("s") + "index/2", SpacePrefix("s"),
        std::string("spaces/s/terms2"), std::string("spaces/s/terms0/"), std::string("index/2"),
        std::string("spaces/s/terms:/")}) {
    EXPECT_FALSE(IsIndexKey(key)) << key;
  }
}

}  // namespace
}  // namespace pathkb
