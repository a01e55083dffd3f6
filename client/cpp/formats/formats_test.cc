// Goal: each format gives the facts that are there, wherever the input was cut into chunks, and a
// bad row costs only itself and is named by its place. Method: tables of inputs with all rows that
// must come out, each read whole, in chunks of every small size, and cut in two at every byte.

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "client/cpp/formats/fact_json.h"
#include "client/cpp/formats/format.h"
#include "client/cpp/formats/json_lines.h"
#include "client/cpp/formats/metta.h"
#include "client/cpp/formats/n_triples.h"

namespace pathkb::client {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

ReaderOptions Options(FactFormat format, std::string template_text = "") {
  ReaderOptions options;
  options.format = format;
  options.template_text = std::move(template_text);
  options.keep_text = true;
  return options;
}

// What came out: "3:1 (term) {entry}" for a fact, "3:7! what is wrong" for a bad row.
std::vector<std::string> Drain(FactReader& reader) {
  std::vector<std::string> rows;
  for (;;) {
    v1::Fact fact;
    InputRow row;
    if (!reader.Next(fact, row)) return rows;
    std::string text =
        std::to_string(row.position.line) + ":" + std::to_string(row.position.column);
    if (!row.error.empty()) {
      text += "! " + row.error;
    } else {
      text += " " + fact.term();
      if (HasMoreThanItsTerm(fact)) {
        text += " ";
        AppendEntryJson(fact, text);
      }
    }
    rows.push_back(std::move(text));
  }
}

void Add(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Reads `text` in pieces that end at the offsets `cuts`.
std::vector<std::string> Read(const ReaderOptions& options, const std::string& text,
                              std::vector<size_t> cuts) {
  auto reader = NewFactReader(options);
  EXPECT_TRUE(reader.ok()) << reader.status();
  std::vector<std::string> rows;
  cuts.push_back(text.size());
  size_t from = 0;
  for (const size_t to : cuts) {
    const std::string piece = text.substr(from, to - from);
    (*reader)->Feed(piece);
    Add(rows, Drain(**reader));
    from = to;
  }
  (*reader)->Finish();
  Add(rows, Drain(**reader));
  return rows;
}

// Reads it in every way; all must give the same, which is returned.
std::vector<std::string> ReadAll(const ReaderOptions& options, const std::string& text) {
  const std::vector<std::string> whole = Read(options, text, {});
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_THAT(Read(options, text, {cut}), ElementsAreArray(whole)) << "cut at " << cut;
  }
  for (size_t size = 1; size <= 5; ++size) {
    std::vector<size_t> cuts;
    for (size_t at = size; at < text.size(); at += size) cuts.push_back(at);
    EXPECT_THAT(Read(options, text, cuts), ElementsAreArray(whole)) << "pieces of " << size;
  }
  return whole;
}

TEST(MettaReaderTest, FactsAndNotes) {
  EXPECT_THAT(
      ReadAll(
          Options(FactFormat::kMetta),
          "\xEF\xBB\xBF; a comment\n"
          "(a b) ;@no note\n"
          ";@ {\"name\":\"n\",\"confidence\":0.5,\"source\":\"s\",\"metadata\":{\"k\":\"v\"}}\r\n"
          "; another comment\n"
          "(c ;@ not here\n d)\n"
          "(e)\n"
          ";@ {\"confidence\":2}\n(f)\n"
          ";@ {\"nmae\":\"x\"}\n(g)\n"
          ";@ {}\n;@ {\"name\":\"m\"}\n(h)\n"
          "(i))(j)\n"
          ";@ {\"name\":\"last\"}"),
      ElementsAre("2:1 (a b)",
                  "5:1 (c ;@ not here\n d) {\"name\":\"n\",\"confidence\":0.5,\"source\":\"s\","
                  "\"metadata\":{\"k\":\"v\"}}",
                  "7:1 (e)", "8:18! in the note on a fact: confidence 2: must be between 0 and 1",
                  "10:12! in the note on a fact: a member \"nmae\" is not known; there are name, "
                  "confidence, source and metadata",
                  "12:1! this note has no fact behind it", "14:1 (h) {\"name\":\"m\"}", "15:1 (i)",
                  "15:4! this ')' closes nothing", "15:5 (j)",
                  "16:1! this note has no fact behind it"));
}

TEST(MettaReaderTest, BadUtf8AndLongNotes) {
  ReaderOptions options = Options(FactFormat::kMetta);
  options.fact_bytes_max = 20;
  EXPECT_THAT(
      ReadAll(options, "(\xC3\xA4 \xFF)\n;@ {\"name\":\"\xFF\"}\n(a)\n;@ " + std::string(30, ' ') +
                           "\n(b)\n; " + std::string(30, 'x') + "\n(c)"),
      ElementsAre("1:4! byte 0xFF is not valid UTF-8",
                  "2:13! in the note on a fact: byte 0xFF is not valid UTF-8",
                  "4:1! this note is longer than 20 bytes", "5:1 (b)", "7:1 (c)"));
}

TEST(MettaReaderTest, AParenthesisThatIsNeverClosed) {
  ReaderOptions options = Options(FactFormat::kMetta);
  const std::string text = "(a)\n(b\n c)\n(d (e)\n(f)\n;@ {\"name\":\"g\"}\n(g\n h)\n(i \"j)\n(k)";
  EXPECT_THAT(ReadAll(options, text),
              ElementsAre("1:1 (a)", "2:1 (b\n c)",
                          "9:4! this string is not closed (in the expression that begins at line "
                          "4, column 1)"));
  options.skip_bad_rows = true;
  EXPECT_THAT(ReadAll(options, text),
              ElementsAre("1:1 (a)", "2:1 (b\n c)", "4:1! this '(' is not closed", "5:1 (f)",
                          "7:1 (g\n h) {\"name\":\"g\"}",
                          "9:4! this string is not closed (in the expression that begins at line "
                          "9, column 1)",
                          "10:1 (k)"));
  // The same where the text is too long to be kept until its end.
  options.fact_bytes_max = 10;
  std::string all = "(a (b)\n";
  std::vector<std::string> good;
  for (int i = 0; i < 20; ++i) {
    all += "(c " + std::to_string(i) + ")\n";
    good.push_back(std::to_string(i + 2) + ":1 (c " + std::to_string(i) + ")");
  }
  std::vector<std::string> expected = {"1:1! this '(' is not closed"};
  expected.insert(expected.end(), good.begin(), good.end());
  EXPECT_THAT(Read(options, all, {}), ElementsAreArray(expected));
  std::vector<size_t> cuts;
  for (size_t at = 1; at < all.size(); ++at) cuts.push_back(at);
  EXPECT_THAT(Read(options, all, cuts), ElementsAreArray(expected));
}

TEST(JsonLinesReaderTest, GoodAndBadRows) {
  EXPECT_THAT(
      ReadAll(
          Options(FactFormat::kJsonLines),
          "\xEF\xBB\xBF{\"fact\":\"(a)\"}\n"
          "\n"
          "# a remark\r\n"
          " { \"name\" : \"n\\u00e4\\ud83d\\ude00\" , \"fact\" : \"\\\"t\\n\\\"\" } \r\n"
          "{\"fact\":\"(b)\",\"name\":\"\",\"confidence\":1,\"source\":\"\",\"metadata\":{},"
          "\"bindings\":{\"x\":[1,{\"y\":null}]}}\n"
          "{\"fact\":\"(c)\",\"name\":null,\"confidence\":null,\"source\":null,"
          "\"metadata\":null}\n"
          "{\"fact\":\"(d)\",\"confidence\":2.5e-1,\"source\":\"s\",\"metadata\":{\"k\":\"v\"}}\n"
          "{\"fact\":\"\xC3\xA4\",\"fakt\":1}\n"
          "{\"fact\":\"a\",\"fact\":\"b\"}\n"
          "{\"name\":\"a\"}\n"
          "[1]\n"
          "{\"fact\":\"a\"} x\n"
          "{\"fact\":\"a\n"
          "{\"fact\":\"\\ud800\"}\n"
          "{\"fact\":\"a\",\"confidence\":1.5}\n"
          "{\"fact\":\"a\",\"confidence\":01}\n"
          "{\"fact\":\"a\",\"metadata\":{\"k\":1}}\n"
          "{\"fact\":\"a\",\"metadata\":{\"k\":\"1\",\"k\":\"2\"}}\n"
          "{\"fact\":\"\xFF\"}\n"
          "{\"fact\":\"(z)\"}"),
      ElementsAre("1:1 (a)", "4:1 \"t\n\" {\"name\":\"n\xC3\xA4\xF0\x9F\x98\x80\"}", "5:1 (b)",
                  "6:1 (c)",
                  "7:1 (d) {\"confidence\":0.25,\"source\":\"s\",\"metadata\":{\"k\":\"v\"}}",
                  "8:20! a member \"fakt\" is not known; there are fact, name, confidence, source "
                  "and metadata",
                  "9:20! \"fact\" is there twice", "10:1! there is no member \"fact\"",
                  "11:1! expected an object", "12:14! something follows the value",
                  "13:9! this string is not closed", "14:10! half a character",
                  "15:26! confidence 1.5: must be between 0 and 1", "16:26! expected a number",
                  "17:29! expected a string", "18:32! metadata has \"k\" twice",
                  "19:10! byte 0xFF is not valid UTF-8", "20:1 (z)"));
}

ReaderOptions Table(std::string template_text) {
  return Options(FactFormat::kCsv, std::move(template_text));
}

TEST(CsvReaderTest, CellsAndQuotes) {
  EXPECT_THAT(ReadAll(Table("(edge $from \"$x\" $to)"),
                      "\xEF\xBB\xBFto,\"from\",rest\r\n"
                      "a,b,1\r\n"
                      "\n"
                      "\"with a , and \"\"quotes\"\"\nand a line\",c,2\n"
                      "12,-1.5e3,\n"
                      "007,1.,3\n"
                      "99999999999999999999,-0,\"\"\n"
                      "#pathkb: a remark\n"
                      " x ,,\"a\""),
              ElementsAre("2:1 (edge \"b\" \"$x\" \"a\")",
                          "4:1 (edge \"c\" \"$x\" \"with a , and \\\"quotes\\\"\\nand a line\")",
                          "6:1 (edge -1.5e3 \"$x\" 12)", "7:1 (edge \"1.\" \"$x\" \"007\")",
                          "8:1 (edge -0 \"$x\" \"99999999999999999999\")",
                          "10:1 (edge \"\" \"$x\" \" x \")"));
}

TEST(CsvReaderTest, ABadRowCostsOnlyItself) {
  EXPECT_THAT(ReadAll(Table("($a $b)"),
                      "a,b\n"
                      "1,2\n"
                      "1\n"
                      "1,\"open\n"
                      "3,4\n"
                      "5,\"x\"y\n"
                      "\xC3\xA4,\xFF\n"
                      "6,\"7\n8\"\n"
                      "9,\"never closed\n"
                      "10,11\n"),
              ElementsAre("2:1 (1 2)", "3:1! 1 cells, where there are 2 columns",
                          "4:3! this quotation mark is not closed where a cell ends", "5:1 (3 4)",
                          "6:6! something follows the closing quotation mark",
                          "7:3! byte 0xFF is not valid UTF-8", "8:1 (6 \"7\\n8\")",
                          "10:3! this quotation mark is not closed", "11:1 (10 11)"));
}

TEST(CsvReaderTest, TypesAndEntries) {
  ReaderOptions options = Table("($s $y $i $f $t $1)");
  options.csv.types = CellType::kString;
  options.csv.types_of_columns = {{"y", CellType::kSymbol},
                                  {"i", CellType::kInteger},
                                  {"f", CellType::kFloat},
                                  {"t", CellType::kTerm}};
  options.csv.confidence_column = "c";
  options.csv.source_column = "from";
  options.csv.name_column = "n";
  EXPECT_THAT(
      ReadAll(options,
              "s,y,i,f,t,c,from,n\n"
              "1,Tom,+04,3,(a $x),,,\n"
              "1,4,04,.5,a,0.5,book,n/1\n"
              "1,a b,4,0.50,a,1,,\n"
              "1,,4,1,a,,,\n"
              "1,a,4.0,1,a,,,\n"
              "1,a,4,inf,\"\"\"a b\"\" \",,,\n"
              "1,a,4,1,a b,,,\n"
              "1,a,4,1,a) (b,,,\n"
              "1,a,4,1,a ; b,,,\n"
              "1,a,4,1,a,2,,\n"),
      ElementsAre("2:1 (\"1\" Tom 4 3.0 (a $x) \"1\")", "3:8! '.5' is no floating-point number",
                  "4:1 (\"1\" #\"a b\" 4 0.5 a \"1\")", "5:3! an empty cell is no symbol",
                  "6:5! '4.0' is no integer of 64 bits", "7:1 (\"1\" a 4 +inf.0 \"a b\"  \"1\")",
                  "8:9! 'a b' is not one term", "9:9! 'a) (b' is not one term",
                  "10:9! 'a ; b' is not one term",
                  "11:11! a confidence must be a number between 0 and 1"));
}

TEST(CsvReaderTest, HeadersAndTemplates) {
  EXPECT_THAT(ReadAll(Table("($a $c)"), "a,b\n1,2\n"),
              ElementsAre("1:1! there is no column 'c'; there are: a, b"));
  ReaderOptions options = Table("(row $2 $1)");
  options.csv.header = false;
  EXPECT_THAT(ReadAll(options, "1,2\n3,4\n"), ElementsAre("1:1 (row 2 1)", "2:1 (row 4 3)"));
  options.format = FactFormat::kTsv;
  EXPECT_THAT(ReadAll(options, "1\t2\n\"a\tb\"\t4,5\n"),
              ElementsAre("1:1 (row 2 1)", "2:1 (row \"4,5\" \"a\\tb\")"));
  EXPECT_THAT(ReadAll(Table("(p $\"a b\")"), "a b\nx\n"), ElementsAre("2:1 (p \"x\")"));
  for (const char* bad : {"", "(a b)", "(a $x", "$x $y", "(a ; $x\n)"}) {
    EXPECT_FALSE(NewFactReader(Table(bad)).ok()) << bad;
  }
}

TEST(CsvReaderTest, ALineThatNeverEnds) {
  CsvSplitter rows(',', /*record_bytes_max=*/10);
  std::vector<std::string> seen;
  const auto take = [&] {
    while (rows.Next()) seen.push_back(rows.error().empty() ? std::string(rows.text()) : "!");
  };
  for (const std::string piece :
       {"a,b\n", "cccccc", "cccccc", "ccc\nd,", "e\n\"0123", "456789", "\nf,g\n"}) {
    rows.Feed(piece);
    take();
  }
  rows.Finish();
  take();
  EXPECT_THAT(seen, ElementsAre("a,b", "!", "d,e", "!", "f,g"));
  EXPECT_EQ(rows.line(), 5u);
}

TEST(NTriplesReaderTest, GoodAndBadLines) {
  constexpr char kXsd[] = "http://www.w3.org/2001/XMLSchema#";
  const std::string xsd = kXsd;
  EXPECT_THAT(
      ReadAll(Options(FactFormat::kNTriples),
              "# a comment\n"
              "<s> <p> <o> .\n"
              "\t_:b1<p>_:b.2.# comment\r\n"
              "<s> <p> \"a \\\"b\\\" \\u00e4\\U0001F600\\t\" .\n"
              "<s> <p> \"chat\"@fr-BE .\n"
              "<s> <p> \"42\"^^<" +
                  xsd +
                  "integer> .\n"
                  "<s> <p> \"042\"^^<" +
                  xsd +
                  "integer> .\n"
                  "<s> <p> \"2.5\"^^<" +
                  xsd +
                  "double> .\n"
                  "<s> <p> \"2.50\"^^<" +
                  xsd +
                  "double> .\n"
                  "<s> <p> \"-INF\"^^<" +
                  xsd +
                  "double> .\n"
                  "<s> <p> \"2.5\"^^<" +
                  xsd +
                  "decimal> .\n"
                  "<s> <p> \"x\"^^<" +
                  xsd +
                  "string> .\n"
                  "<s> <p> \"x\"^^<t> .\n"
                  "<http://en.wikipedia.org/wiki/A_(b);c> <p> <\\u0020> .\n"
                  "<s> <p> .\n"
                  "<s> \"p\" <o> .\n"
                  "<s> <p> <o>\n"
                  "<s> <p> <o> . x\n"
                  "<s <p> <o> .\n"
                  "<s> <p> \"o .\n"
                  "<s> <p> \"\\q\" .\n"
                  "<s> <p> \"\\u12\" .\n"
                  "<s> <p> \"\\ud800\" .\n"
                  "<s> <p> \"o\"@ .\n"
                  "<s> <p> \"o\"^^t .\n"
                  "_: <p> <o> .\n"
                  "\xC3\xA4 <p> <o> .\n"
                  "<s> <p> \"\xFF\" .\n"
                  "<s> <p> <o> ."),
      ElementsAre(
          "2:1 (<p> <s> <o>)", "3:1 (<p> _:b1 _:b.2)",
          "4:1 (<p> <s> \"a \\\"b\\\" \xC3\xA4\xF0\x9F\x98\x80\\t\")",
          "5:1 (<p> <s> (@ \"chat\" fr-BE))", "6:1 (<p> <s> 42)",
          "7:1 (<p> <s> (^^ \"042\" <" + xsd + "integer>))", "8:1 (<p> <s> 2.5)",
          "9:1 (<p> <s> (^^ \"2.50\" <" + xsd + "double>))", "10:1 (<p> <s> -inf.0)",
          "11:1 (<p> <s> (^^ 2.5 <" + xsd + "decimal>))", "12:1 (<p> <s> \"x\")",
          "13:1 (<p> <s> (^^ \"x\" <t>))",
          "14:1 (<p> #\"<http://en.wikipedia.org/wiki/A_(b);c>\" #\"< >\")",
          "15:9! expected an object: an IRI in <>, a blank node or a literal in quotes",
          "16:5! expected a predicate: an IRI in <>", "17:12! expected `.` behind the object",
          "18:15! something follows the `.`", "19:3! this character may not stand in an IRI",
          "20:9! this literal is not closed", "21:10! an unknown escape",
          "22:10! expected 4 hexadecimal digits", "23:10! this escape is no character",
          "24:13! expected a language behind @, such as en or de-AT",
          "25:14! expected the IRI of a type behind ^^", "26:1! expected a blank node such as _:b1",
          "27:1! expected a subject: an IRI in <> or a blank node such as _:b1",
          "28:10! byte 0xFF is not valid UTF-8", "29:1 (<p> <s> <o>)"));
}

TEST(NTriplesReaderTest, Templates) {
  EXPECT_THAT(ReadAll(Options(FactFormat::kNTriples, "(triple $s $p $o)"),
                      "<s> <p> 1 .\n<s> <p> "
                      "_:o ."),
              ElementsAre("1:9! expected an object: an IRI in <>, a blank node or a literal in "
                          "quotes",
                          "2:1 (triple <s> <p> _:o)"));
  EXPECT_FALSE(NewFactReader(Options(FactFormat::kNTriples, "($s $p $x)")).ok());
}

TEST(NTriplesWriterTest, WhatIsNoTripleIsLeftOut) {
  NTriplesWriter writer;
  std::string out;
  v1::Fact fact;
  const std::string xsd = "http://www.w3.org/2001/XMLSchema#";
  for (const std::string& term : std::vector<std::string>{
           "(<p> <s>)", "(p <s> <o>)", "(<p> s <o>)", "(<p> <s> o)", "(<p> <s> $o)",
           "(<p> \"s\" <o>)", "(_:p <s> <o>)", "(<p> <s> (@ \"x\" \"fr\"))",
           "(<p> <s> (@ \"x\" 1))", "(<p> <s> (^^ 5 <x>))", "(<p> <s> (x))", "symbol"}) {
    fact.set_term(term);
    EXPECT_FALSE(writer.Append(fact, {}, out)) << term;
  }
  // Reading these would give other facts.
  for (const std::string& term :
       {"(<p> <s> (^^ \"5\" <" + xsd + "integer>))", "(<p> <s> (^^ 5 <" + xsd + "integer>))",
        "(<p> <s> (^^ \"a\" <" + xsd + "string>))"}) {
    fact.set_term(term);
    EXPECT_FALSE(writer.Append(fact, {}, out)) << term;
  }
  EXPECT_EQ(out, "");
  EXPECT_EQ(writer.left_out(), 15u);
  EXPECT_THAT(writer.Notes(), ElementsAre("15 facts are no triples"));
  fact.set_term("(<p> #\"<a b>\" 5)");
  EXPECT_TRUE(writer.Append(fact, {}, out));
  EXPECT_EQ(out, "<a\\u0020b> <p> \"5\"^^<" + xsd + "integer> .\n");
}

TEST(CsvWriterTest, ColumnsAndNotes) {
  CsvOptions options;
  options.source_column = "src";
  CsvWriter writer(options, {"unused"});
  Bindings bindings;
  for (const auto& [variable, term] : {std::pair("a", "\"x,\\\"y\\\"\""), std::pair("b", "Tom")}) {
    v1::Binding& binding = *bindings.Add();
    binding.set_variable(variable);
    binding.set_term(term);
  }
  v1::Fact fact;
  fact.mutable_entry()->set_source("s");
  fact.set_name("n");
  std::string out;
  EXPECT_TRUE(writer.Append(fact, bindings, out));
  writer.Finish(out);
  EXPECT_EQ(out, "a,b,src\n\"x,\"\"y\"\"\",Tom,s\n");
  EXPECT_EQ(writer.Notes().size(), 2u);
  CsvWriter empty(CsvOptions(), {"a"});
  out.clear();
  empty.Finish(out);
  EXPECT_EQ(out, "a\n");
}

TEST(FactReaderTest, GoesOnFromEveryPlace) {
  struct Case {
    ReaderOptions options;
    std::string text;
  };
  for (const Case& c :
       std::vector<Case>{{Options(FactFormat::kMetta),
                          "(a) b ;@ {\"name\":\"c\"}\n(c\n)\nd\n;@ {}\n(e) ; end\n\n(f)\n"},
                         {Options(FactFormat::kJsonLines),
                          "{\"fact\":\"a\"}\r\n\n{\"fact\":\"b\"}\n{\"fact\"}\n{\"fact\":\"c\"}\n"},
                         {Table("($b $a)"), "a,b\n1,2\r\n\"3\n\",4\n\n5,6\n7\n8,9\n"},
                         {Options(FactFormat::kNTriples),
                          "<a> <b> <c> .\n#\n<d> <e> _:f .\n<g>\n_:h <i> <j> ."}}) {
    const std::vector<std::string> all = Read(c.options, c.text, {});
    for (size_t rows = 1; rows < all.size(); ++rows) {
      auto first = NewFactReader(c.options);
      (*first)->Feed(c.text);
      for (size_t i = 0; i < rows; ++i) {
        v1::Fact fact;
        InputRow row;
        ASSERT_TRUE((*first)->Next(fact, row));
      }
      const InputPlace place = (*first)->place();
      auto second = NewFactReader(c.options);
      (*second)->GoOnFrom(place, (*first)->header());
      const std::string rest = c.text.substr(place.offset);
      (*second)->Feed(rest);
      std::vector<std::string> seen = Drain(**second);
      (*second)->Finish();
      Add(seen, Drain(**second));
      EXPECT_THAT(seen, ElementsAreArray(all.begin() + rows, all.end()))
          << c.text << "behind row " << rows;
    }
  }
}

TEST(FormatTest, Names) {
  EXPECT_EQ(FormatOfFile("a/b.metta.gz"), FactFormat::kMetta);
  EXPECT_EQ(FormatOfFile("b.jsonl"), FactFormat::kJsonLines);
  EXPECT_EQ(FormatOfFile("b.tsv.gz"), FactFormat::kTsv);
  EXPECT_EQ(FormatOfFile("b.txt"), std::nullopt);
  EXPECT_EQ(FormatOfFile("b"), std::nullopt);
  EXPECT_EQ(RemarkLine(FactFormat::kMetta, "a\nb"), "; a b\n");
}

}  // namespace
}  // namespace pathkb::client
