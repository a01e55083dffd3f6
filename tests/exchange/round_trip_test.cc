// Goal: what a format writes of a fact, reading gives back, term, name and entry, whatever they are
// made of. Method: random facts with every kind of term, their terms printed as the server prints
// them, written and read in random chunks; what is read must be the same term, structure by
// structure. PATHKB_TEST_SEED repeats a run.

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "client/cpp/formats/csv.h"
#include "client/cpp/formats/fact_json.h"
#include "client/cpp/formats/format.h"
#include "client/cpp/formats/json_lines.h"
#include "client/cpp/formats/metta.h"
#include "client/cpp/formats/n_triples.h"
#include "core/term/path_encoding.h"
#include "core/term/random_terms.h"
#include "core/term/sexpr.h"

namespace pathkb::client {
namespace {

constexpr int kFacts = 4000;

// The same term has the same text, so texts of terms are compared as terms.
Term Parsed(const std::string& text) {
  const absl::StatusOr<Term> term = ParseTerm(text);
  EXPECT_TRUE(term.ok()) << text << ": " << term.status();
  return term.ok() ? *term : Term();
}

std::string Show(const v1::Fact& fact) {
  std::string text = PrintTerm(Parsed(fact.term()));
  AppendEntryJson(fact, text);
  return text;
}

v1::Fact RandomFact(RandomTerms& random) {
  v1::Fact fact;
  fact.set_term(PrintTerm(random.Next()));
  if (random.UpTo(2) == 0) fact.set_name(random.Text(20));
  if (random.UpTo(2) == 0) {
    fact.mutable_entry()->set_confidence(static_cast<double>(random.UpTo(1000)) / 1000.0);
  }
  if (random.UpTo(2) == 0) fact.mutable_entry()->set_source(random.Text(20));
  for (size_t i = random.UpTo(2); i > 0; --i) {
    (*fact.mutable_entry()->mutable_metadata())[random.Text(5)] = random.Text(10);
  }
  return fact;
}

std::vector<v1::Fact> ReadBack(const ReaderOptions& options, const std::string& text,
                               RandomTerms& random) {
  auto reader = NewFactReader(options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<v1::Fact> facts;
  const auto drain = [&] {
    for (;;) {
      v1::Fact fact;
      InputRow row;
      if (!(*reader)->Next(fact, row)) return;
      EXPECT_EQ(row.error, "") << ShowPosition(row.position);
      facts.push_back(std::move(fact));
    }
  };
  for (size_t at = 0; at < text.size();) {
    const std::string chunk = text.substr(at, 1 + random.UpTo(5000));
    at += chunk.size();
    (*reader)->Feed(chunk);
    drain();
  }
  (*reader)->Finish();
  drain();
  return facts;
}

void ExpectEqual(const std::vector<v1::Fact>& facts, const std::vector<v1::Fact>& again) {
  ASSERT_EQ(again.size(), facts.size());
  for (size_t i = 0; i < facts.size(); ++i) ASSERT_EQ(Show(again[i]), Show(facts[i])) << i;
}

TEST(RoundTripTest, MettaAndJsonLinesLoseNothing) {
  RandomTerms random(TestSeed());
  std::vector<v1::Fact> facts;
  for (int i = 0; i < kFacts; ++i) facts.push_back(RandomFact(random));
  MettaWriter metta;
  JsonLinesWriter json;
  std::string metta_text;
  std::string json_text;
  for (const v1::Fact& fact : facts) {
    EXPECT_TRUE(metta.Append(fact, {}, metta_text));
    EXPECT_TRUE(json.Append(fact, {}, json_text));
  }
  ReaderOptions options;
  ExpectEqual(facts, ReadBack(options, metta_text, random));
  options.format = FactFormat::kJsonLines;
  ExpectEqual(facts, ReadBack(options, json_text, random));
}

void AddBinding(const std::string& variable, const Term& term, Bindings& bindings) {
  v1::Binding& binding = *bindings.Add();
  binding.set_variable(variable);
  binding.set_term(PrintTerm(term));
}

TEST(RoundTripTest, TablesOfFactsOfOneShape) {
  RandomTerms random(TestSeed());
  for (const bool header : {true, false}) {
    for (const FactFormat format : {FactFormat::kCsv, FactFormat::kTsv}) {
      ReaderOptions options;
      options.format = format;
      options.template_text = header ? "(r $any $text $\"a number\")" : "(r $1 $2 $3)";
      options.csv.header = header;
      options.csv.separator = format == FactFormat::kCsv ? ',' : '\t';
      options.csv.types = CellType::kTerm;
      options.csv.types_of_columns = {{header ? "text" : "2", CellType::kString},
                                      {header ? "a number" : "3", CellType::kAuto}};
      if (header) {
        options.csv.confidence_column = "c";
        options.csv.source_column = "s";
        options.csv.name_column = "n";
      }
      CsvOptions write = options.csv;
      // In a query variables have names.
      if (!header)
        write.types_of_columns = {{"text", CellType::kString}, {"a number", CellType::kAuto}};
      CsvWriter writer(write, {});
      std::vector<v1::Fact> facts;
      std::string text;
      for (int i = 0; i < kFacts / 4; ++i) {
        v1::Fact fact = RandomFact(random);
        fact.mutable_entry()->clear_metadata();
        if (!header) fact = v1::Fact();
        const Term any = random.Next();
        const Term string = Term::String(random.Text(10));
        double number = random.Float();
        if (!std::isfinite(number)) number = 0.5;
        const Term third =
            random.UpTo(1) == 0 ? Term::Integer(random.Integer()) : Term::Float(number);
        fact.set_term(PrintTerm(Term::Expression({Term::Symbol("r"), any, string, third})));
        Bindings bindings;
        AddBinding("any", any, bindings);
        AddBinding("text", string, bindings);
        AddBinding("a number", third, bindings);
        EXPECT_TRUE(writer.Append(fact, bindings, text));
        facts.push_back(std::move(fact));
      }
      EXPECT_TRUE(writer.Notes().empty()) << writer.Notes()[0];
      ExpectEqual(facts, ReadBack(options, text, random));
    }
  }
}

TEST(RoundTripTest, CellsThatAreNotExactAreSaidToBe) {
  RandomTerms random(TestSeed());
  int exact_cells = 0;
  for (int i = 0; i < kFacts; ++i) {
    const Term term = random.Next();
    for (const CellType type : {CellType::kAuto, CellType::kString, CellType::kSymbol,
                                CellType::kInteger, CellType::kFloat, CellType::kTerm}) {
      bool exact = false;
      const std::string cell = CellOf(type, PrintTerm(term), exact);
      std::string again;
      const bool good = AppendCellTerm(type, cell, again).empty();
      ASSERT_EQ(exact, good && Parsed(again) == term) << PrintTerm(term) << " as " << cell;
      exact_cells += exact ? 1 : 0;
    }
  }
  EXPECT_GT(exact_cells, kFacts);
}

TEST(RoundTripTest, Triples) {
  RandomTerms random(TestSeed());
  const std::string xsd = "<http://www.w3.org/2001/XMLSchema#";
  const auto iri = [&] { return Term::Symbol("<" + random.Text(8) + ">"); };
  const auto object = [&]() -> Term {
    switch (random.UpTo(8)) {
      case 0:
        return iri();
      case 1:
        return Term::Symbol("_:b" + std::to_string(random.UpTo(100)));
      case 2:
        return Term::Integer(random.Integer());
      case 3:
        return Term::Float(random.Float());
      case 4:
        return Term::Expression(
            {Term::Symbol("@"), Term::String(random.Text(10)), Term::Symbol("en-GB")});
      case 5:
        return Term::Expression({Term::Symbol("^^"), Term::String(random.Text(10)), iri()});
      case 6:
        return Term::Expression(
            {Term::Symbol("^^"), Term::Integer(random.Integer()), Term::Symbol(xsd + "long>")});
      case 7:
        return random.Next();  // Mostly no part of a triple.
      default:
        return Term::String(random.Text(10));
    }
  };
  NTriplesWriter writer;
  std::vector<v1::Fact> facts;
  std::string text;
  for (int i = 0; i < kFacts; ++i) {
    const Term subject = random.UpTo(3) == 0 ? Term::Symbol("_:s") : iri();
    v1::Fact fact;
    fact.set_term(PrintTerm(Term::Expression({iri(), subject, object()})));
    if (writer.Append(fact, {}, text)) facts.push_back(std::move(fact));
  }
  EXPECT_GT(facts.size(), static_cast<size_t>(kFacts) * 3 / 4);
  EXPECT_EQ(facts.size() + writer.left_out(), static_cast<size_t>(kFacts));
  ReaderOptions options;
  options.format = FactFormat::kNTriples;
  ExpectEqual(facts, ReadBack(options, text, random));
}

}  // namespace
}  // namespace pathkb::client
