// Goal: what comes out is JSON and means what went in. Method: fixed cases, every control
// character, and random doubles that must read back bit for bit. PATHKB_TEST_SEED repeats a run.

#include "client/cli/output/json.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <random>

#include "fmt/format.h"
#include "gtest/gtest.h"

namespace pathkb::cli {
namespace {

TEST(JsonTest, Strings) {
  EXPECT_EQ(JsonString(""), "\"\"");
  EXPECT_EQ(JsonString("a \"b\" \\ /"), "\"a \\\"b\\\" \\\\ /\"");
  EXPECT_EQ(JsonString("\n\r\t"), "\"\\n\\r\\t\"");
  EXPECT_EQ(JsonString("\xC3\xA4\xF0\x9F\x98\x80"), "\"\xC3\xA4\xF0\x9F\x98\x80\"");
  EXPECT_EQ(JsonString(std::string_view("\0x", 2)), "\"\\u0000x\"");
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\n' || c == '\r' || c == '\t') continue;
    EXPECT_EQ(JsonString(std::string(1, static_cast<char>(c))), fmt::format("\"\\u{:04x}\"", c));
  }
}

TEST(JsonTest, Numbers) {
  EXPECT_EQ(JsonNumber(1), "1");
  EXPECT_EQ(JsonNumber(0.1), "0.1");
  EXPECT_EQ(JsonNumber(-0.5), "-0.5");
  EXPECT_EQ(JsonNumber(1e300), "1e+300");
  EXPECT_EQ(JsonNumber(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(JsonNumber(std::nan("")), "null");
}

TEST(JsonTest, NumbersReadBack) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "PATHKB_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = JsonNumber(value);
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
  }
}

TEST(JsonTest, Objects) {
  EXPECT_EQ(JsonObject().Done(), "{}");
  EXPECT_EQ(JsonObject()
                .Text("a \"key\"", "v")
                .Number("n", 18446744073709551615u)
                .Signed("s", -3)
                .Real("r", 0.25)
                .Bool("t", true)
                .Bool("f", false)
                .Null("z")
                .Value("o", JsonObject().Number("i", 1).Done())
                .Done(),
            "{\"a \\\"key\\\"\":\"v\",\"n\":18446744073709551615,\"s\":-3,\"r\":0.25,\"t\":true,"
            "\"f\":false,\"z\":null,\"o\":{\"i\":1}}");
}

}  // namespace
}  // namespace pathkb::cli
