// Goal: a term goes into a message and back as it is, and a message that is no term says why.
// Method: terms of every kind and depth, through serialized bytes as over the wire; random terms.

#include "server/rpc/term_conversion.h"

#include "gtest/gtest.h"

#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb {
namespace {

// Through the wire and back.
absl::StatusOr<Term> Back(const Term& term) {
  v1::Fact fact;
  FillTerm(term, *fact.mutable_structured());
  v1::Fact received;
  EXPECT_TRUE(received.ParseFromString(fact.SerializeAsString()));
  return ToTerm(received.structured());
}

TEST(TermConversionTest, EveryKindThereAndBack) {
  for (const char* text : {"a", "$x", "()", "-9223372036854775808", "2.5", "-inf.0",
                           "\"text \\u{1F600}\"", "(f (g $x \"s\") 1 2.0 ($x))", "#\"a b\""}) {
    const Term term = *ParseTerm(text);
    const auto back = Back(term);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_TRUE(*back == term) << text;
  }
  EXPECT_TRUE(*Back(Term::String("\xff\x00")) == Term::String("\xff\x00"));
  EXPECT_TRUE(*Back(Term::Symbol("\xff")) == Term::Symbol("\xff"));
}

TEST(TermConversionTest, DeepTermsComeThrough) {
  Term term = Term::Symbol("x");
  for (int depth = 0; depth < 900; ++depth) {
    term = Term::Expression({Term::Symbol("s"), std::move(term)});
  }
  const auto back = Back(term);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(*back == term);
}

TEST(TermConversionTest, RandomTerms) {
  RandomTerms random(TestSeed());
  for (int i = 0; i < 2000; ++i) {
    const Term term = random.Next();
    const auto back = Back(term);
    ASSERT_TRUE(back.ok()) << back.status();
    // Where it went encoded, its variables have lost their names.
    std::string encoded, encoded_back;
    ASSERT_TRUE(EncodeTerm(term, encoded).ok() && EncodeTerm(*back, encoded_back).ok());
    EXPECT_EQ(encoded_back, encoded) << PrintTerm(term);
  }
}

TEST(TermConversionTest, MessagesThatAreNoTerm) {
  v1::Term message;
  EXPECT_EQ(ToTerm(message).status().message(), "a term without a kind");
  message.mutable_expression()->add_children();
  EXPECT_EQ(ToTerm(message).status().message(), "a term without a kind");
  message.set_symbol("");
  EXPECT_EQ(ToTerm(message).status().message(), "an empty symbol");
  message.set_encoded("\x49");
  EXPECT_EQ(ToTerm(message).status().code(), absl::StatusCode::kInvalidArgument);
  message.set_encoded("\x48\x48");
  EXPECT_EQ(ToTerm(message).status().message(), "not an encoded term: 1 bytes too many");
  message.set_text(std::string(5 << 20, 'x'));
  EXPECT_EQ(ToTerm(message).status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace pathkb
