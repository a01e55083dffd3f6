// Goal: the splitter cuts as a plain reading of the whole text does, wherever the chunks were cut,
// and names the right place of every error. Method: fixed texts with known answers; then random
// texts of the syntax's delicate characters in random chunks, compared with a naive splitter that
// has the whole text before it and keeps a stack. PATHKB_TEST_SEED repeats a run.

#include "client/cpp/fact_splitter.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace pathkb::client {
namespace {

struct Piece {
  std::string text;  // Empty for an error.
  TextPosition position;

  friend bool operator==(const Piece&, const Piece&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Piece& piece) {
    return out << piece.position.line << ":" << piece.position.column << " [" << piece.text << "]";
  }
};

// Splits `text` in chunks of `chunk_bytes()`.
template <typename ChunkBytes>
std::vector<SplitFact> Split(std::string_view text, ChunkBytes chunk_bytes,
                             size_t fact_bytes_max = FactSplitter::kFactBytesMax) {
  FactSplitter splitter(fact_bytes_max);
  std::vector<SplitFact> facts;
  const auto take = [&] {
    while (std::optional<SplitFact> fact = splitter.Next()) facts.push_back(*fact);
  };
  const size_t total = text.size();
  while (!text.empty()) {
    // A copy, so that a sanitizer sees a view that is kept too long.
    const std::string chunk(text.substr(0, chunk_bytes()));
    text.remove_prefix(chunk.size());
    splitter.Feed(chunk);
    take();
  }
  splitter.Finish();
  take();
  EXPECT_EQ(splitter.bytes_read(), total);
  return facts;
}

std::vector<SplitFact> SplitWhole(std::string_view text,
                                  size_t fact_bytes_max = FactSplitter::kFactBytesMax) {
  return Split(
      text, [&] { return text.size(); }, fact_bytes_max);
}

std::vector<Piece> ToPieces(const std::vector<SplitFact>& facts) {
  std::vector<Piece> pieces;
  for (const SplitFact& fact : facts) {
    EXPECT_NE(fact.text.empty(), fact.error.empty());
    pieces.push_back({fact.text, fact.position});
  }
  return pieces;
}

// The model: position by counting from the start, nesting by a stack of offsets.
class NaiveSplitter {
 public:
  explicit NaiveSplitter(std::string_view text) : text_(text) {}

  std::vector<Piece> Run() {
    while (true) {
      SkipBlanks();
      if (at_ == text_.size()) return pieces_;
      const size_t begin = at_;
      if (text_[at_] == ')') {
        ++at_;
        pieces_.push_back({"", Position(begin)});
      } else if (text_[at_] == '(') {
        if (!SkipExpression()) return pieces_;
        pieces_.push_back({std::string(text_.substr(begin, at_ - begin)), Position(begin)});
      } else {
        if (!SkipAtom()) return pieces_;
        pieces_.push_back({std::string(text_.substr(begin, at_ - begin)), Position(begin)});
      }
    }
  }

 private:
  TextPosition Position(size_t offset) const {
    TextPosition position;
    for (size_t i = 0; i < offset; ++i) {
      if (text_[i] == '\n') {
        position = {.line = position.line + 1, .column = 1};
      } else if ((text_[i] & 0xC0) != 0x80) {
        ++position.column;
      }
    }
    return position;
  }

  void SkipBlanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == ';') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (const size_t bytes = BlankBytes(); bytes > 0) {
        at_ += bytes;
      } else {
        return;
      }
    }
  }

  // Bytes of the blank at at_; 0 if there is none.
  size_t BlankBytes() const {
    for (const std::string_view blank :
         {" ", "\t", "\n", "\r", "\f", "\v", "\xC2\xA0", "\xE2\x80\x89", "\xE3\x80\x80"}) {
      if (text_.substr(at_).starts_with(blank)) return blank.size();
    }
    return 0;
  }

  // One atom; false and an error if it is a string without an end.
  bool SkipAtom() {
    const bool sigil = text_[at_] == '#' || text_[at_] == '$';
    if (sigil && text_.substr(at_ + 1, 1) == "\"") ++at_;
    if (text_[at_] != '"') {
      while (at_ < text_.size() && BlankBytes() == 0 &&
             std::string_view("();").find(text_[at_]) == std::string_view::npos) {
        ++at_;
      }
      return true;
    }
    const size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) {
      at_ = text_.size();
      pieces_.push_back({"", Position(begin)});
      return false;
    }
    ++at_;
    return true;
  }

  bool SkipExpression() {
    std::vector<size_t> open;
    do {
      SkipBlanks();
      if (at_ == text_.size()) {
        pieces_.push_back({"", Position(open.back())});
        return false;
      }
      if (text_[at_] == '(') {
        open.push_back(at_++);
      } else if (text_[at_] == ')') {
        open.pop_back();
        ++at_;
      } else if (!SkipAtom()) {
        return false;
      }
    } while (!open.empty());
    return true;
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::vector<Piece> pieces_;
};

TEST(FactSplitterTest, FactsAndTheirPlaces) {
  const std::string text =
      "; a comment with ( and \"\n"
      "(parent Tom Bob) (parent \xC3\x84nne \"B)o\\\"b\")(c)\n"
      "\tatom; the end\n"
      "(deep (er\n"
      "  ; not here: )\n"
      "  (est a\"b)))\"text\"next";
  const std::vector<Piece> expected = {
      {"(parent Tom Bob)", {2, 1}},
      {"(parent \xC3\x84nne \"B)o\\\"b\")", {2, 18}},
      {"(c)", {2, 40}},
      {"atom", {3, 2}},
      {"(deep (er\n  ; not here: )\n  (est a\"b)))", {4, 1}},
      {"\"text\"", {6, 14}},
      {"next", {6, 20}},
  };
  EXPECT_EQ(ToPieces(SplitWhole(text)), expected);
  EXPECT_EQ(ToPieces(Split(text, [] { return 1; })), expected);
}

TEST(FactSplitterTest, QuotedSymbolsAndWideBlanks) {
  const std::string text =
      "#\"a )\"b $\"c (\"(#\"d )\" $\"e )\")\xC2\xA0"
      "f\xE3\x80\x80g#\"h\xE2\x80\xA8(i\xC2\x85\")\")";
  const std::vector<Piece> expected = {{"#\"a )\"", {1, 1}},
                                       {"b", {1, 7}},
                                       {"$\"c (\"", {1, 9}},
                                       {"(#\"d )\" $\"e )\")", {1, 15}},
                                       {"f", {1, 31}},
                                       {"g#\"h", {1, 33}},
                                       {"(i\xC2\x85\")\")", {1, 38}}};
  EXPECT_EQ(ToPieces(SplitWhole(text)), expected);
  EXPECT_EQ(ToPieces(Split(text, [] { return 1; })), expected);
}

TEST(FactSplitterTest, NothingInIt) {
  EXPECT_TRUE(SplitWhole("").empty());
  EXPECT_TRUE(SplitWhole(" \r\n\t ; only a comment").empty());
}

TEST(FactSplitterTest, ByteOrderMarkIsPassedOver) {
  const std::vector<Piece> expected = {{"(a)", {1, 1}}, {"\xEF\xBB\xBF", {1, 5}}};
  for (const size_t chunk_bytes : {1, 2, 3, 100}) {
    EXPECT_EQ(ToPieces(Split("\xEF\xBB\xBF(a) \xEF\xBB\xBF", [&] { return chunk_bytes; })),
              expected);
  }
  EXPECT_EQ(ToPieces(SplitWhole("\xEF\xBB\xBE")), (std::vector<Piece>{{"\xEF\xBB\xBE", {1, 1}}}));
}

TEST(FactSplitterTest, StrayParenthesis) {
  const std::vector<SplitFact> facts = SplitWhole("(a)\n (b)) (c)");
  ASSERT_EQ(facts.size(), 4u);
  EXPECT_EQ(facts[2].position, (TextPosition{2, 5}));
  EXPECT_EQ(facts[2].error, "this ')' closes nothing");
  EXPECT_EQ(facts[3].text, "(c)");
}

TEST(FactSplitterTest, UnclosedNamesTheInnermost) {
  struct Case {
    std::string text;
    TextPosition position;
    std::string error;
  };
  for (const Case& c : std::vector<Case>{
           {"(a) (b", {1, 5}, "this '(' is not closed"},
           {"(a\n (b (c) (d \")\" ; )\n",
            {2, 9},
            "this '(' is not closed (in the expression that begins at line 1, column 1)"},
           {"(a\n (b (c))", {1, 1}, "this '(' is not closed"},
           {"(a) \"b", {1, 5}, "this string is not closed"},
           {"(a\n (\xC3\xA4 \"b) (\\\"\n",
            {2, 5},
            "this string is not closed (in the expression that begins at line 1, column 1)"}}) {
    for (const size_t chunk_bytes : {1, 3, 100}) {
      const std::vector<SplitFact> facts = Split(c.text, [&] { return chunk_bytes; });
      ASSERT_FALSE(facts.empty());
      EXPECT_EQ(facts.back().position, c.position) << c.text;
      EXPECT_EQ(facts.back().error, c.error) << c.text;
    }
  }
}

TEST(FactSplitterTest, BoundOnOneExpression) {
  for (const size_t chunk_bytes : {1, 7, 1000}) {
    const auto split = [&](std::string_view text) {
      return Split(
          text, [&] { return chunk_bytes; }, 10);
    };
    EXPECT_EQ(ToPieces(split("(34567890) \"345678 0\" 1234567890")),
              (std::vector<Piece>{
                  {"(34567890)", {1, 1}}, {"\"345678 0\"", {1, 12}}, {"1234567890", {1, 23}}}));
    const std::vector<SplitFact> facts = split("(a)\n (345678901) (b) 12345678901 (c)");
    ASSERT_EQ(facts.size(), 5u);
    EXPECT_EQ(facts[1].position, (TextPosition{2, 2}));
    EXPECT_EQ(facts[1].error, "this expression is longer than 10 bytes; is a ')' or '\"' missing?");
    EXPECT_EQ(facts[2].text, "(b)");
    EXPECT_EQ(facts[3].position, (TextPosition{2, 18}));
    EXPECT_EQ(facts[4].text, "(c)");
    // Too long, and then not even closed: both are said.
    const std::vector<SplitFact> open = split("(1234567890 (a) (b)");
    ASSERT_EQ(open.size(), 2u);
    EXPECT_EQ(open[0].position, (TextPosition{1, 1}));
    EXPECT_EQ(open[1].error, "this '(' is not closed");
  }
}

TEST(FactSplitterTest, DeepNestingNeedsNoStack) {
  const size_t depth = 1'000'000;
  const std::string text = std::string(depth, '(') + std::string(depth, ')');
  EXPECT_EQ(SplitWhole(text).front().text, text);
  const std::vector<SplitFact> open = SplitWhole(std::string_view(text).substr(0, depth + 10));
  EXPECT_EQ(open.front().position, (TextPosition{1, depth - 10}));
}

TEST(FactSplitterTest, AgreesWithTheNaiveSplitter) {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "PATHKB_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  const std::vector<std::string> alphabet = {
      "(",  "(", ")", ")",  " ",  "\n",       ";",        "\"",           "\"",           "\\", "a",
      "b7", "$", "#", "\t", "\r", "\xC3\xA4", "\xC2\xA0", "\xE2\x80\x89", "\xE3\x80\x80", "-"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (size_t i = random() % 60; i > 0; --i) text += alphabet[random() % alphabet.size()];
    const std::vector<Piece> expected = NaiveSplitter(text).Run();
    const size_t chunk_bytes_max = 1 + random() % 20;
    ASSERT_EQ(ToPieces(Split(text, [&] { return 1 + random() % chunk_bytes_max; })), expected)
        << text;
  }
}

}  // namespace
}  // namespace pathkb::client
