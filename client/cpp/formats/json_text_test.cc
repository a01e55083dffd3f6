// Goal: what is written reads back, nothing that is no JSON is taken for it, and an error says
// where it is. Method: round trips of every kind of character, and lists of right and wrong texts.

#include "client/cpp/formats/json_text.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb::client {
namespace {

TEST(JsonTextTest, StringsRoundTrip) {
  std::string all;
  for (int c = 0; c < 128; ++c) all.push_back(static_cast<char>(c));
  for (const std::string& text : {all, std::string(), std::string("Grüße 漢字 \U0001F600")}) {
    std::string json;
    AppendJsonString(text, json);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    JsonCursor cursor(json);
    std::string back = "what was there before";
    ASSERT_TRUE(cursor.TakeString(back)) << cursor.error();
    EXPECT_EQ(back, text);
    EXPECT_TRUE(cursor.Finish());
  }
}

// A text that is no JSON: what is wrong with it, and at which byte.
struct WrongCase {
  std::string text;
  size_t offset;
  std::string error;
};

TEST(JsonTextTest, EscapesAreUnderstood) {
  JsonCursor cursor(R"("\"\\\/\b\f\n\r\t\u0041\u00e4\ud83d\ude00")");
  std::string text;
  ASSERT_TRUE(cursor.TakeString(text)) << cursor.error();
  EXPECT_EQ(text, "\"\\/\b\f\n\r\tA\u00e4\U0001F600");
  for (const WrongCase& wrong :
       std::vector<WrongCase>{{R"("\x")", 1, "an unknown escape"},
                              {R"("\u12")", 3, "expected four hexadecimal digits"},
                              {R"("\u12)", 3, "expected four hexadecimal digits"},
                              {R"("\ud83d\u+123")", 9, "expected four hexadecimal digits"},
                              {R"("a\ud83d")", 2, "half a character"},
                              {R"("\ude00")", 1, "half a character"},
                              {R"("\ud83dx")", 1, "half a character"},
                              {R"("\ud83d\ud83d")", 1, "half a character"},
                              {R"( "abc)", 1, "this string is not closed"},
                              {R"("\)", 1, "this string is not closed"},
                              {"\"a\nb\"", 2, "a control character in a string"},
                              {"  abc", 2, "expected a string"},
                              {"", 0, "expected a string"}}) {
    JsonCursor bad(wrong.text);
    EXPECT_FALSE(bad.TakeString(text)) << wrong.text;
    EXPECT_EQ(bad.error(), wrong.error) << wrong.text;
    EXPECT_EQ(bad.error_offset(), wrong.offset) << wrong.text;
  }
}

TEST(JsonTextTest, NumbersAsTheGrammarHasThem) {
  const std::vector<std::pair<std::string, double>> right = {
      {"0", 0}, {"-0.5", -0.5}, {"1e3", 1000}, {"0.25E-2", 0.0025}, {" 12 ", 12}};
  double number = 0;
  for (const auto& [text, value] : right) {
    JsonCursor cursor(text);
    ASSERT_TRUE(cursor.TakeNumber(number)) << text;
    EXPECT_EQ(number, value) << text;
    EXPECT_TRUE(cursor.Finish());
  }
  for (const std::string wrong :
       {"", "-", "01", ".5", "1.", "1e", "nan", "inf", "+1", "1e999", "1 2"}) {
    JsonCursor cursor(wrong);
    EXPECT_FALSE(cursor.TakeNumber(number) && cursor.Finish()) << wrong;
    EXPECT_FALSE(cursor.error().empty()) << wrong;
  }
  for (const auto& [value, expected] : std::vector<std::pair<double, std::string>>{
           {0.1, "0.1"},
           {1, "1"},
           {-2.5e-300, "-2.5e-300"},
           {std::numeric_limits<double>::infinity(), "null"},
           {std::numeric_limits<double>::quiet_NaN(), "null"}}) {
    std::string text;
    AppendJsonNumber(value, text);
    EXPECT_EQ(text, expected);
  }
}

TEST(JsonTextTest, IntegersHaveNeitherPointNorSign) {
  uint64_t number = 0;
  JsonCursor largest(" 18446744073709551615 ");
  ASSERT_TRUE(largest.TakeInteger(number)) << largest.error();
  EXPECT_EQ(number, std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(largest.Finish());
  for (const std::string wrong : {"", "-1", "1.0", "1e2", "18446744073709551616", "\"1\"", "01"}) {
    JsonCursor cursor(wrong);
    EXPECT_FALSE(cursor.TakeInteger(number)) << wrong;
    EXPECT_EQ(cursor.error(), "expected an integer that is not negative") << wrong;
  }
}

// Walks an object and skips its values; false if it is none.
bool SkipMembers(JsonCursor& cursor, std::vector<std::string>& keys) {
  bool first = true;
  bool more = false;
  std::string key;
  for (;;) {
    if (!cursor.NextMember(first, more, key)) return false;
    if (!more) return cursor.Finish();
    keys.push_back(key);
    if (!cursor.TakeNull() && !cursor.SkipValue()) return false;
  }
}

TEST(JsonTextTest, ObjectsAreWalkedAndValuesSkipped) {
  JsonCursor cursor(
      R"( {"a" : "x", "b":[1,{"c":"}"},[]], "d":null , "e":{"f":-1.5e3}, "g":true} )");
  std::vector<std::string> keys;
  EXPECT_TRUE(SkipMembers(cursor, keys)) << cursor.error();
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "b", "d", "e", "g"}));
  for (const WrongCase& wrong :
       std::vector<WrongCase>{{"{", 1, "expected a string"},
                              {"{\"a\"}", 4, "expected `:`"},
                              {"{\"a\":}", 5, "expected a value"},
                              {"{\"a\":@}", 5, "expected a value"},
                              {"{\"a\":1 \"b\":2}", 7, "expected `,` or `}`"},
                              {" []", 1, "expected an object"},
                              {"{\"a\":tru}", 5, "expected a value"},
                              {"{,}", 1, "expected a string"},
                              {"{\"a\":[1}", 8, "expected `,` or `}`"},
                              {"{\"a\":[1", 7, "a value without its end"},
                              {"{} x", 3, "something follows the value"}}) {
    JsonCursor bad(wrong.text);
    EXPECT_FALSE(SkipMembers(bad, keys)) << wrong.text;
    EXPECT_EQ(bad.error(), wrong.error) << wrong.text;
    EXPECT_EQ(bad.error_offset(), wrong.offset) << wrong.text;
  }
  // Deeper than any stack.
  const std::string deep = "{\"a\":" + std::string(1'000'000, '[') + "}";
  JsonCursor depth(deep);
  EXPECT_FALSE(SkipMembers(depth, keys));
}

TEST(JsonTextTest, ACallerAddsErrorsOfItsOwn) {
  JsonCursor cursor("  7");
  const size_t at = cursor.offset();
  EXPECT_EQ(at, 2u);
  EXPECT_FALSE(cursor.Wrong("too many", at));
  EXPECT_EQ(cursor.error(), "too many");
  EXPECT_EQ(cursor.error_offset(), 2u);
}

}  // namespace
}  // namespace pathkb::client
