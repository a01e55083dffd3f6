// Facts to changes and back; what is refused, with which code.

#include "server/rpc/proto_conversion.h"

#include <cmath>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

v1::Fact Fact(const std::string& term, const std::string& name = "") {
  v1::Fact fact;
  fact.set_term(term);
  fact.set_name(name);
  return fact;
}

TEST(ProtoConversionTest, APlainFactHasNoEntry) {
  const auto change = ToSet(Fact("(parent Tom Bob)"));
  ASSERT_TRUE(change.ok());
  EXPECT_EQ(change->entry, "");
  v1::Fact back;
  ASSERT_TRUE(FillFact(change->encoded_term, "", Entry(), back).ok());
  EXPECT_EQ(back.term(), "(parent Tom Bob)");
  EXPECT_FALSE(back.has_entry());
}

TEST(ProtoConversionTest, EverythingComesBack) {
  v1::Fact fact = Fact("(rule $x (f $y $x))", "rules/one");
  fact.mutable_entry()->set_confidence(0.125);
  fact.mutable_entry()->set_source("a book");
  (*fact.mutable_entry()->mutable_metadata())["page"] = "12";
  const auto change = ToSet(fact);
  ASSERT_TRUE(change.ok());
  const auto entry = DecodeEntry(change->entry);
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->encoded_term, change->encoded_term);
  v1::Fact back;
  ASSERT_TRUE(FillFact(change->encoded_term, change->name, *entry, back).ok());
  EXPECT_EQ(back.SerializeAsString(), fact.SerializeAsString());
}

TEST(ProtoConversionTest, BadEntriesAreRefused) {
  for (double confidence : {-0.1, 1.1, std::nan(""), HUGE_VAL}) {
    v1::Fact fact = Fact("(a)");
    fact.mutable_entry()->set_confidence(confidence);
    EXPECT_EQ(ToSet(fact).status().code(), absl::StatusCode::kInvalidArgument) << confidence;
  }
  v1::Fact fact = Fact("(a)");
  fact.mutable_entry()->set_encoded_term("x");
  EXPECT_EQ(ToSet(fact).status().code(), absl::StatusCode::kInvalidArgument);
  fact = Fact("(a)");
  fact.mutable_entry()->set_source(std::string(70'000, 's'));
  EXPECT_EQ(ToSet(fact).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ToSet(Fact("(a")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ToSet(Fact("(a)", std::string(2000, 'n'))).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ProtoConversionTest, SpaceNames) {
  EXPECT_EQ(*SpaceOf(""), "default");
  EXPECT_EQ(*SpaceOf("wordnet"), "wordnet");
  EXPECT_FALSE(SpaceOf("Word Net").ok());
}

}  // namespace
}  // namespace pathkb
