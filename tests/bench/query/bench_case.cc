#include "tests/bench/query/bench_case.h"

namespace pathkb::bench {

const std::vector<BenchCase>& WordNetCases() {
  static const std::vector<BenchCase>& cases = *new std::vector<BenchCase>{
      {.name = "point",
       .pattern = "(hypernym $p1 $p2)",
       .sql = "SELECT 1 FROM hypernym WHERE a1 = ?1 AND a2 = ?2",
       .relation = "hypernym",
       .given = {1, 2},
       .position = 0},
      {.name = "first argument",
       .pattern = "(hyponym $p1 $x)",
       .sql = "SELECT a2 FROM hyponym WHERE a1 = ?1",
       .relation = "hyponym",
       .given = {1},
       .position = 0},
      {.name = "later argument",
       .pattern = "(word $x $p1)",
       .sql = "SELECT a1 FROM word WHERE a2 = ?1",
       .relation = "word",
       .given = {2},
       .position = 2,
       .scan = true},
      {.name = "two steps from a word",
       .pattern = "(, (word $s $p1) (gloss $s $g))",
       .sql = "SELECT w.a1, g.a2 FROM word w JOIN gloss g ON g.a1 = w.a1 WHERE w.a2 = ?1",
       .relation = "word",
       .given = {2}},
      {.name = "three steps from a word",
       .pattern = "(, (word $s $p1) (hypernym $s $h) (word $h $t))",
       .sql = "SELECT w.a1, h.a2, t.a2 FROM word w JOIN hypernym h ON h.a1 = w.a1 "
              "JOIN word t ON t.a1 = h.a2 WHERE w.a2 = ?1",
       .relation = "word",
       .given = {2}},
      {.name = "two steps, all",
       .pattern = "(, (hypernym $x $y) (hypernym $y $z))",
       .sql = "SELECT a.a1, a.a2, b.a2 FROM hypernym a JOIN hypernym b ON b.a1 = a.a2"},
      {.name = "three steps, all",
       .pattern = "(, (hypernym $x $y) (hypernym $y $z) (hypernym $z $w))",
       .sql = "SELECT a.a1, a.a2, b.a2, c.a2 FROM hypernym a JOIN hypernym b ON b.a1 = a.a2 "
              "JOIN hypernym c ON c.a1 = b.a2"},
      {.name = "there and back, all",
       .pattern = "(, (verb-group $x $y) (verb-group $y $x))",
       .sql = "SELECT a.a1, a.a2 FROM verb_group a JOIN verb_group b ON b.a1 = a.a2 "
              "AND b.a2 = a.a1"},
      {.name = "triangles, all",
       .pattern = "(, (also-see $x $y) (also-see $y $z) (also-see $x $z))",
       .sql = "SELECT a.a1, a.a2, b.a2 FROM also_see a JOIN also_see b ON b.a1 = a.a2 "
              "JOIN also_see c ON c.a1 = a.a1 AND c.a2 = b.a2"},
      {.name = "relation", .pattern = "(word $x $y)", .sql = "SELECT a1, a2 FROM word"},
      {.name = "relation of long texts",
       .pattern = "(gloss $x $y)",
       .sql = "SELECT a1, a2 FROM gloss"},
      {.name = "count",
       .pattern = "(word $x $y)",
       .sql = "SELECT count(*) FROM word",
       .count = true},
  };
  return cases;
}

const std::vector<BenchCase>& GeneratedCases() {
  static const std::vector<BenchCase>& cases = *new std::vector<BenchCase>{
      {.name = "point",
       .pattern = "(edge $p1 $p2)",
       .sql = "SELECT 1 FROM edge WHERE a1 = ?1 AND a2 = ?2",
       .relation = "edge",
       .given = {1, 2},
       .position = 0},
      {.name = "first argument",
       .pattern = "(attribute $p1 $k $t)",
       .sql = "SELECT a2, a3 FROM attribute WHERE a1 = ?1",
       .relation = "attribute",
       .given = {1},
       .position = 0},
      {.name = "later argument",
       .pattern = "(attribute $n $k $p1)",
       .sql = "SELECT a1, a2 FROM attribute WHERE a3 = ?1",
       .relation = "attribute",
       .given = {3},
       .position = 3,
       .scan = true},
      {.name = "later argument, many answers",
       .pattern = "(edge $x $p1)",
       .sql = "SELECT a1 FROM edge WHERE a2 = ?1",
       .relation = "edge",
       .given = {2},
       .position = 2,
       .scan = true},
      {.name = "two steps from a text",
       .pattern = "(, (attribute $n $k $p1) (edge $n $m))",
       .sql = "SELECT a.a1, a.a2, e.a2 FROM attribute a JOIN edge e ON e.a1 = a.a1 "
              "WHERE a.a3 = ?1",
       .relation = "attribute",
       .given = {3}},
      {.name = "three steps from a text",
       .pattern = "(, (attribute $n $k $p1) (edge $n $m) (attribute $m name $t))",
       .sql = "SELECT a.a1, a.a2, e.a2, b.a3 FROM attribute a JOIN edge e ON e.a1 = a.a1 "
              "JOIN attribute b ON b.a1 = e.a2 AND b.a2 = 'name' WHERE a.a3 = ?1",
       .relation = "attribute",
       .given = {3}},
      {.name = "triangles at a node",
       .pattern = "(, (link $p1 $y) (link $y $z) (link $p1 $z))",
       .sql = "SELECT a.a2, b.a2 FROM link a JOIN link b ON b.a1 = a.a2 "
              "JOIN link c ON c.a1 = a.a1 AND c.a2 = b.a2 WHERE a.a1 = ?1",
       .relation = "link",
       .given = {1}},
      {.name = "triangles, all",
       .pattern = "(, (link $x $y) (link $y $z) (link $x $z))",
       .sql = "SELECT a.a1, a.a2, b.a2 FROM link a JOIN link b ON b.a1 = a.a2 "
              "JOIN link c ON c.a1 = a.a1 AND c.a2 = b.a2"},
      {.name = "two steps, all",
       .pattern = "(, (link $x $y) (link $y $z))",
       .sql = "SELECT a.a1, a.a2, b.a2 FROM link a JOIN link b ON b.a1 = a.a2"},
      {.name = "relation", .pattern = "(edge $x $y)", .sql = "SELECT a1, a2 FROM edge"},
      {.name = "relation of long texts",
       .pattern = "(attribute $n $k $t)",
       .sql = "SELECT a1, a2, a3 FROM attribute"},
      {.name = "count",
       .pattern = "(edge $x $y)",
       .sql = "SELECT count(*) FROM edge",
       .count = true},
  };
  return cases;
}

}  // namespace pathkb::bench
