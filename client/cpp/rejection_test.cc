// Goal: messages of every form are taken apart, and a place in a fact becomes the right place in
// its file. Method: fixed messages with known answers.

#include "client/cpp/rejection.h"

#include "gtest/gtest.h"

namespace pathkb::client {
namespace {

TEST(RejectionTest, AllParts) {
  const Rejection rejection = ParseRejection("fact 12: line 1, column 7: expected ')': found 'x'");
  EXPECT_EQ(rejection.fact_index, 12);
  EXPECT_EQ(rejection.position, (TextPosition{1, 7}));
  EXPECT_EQ(rejection.what, "expected ')': found 'x'");
}

TEST(RejectionTest, PartsMayBeMissing) {
  const Rejection no_index = ParseRejection("line 3, column 70: too deep");
  EXPECT_EQ(no_index.fact_index, std::nullopt);
  EXPECT_EQ(no_index.position, (TextPosition{3, 70}));
  EXPECT_EQ(no_index.what, "too deep");

  const Rejection no_position = ParseRejection("fact 0: confidence 2 is not in [0, 1]");
  EXPECT_EQ(no_position.fact_index, 0);
  EXPECT_EQ(no_position.position, std::nullopt);
  EXPECT_EQ(no_position.what, "confidence 2 is not in [0, 1]");
}

TEST(RejectionTest, OtherMessagesAreKeptWhole) {
  for (const char* message :
       {"", "bad space", "fact", "fact x: y", "fact 1 is bad", "line 1: x", "line 0, column 1: x",
        "line 1, column 99999999999999999999: x", "fact 99999999999999999999: x"}) {
    const Rejection rejection = ParseRejection(message);
    EXPECT_EQ(rejection.fact_index, std::nullopt) << message;
    EXPECT_EQ(rejection.position, std::nullopt) << message;
    EXPECT_EQ(rejection.what, message);
  }
}

TEST(RejectionTest, PlaceInFile) {
  // On the fact's first line columns add up; on later lines the fact's own column plays no part.
  EXPECT_EQ(PlaceInFile({10, 5}, {1, 1}), (TextPosition{10, 5}));
  EXPECT_EQ(PlaceInFile({10, 5}, {1, 7}), (TextPosition{10, 11}));
  EXPECT_EQ(PlaceInFile({10, 5}, {3, 7}), (TextPosition{12, 7}));
}

}  // namespace
}  // namespace pathkb::client
