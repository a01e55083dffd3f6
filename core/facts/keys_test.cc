// The two key families split back into their parts; names outside the rules are refused.

#include "core/facts/keys.h"

#include "gtest/gtest.h"

#include "core/facts/copy_mark.h"
#include "core/term/path_encoding.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

TEST(KeysTest, TermKeySplitsIntoTermAndName) {
  std::string term;
  ASSERT_TRUE(EncodeTerm(*ParseTerm("(parent Tom \"Bob\")"), term).ok());
  for (const std::string name : {"", "facts/math/addition"}) {
    const std::string key = TermKey("family", term, name);
    const std::string prefix = TermsPrefix("family");
    EXPECT_EQ(prefix, "spaces/family/terms/");
    ASSERT_TRUE(key.starts_with(prefix));
    const auto parts = SplitTermKey(std::string_view(key).substr(prefix.size()));
    ASSERT_TRUE(parts.ok());
    EXPECT_EQ(parts->encoded_term, term);
    EXPECT_EQ(parts->name, name);
  }
  EXPECT_EQ(NameKey("family", "a/b"), "spaces/family/facts/a/b");
  EXPECT_FALSE(SplitTermKey(std::string_view(term).substr(0, 4)).ok());
}

TEST(KeysTest, OnlyTermKeysAreTermKeys) {
  EXPECT_TRUE(IsTermKey("spaces/s/terms/x"));
  EXPECT_TRUE(IsTermKey("spaces/terms/terms/"));
  for (const char* other :
       {"", "spaces/s/facts/terms/x", "spaces/s/terms", "spaces/s", "x/s/terms/y"}) {
    EXPECT_FALSE(IsTermKey(other)) << other;
  }
}

TEST(KeysTest, WhatAKeyBeginsWithNamesItsSpace) {
  EXPECT_EQ(SpacePrefixOf("spaces/s/terms/x"), "spaces/s/");
  EXPECT_EQ(SpacePrefixOf("spaces/s/"), "spaces/s/");
  for (const char* other : {"", "spaces/", "spaces/s", "requests/s/x", "/spaces/s/"}) {
    EXPECT_EQ(SpacePrefixOf(other), "") << other;
  }
}

TEST(KeysTest, CopiesHaveNoName) {
  const std::string encoded =
      "\xC1"
      "a";
  std::string before = encoded;
  for (const uint32_t copy : {2u, 3u, 255u, 256u, 65'536u, kCopiesMax}) {
    const std::string mark = CopyMark(copy);
    EXPECT_EQ(mark.size(), kCopyMarkBytes);
    EXPECT_FALSE(CheckFactName(mark).ok());
    EXPECT_EQ(CopyOf(mark), copy);
    EXPECT_LT(before, encoded + mark);
    before = encoded + mark;
    const auto parts = SplitTermKey(before);
    ASSERT_TRUE(parts.ok());
    EXPECT_EQ(parts->encoded_term, encoded);
    EXPECT_EQ(parts->name, "");
    EXPECT_EQ(parts->behind_term, mark);
  }
  // Names come behind all copies, and are the first of their kind.
  EXPECT_LT(before, encoded + "\x01");
  const std::string with_name = encoded + "n/1";
  const auto named = SplitTermKey(with_name);
  EXPECT_EQ(named->name, "n/1");
  EXPECT_EQ(CopyOf(named->behind_term), 1u);
  for (const std::string& odd : {std::string(5, '\0'), std::string("\0\1", 2), std::string()}) {
    EXPECT_EQ(CopyOf(odd), 1u);
    EXPECT_EQ(FactNameOf(odd), "");
  }
}

TEST(KeysTest, SpaceNames) {
  for (const char* good : {"a", "0", "default", "a-b_c9", "9lives"}) {
    EXPECT_TRUE(CheckSpaceName(good).ok()) << good;
  }
  EXPECT_TRUE(CheckSpaceName(std::string(63, 'x')).ok());
  for (const std::string& bad :
       {std::string(), std::string("A"), std::string("-a"), std::string("_a"), std::string("a/b"),
        std::string("a b"), std::string("\xC3\xA4"), std::string(64, 'x')}) {
    EXPECT_EQ(CheckSpaceName(bad).code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(KeysTest, FactNames) {
  EXPECT_TRUE(CheckFactName("facts/math/addition").ok());
  EXPECT_TRUE(CheckFactName(std::string(1024, 'n')).ok());
  EXPECT_FALSE(CheckFactName("").ok());
  EXPECT_FALSE(CheckFactName(std::string(1025, 'n')).ok());
  EXPECT_FALSE(CheckFactName(std::string("a\0b", 3)).ok());
}

}  // namespace
}  // namespace pathkb
