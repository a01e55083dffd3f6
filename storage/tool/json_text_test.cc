// Goal: what is written reads back, and nothing that is no JSON is taken for it. Method: round
// trips of every kind of character, and lists of right and wrong texts.

#include "storage/tool/json_text.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

TEST(JsonText, StringsRoundTrip) {
  std::string all;
  for (int c = 0; c < 128; ++c) all.push_back(static_cast<char>(c));
  for (const std::string& text : {all, std::string(), std::string("Grüße 漢字 \U0001F600")}) {
    std::string json;
    AppendJsonString(text, json);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    JsonCursor cursor(json);
    const auto back = cursor.TakeString();
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, text);
    EXPECT_TRUE(cursor.Finish().ok());
  }
}

TEST(JsonText, EscapesAreUnderstood) {
  JsonCursor cursor(R"("\"\\\/\b\f\n\r\t\u0041\u00e4\ud83d\ude00")");
  EXPECT_EQ(cursor.TakeString().value(), "\"\\/\b\f\n\r\tA\u00e4\U0001F600");
  for (const std::string wrong :
       {R"("\x")", R"("\u12")", R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", R"("abc)", "\"a\nb\"",
        "\"\xff\"", "abc", "", R"("\)"}) {
    JsonCursor bad(wrong);
    EXPECT_EQ(bad.TakeString().status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

TEST(JsonText, NumbersAsTheGrammarHasThem) {
  const std::vector<std::pair<std::string, double>> right = {
      {"0", 0}, {"-0.5", -0.5}, {"1e3", 1000}, {"0.25E-2", 0.0025}, {" 12 ", 12}};
  for (const auto& [text, value] : right) {
    JsonCursor cursor(text);
    EXPECT_EQ(cursor.TakeNumber().value(), value) << text;
    EXPECT_TRUE(cursor.Finish().ok());
  }
  for (const std::string wrong : {"", "-", "01", ".5", "1.", "1e", "nan", "inf", "+1", "1e999"}) {
    JsonCursor cursor(wrong);
    EXPECT_FALSE(cursor.TakeNumber().ok() && cursor.Finish().ok()) << wrong;
  }
  std::string text;
  AppendJsonNumber(0.1, text);
  EXPECT_EQ(text, "0.1");
}

TEST(JsonText, ObjectsAreWalkedAndValuesSkipped) {
  JsonCursor cursor(
      R"( {"a" : "x", "b":[1,{"c":"}"},[]], "d":null , "e":{"f":-1.5e3}, "g":true} )");
  std::vector<std::string> keys;
  bool first = true;
  std::string key;
  for (;;) {
    const auto more = cursor.NextMember(first, key);
    ASSERT_TRUE(more.ok()) << more.status();
    if (!*more) break;
    keys.push_back(key);
    if (!cursor.TakeNull()) ASSERT_TRUE(cursor.SkipValue().ok()) << key;
  }
  EXPECT_TRUE(cursor.Finish().ok());
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "b", "d", "e", "g"}));
  for (const std::string wrong : {"{", "{\"a\"}", "{\"a\":}", "{\"a\":@}", "{\"a\":1 \"b\":2}",
                                  "[]", "{\"a\":tru}", "{,}", "{\"a\":[1}"}) {
    JsonCursor bad(wrong);
    bool ok = true;
    first = true;
    while (ok) {
      const auto more = bad.NextMember(first, key);
      ok = more.ok();
      if (!ok || !*more) break;
      ok = bad.SkipValue().ok();
    }
    EXPECT_FALSE(ok && bad.Finish().ok()) << wrong;
  }
  // Deeper than any stack.
  const std::string deep = "{\"a\":" + std::string(1'000'000, '[') + "}";
  JsonCursor depth(deep);
  first = true;
  ASSERT_TRUE(depth.NextMember(first, key).value());
  EXPECT_FALSE(depth.SkipValue().ok());
}

}  // namespace
}  // namespace pathkb
