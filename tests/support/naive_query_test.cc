// The model that the query language is tested against must itself be right. Each row was worked out
// by hand: facts, a query, and all its answers in the form of a template. Among them are the facts
// and answers of MeTTa's own documentation for `match` (metta-lang.dev, tutorials "Querying space
// content" and "Nested queries", and hyperon-experimental's scripts a1_symbols and a3_twoside).

#include "tests/support/naive_query.h"

#include <algorithm>

#include "gtest/gtest.h"

#include "core/term/sexpr.h"

namespace pathkb {
namespace {

Term Parse(std::string_view text) {
  const absl::StatusOr<Term> term = ParseTerm(text);
  EXPECT_TRUE(term.ok()) << text << ": " << term.status().ToString();
  return term.ok() ? *term : Term();
}

std::vector<Term> ParseAll(std::string_view text) {
  SexprReader reader(text);
  std::vector<Term> terms;
  while (true) {
    const absl::StatusOr<std::optional<Term>> term = reader.Next();
    EXPECT_TRUE(term.ok()) << text;
    if (!term.ok() || !term->has_value()) return terms;
    terms.push_back(**term);
  }
}

NaiveFacts Facts(std::string_view text) {
  NaiveFacts facts;
  for (const Term& term : ParseAll(text)) facts.push_back({term, "", {}});
  return InPathOrder(facts);
}

// The answers as terms of the template, with free variables named by first occurrence, sorted.
std::vector<std::string> Answers(const NaiveFacts& facts, std::string_view query,
                                 std::string_view the_template, const NaiveFilter& filter = {}) {
  const Term parsed = Parse(query);
  std::vector<std::string> texts;
  for (const NaiveAnswer& answer : NaiveAnswers(facts, parsed, filter)) {
    texts.push_back(NaiveKey({NaiveFill(Parse(the_template), NaiveVariables(parsed), answer)}));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<std::string> Expected(std::string_view terms) {
  std::vector<std::string> texts;
  for (const Term& term : ParseAll(terms)) texts.push_back(NaiveKey({term}));
  std::sort(texts.begin(), texts.end());
  return texts;
}

struct Row {
  std::string_view query;
  std::string_view the_template;
  std::string_view answers;
};

void CheckAll(std::string_view facts, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(Answers(Facts(facts), row.query, row.the_template), Expected(row.answers))
        << row.query;
  }
}

TEST(NaiveQuery, MettaFamily) {
  CheckAll("(Parent Tom Bob) (Parent Pam Bob) (Parent Tom Liz) (Parent Bob Ann)",
           {{"(Parent $x Bob)", "$x", "Tom Pam"},
            {"(Parent Tom $x)", "$x", "Liz Bob"},
            {"(Parent Bob Ann)", "(Bob is Ann's father)", "(Bob is Ann's father)"},
            {"(Parent Bob Joe)", "(Bob is Joe's father)", ""},
            {"(Parent $x $y)", "($x $y)", "(Tom Bob) (Pam Bob) (Tom Liz) (Bob Ann)"},
            {"(, (Parent $x $y) (Parent $y $z))", "($x $z)", "(Tom Ann) (Pam Ann)"}});
  CheckAll("(Parent Bob Ann) (Parent Pam (Parent Bob Pat))", {{"(Parent Bob $x)", "$x", "Ann"}});
  CheckAll("(Parent Tom Bob) (Parent Pat Pat)", {{"(Parent $x $x)", "$x", "Pat"}});
}

TEST(NaiveQuery, MettaSisters) {
  CheckAll(
      "(Female Pam) (Male Tom) (Male Bob) (Female Liz) (Female Pat) (Female Ann) (Male Jim)"
      "(Parent Tom Bob) (Parent Pam Bob) (Parent Tom Liz) (Parent Bob Ann) (Parent Bob Pat)"
      "(Parent Pat Jim)",
      {{"(, (Parent $y Bob) (Parent $y $z) (Female $z))", "$z", "Liz"},
       {"(, (Parent $y Ann) (Parent $y $z) (Female $z))", "$z", "Ann Pat"},
       {"(, (Parent $y Ann) (Parent $y $z) (Female $z) (!= $z Ann))", "$z", "Pat"},
       {"(, (Female $x) (not (Parent $x $y)))", "$x", "Liz Ann"},
       {"(, (Parent $p $c) (or (Male $c) (Male $p)))", "($p $c)",
        "(Tom Bob) (Tom Bob) (Pam Bob) (Tom Liz) (Bob Ann) (Bob Pat) (Pat Jim)"}});
}

TEST(NaiveQuery, MettaSymbols) {
  CheckAll("((leaf1 leaf2) leaf3) (((leaf0 leaf1) leaf2) leaf3) (top ((leaf1 leaf2) leaf3))",
           {{"(($x leaf2) leaf3)", "$x", "leaf1 (leaf0 leaf1)"}});
  CheckAll("(Sam is a frog) (Tom is a cat) (Sophia is a robot)",
           {{"($who is a $what)", "($who the $what)",
             "(Sam the frog) (Tom the cat) (Sophia the robot)"}});
  CheckAll("(:= (Green Sam) T) (:= (White Tom) T) (:= (Green Tom) F)",
           {{"(:= (Green $who) T)", "($who is really green)", "(Sam is really green)"},
            {"(:= ($color $who) T)", "($who is really $color)",
             "(Sam is really Green) (Tom is really White)"},
            {"(:= ($color $who) $tv)", "(It's $tv that $who is $color)",
             "(It's T that Sam is Green) (It's T that Tom is White) (It's F that Tom is Green)"},
            {"(:= (Green Tom) $tv)", "$tv", "F"}});
  CheckAll("(isa red color) (isa green color) (isa blue color)",
           {{"(isa $color color)", "$color", "red green blue"}});
}

TEST(NaiveQuery, MettaTwoSides) {
  CheckAll(
      "(implies (Frog $x) (Green $x)) (implies (Frog $x) (Eats-flies $x)) (Frog Sam)"
      "(Robot Sophia)",
      {{"(implies (Frog Sam) $what)", "$what", "(Green Sam) (Eats-flies Sam)"},
       {"(implies ($P $x) (Green Sam))", "($x might be $P)", "(Sam might be Frog)"},
       {"(, (Frog $x) (implies (Frog $x) $y))", "$y", "(Green Sam) (Eats-flies Sam)"},
       {"(, (implies ($P $x) (Green $x)) (implies ($P $x) (Eats-flies $x)))",
        "(Then it is definitely $P)", "(Then it is definitely Frog)"}});
  CheckAll("(Parent Tom Bob) (Parent Bob Ann) (Implies (Parent $x $y) (Child $y $x))",
           {{"(, (Implies $a (Child $x Tom)) $a)", "(Child $x Tom)", "(Child Bob Tom)"},
            {"(, (Parent Bob $y) (Implies (Parent Bob $y) $b))", "$b", "(Child Ann Bob)"}});
}

TEST(NaiveQuery, Unification) {
  CheckAll("(eq $x $x) (f $a (g $a)) (h 1 $y)",
           {{"(eq a b)", "yes", ""},
            {"(eq a $z)", "$z", "a"},
            {"(eq $y $y)", "$y", "$v"},
            {"(eq (g $p) $q)", "($p $q)", "($v (g $v))"},
            {"(f $y $y)", "$y", ""},  // $a = (g $a): the occurs check.
            {"(f $y (g (k $z)))", "($y $z)", "((k $v) $v)"},
            {"(h $n $m)", "($n $m)", "(1 $v)"},
            {"(h 1.0 $m)", "$m", ""},
            {"($r 1 2)", "$r", "h"},
            {"$all", "$all", "(eq $v $v) (f $v (g $v)) (h 1 $v)"}});
}

TEST(NaiveQuery, Joins) {
  CheckAll("(e a b) (e b c) (e c a) (e b a) (w a 1) (w b 2) (w c 2.5)",
           {{"(, (e $x $y) (e $y $z) (e $z $x))", "($x $y $z)", "(a b c) (b c a) (c a b)"},
            {"(, (e $x $y) (e $y $x))", "($x $y)", "(a b) (b a)"},
            {"(, (e $x $y) (e $p $q))", "x", "x x x x x x x x x x x x x x x x"},
            {"(or (e a $x) (e $x a))", "$x", "b c b"},
            {"(or (e a $x) (w $y 1))", "($x $y)", "(b $v) ($v a)"},
            {"(, (w $x $n) (or (e $x a) (, (e $x b) (< $n 2))))", "$x", "b c a"},
            {"(, (e $x $y) (not (e $y $x)))", "($x $y)", "(b c) (c a)"},
            {"(, (w $x $n) (not (or (e $x a) (e $x b))))", "$x", ""},
            {"(, (w $x $n) (not (, (e $x $y) (w $y $m) (< $m $n))))", "$x", "a"},
            {"(, (w $x $n) (not (not (e $x a))))", "$x", "b c"}});
}

TEST(NaiveQuery, SpecialHeads) {
  CheckAll("(or a b) (< 1 2) (not c) (quote d) (, x y) (p a)",
           {{"(< $x $y)", "($x $y)", "(1 2)"},
            {"(not $x)", "$x", "c"},
            {"(quote $x)", "$x", "d"},
            {"(, (quote (or $x b)) (p $x))", "$x", "a"},
            {"(, (quote (, $x $y)))", "($x $y)", "(x y)"},
            {"(or (quote (not $x)) (quote (quote $x)))", "$x", "c d"}});
}

TEST(NaiveQuery, MatchesTakeAnyHead) {
  const NaiveFacts facts = Facts("(or b) (or a) (p a)");
  const std::vector<NaiveAnswer> matches = NaiveMatches(facts, Parse("(or $x)"));
  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(facts[matches[0].fact].term, Parse("(or a)"));
  EXPECT_EQ(matches[1].bindings, std::vector<Term>{Parse("b")});
}

TEST(NaiveQuery, Comparisons) {
  const char facts[] =
      "(n 1) (n 1.0) (n 2) (n 2.5) (n -3) (n +nan.0) (n 9007199254740993) (n \"ab\") (n \"b\")"
      "(n ab) (n (f 1)) (n $free)";
  CheckAll(facts, {{"(, (n $x) (< $x 2))", "$x", "1 1.0 -3"},
                   {"(, (n $x) (<= $x 2.0))", "$x", "1 1.0 2 -3"},
                   {"(, (n $x) (> $x 2))", "$x", "2.5 9007199254740993"},
                   {"(, (n $x) (> $x 9007199254740992.0))", "$x", "9007199254740993"},
                   {"(, (n $x) (>= $x 9007199254740994.0))", "$x", ""},
                   {"(, (n $x) (== $x 1))", "$x", "1 1.0"},
                   {"(, (n $x) (!= $x 1))", "$x",
                    "2 2.5 -3 +nan.0 9007199254740993 \"ab\" \"b\" ab (f 1)"},
                   {"(, (n $x) (n $y) (< $x $y) (< $y 2.5))", "($x $y)",
                    "(1 2) (1.0 2) (-3 1) (-3 1.0) (-3 2)"},
                   {"(, (n $x) (< $x \"b\"))", "$x", "\"ab\""},
                   {"(, (n $x) (>= $x \"ab\"))", "$x", "\"ab\" \"b\""},
                   {"(, (n $x) (prefix $x \"a\"))", "$x", "\"ab\" ab"},
                   {"(, (n $x) (prefix $x ab))", "$x", "\"ab\" ab"},
                   {"(, (n $x) (prefix $x \"\"))", "$x", "\"ab\" \"b\" ab"},
                   {"(, (n $x) (< 2 $x))", "$x", "2.5 9007199254740993"}});
}

TEST(NaiveQuery, VariablesOfAnswers) {
  const auto names = [](std::string_view query) { return NaiveVariables(Parse(query)); };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("(p $b $a $b)"), (Names{"b", "a"}));
  EXPECT_EQ(names("(, (p $b) (not (q $b $c)) (or (r $d) (r $a)))"), (Names{"b", "d", "a"}));
  EXPECT_EQ(names("(not $x)"), (Names{"x"}));
  EXPECT_TRUE(IsNaivePattern(Parse("(< $x 1)")));
  EXPECT_FALSE(IsNaivePattern(Parse("(, (< $x 1))")));
}

TEST(NaiveQuery, FiltersDecideWhichFactsThereAre) {
  NaiveFacts facts = Facts("(p a) (p b) (p c) (q a)");
  facts[0].entry.confidence = 0.5;
  facts[1].entry.source = "s";
  facts[2].entry.metadata = {{"k", "v"}, {"l", "w"}};
  facts[3].name = "n/1";
  const auto with = [](auto field, auto value) {
    NaiveFilter one;
    one.*field = value;
    return one;
  };
  EXPECT_EQ(Answers(facts, "(p $x)", "$x", with(&NaiveFilter::min_confidence, 0.6)),
            Expected("b c"));
  EXPECT_EQ(Answers(facts, "(p $x)", "$x", with(&NaiveFilter::min_confidence, 0.5)),
            Expected("a b c"));
  EXPECT_EQ(Answers(facts, "(p $x)", "$x", with(&NaiveFilter::source, "s")), Expected("b"));
  EXPECT_EQ(Answers(facts, "(p $x)", "$x", with(&NaiveFilter::source, "")), Expected("a c"));
  using Pairs = std::map<std::string, std::string>;
  EXPECT_EQ(Answers(facts, "(p $x)", "$x", with(&NaiveFilter::metadata, Pairs{{"k", "v"}})),
            Expected("c"));
  EXPECT_EQ(Answers(facts, "(p $x)", "$x", with(&NaiveFilter::metadata, Pairs{{"k", "w"}})),
            Expected(""));
  EXPECT_EQ(Answers(facts, "($r $x)", "$r", with(&NaiveFilter::name_prefix, "")), Expected("q"));
  EXPECT_EQ(Answers(facts, "($r $x)", "$r", with(&NaiveFilter::name_prefix, "n/2")), Expected(""));
  // What is filtered out does not exist for a `not` either.
  EXPECT_EQ(Answers(facts, "(, (p $x) (not (q $x)))", "$x"), Expected("b c"));
  EXPECT_EQ(Answers(facts, "(, (p $x) (not (q $x)))", "$x", with(&NaiveFilter::source, "")),
            Expected("c"));
}

TEST(NaiveFacts, SetAlgebra) {
  const auto fact = [](std::string_view term, std::string name, double confidence) {
    NaiveFact made{Parse(term), std::move(name), {}};
    made.entry.confidence = confidence;
    return made;
  };
  const auto shown = [](const NaiveFacts& facts) {
    std::string text;
    for (const NaiveFact& one : facts) {
      text += PrintTerm(one.term) + one.name + "=" + std::to_string(one.entry.confidence)[2] + " ";
    }
    return text;
  };
  const NaiveFacts left = {fact("b", "", 0.1), fact("a", "", 0.5), fact("b", "n", 0.3)};
  const NaiveFacts right = {fact("a", "", 0.4), fact("b", "m", 0.2), fact("b", "", 0.6)};
  EXPECT_EQ(shown(NaiveUnion(left, right, NaivePolicy::kLeft)), "a=5 b=1 bm=2 bn=3 ");
  EXPECT_EQ(shown(NaiveUnion(left, right, NaivePolicy::kRight)), "a=4 b=6 bm=2 bn=3 ");
  EXPECT_EQ(shown(NaiveUnion(left, right, NaivePolicy::kMaxConfidence)), "a=5 b=6 bm=2 bn=3 ");
  EXPECT_EQ(shown(NaiveIntersection(left, right, NaivePolicy::kMaxConfidence)), "a=5 b=6 ");
  EXPECT_EQ(shown(NaiveDifference(left, right)), "bn=3 ");
  EXPECT_EQ(shown(NaiveRestriction(right, "m")), "bm=2 ");
  EXPECT_EQ(shown(NaiveRestriction(right, "")), "bm=2 ");
}

}  // namespace
}  // namespace pathkb
