"""The benchmark runner: a fake benchmark in a temporary folder goes in, table and JSON come out."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench
import files_bench
import query_bench
import main_bench
import rows
import trie_bench

FAKE = '''
"""Counts sheep.

More of it.
"""
from rows import Row, bounded, compared

def run(context):
    with open(context.path("scratch"), "w") as file:
        file.write("the folder is there")
    yield compared("sheep", "count", "sheep/s", 1234567.0, "dog", 1000.0, better="higher",
                   ratio_min=2)
    yield compared("sheep", "time", "ms", 4.0, "dog", 2.0, better="lower", ratio_min=1)
    yield bounded("sheep", "ready", "ms", 12.34567, at_most=50)
    yield Row("sheep", "plain", "B", context.repeat)
'''


class BenchTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.write("sheep_bench.py", FAKE)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def path(self, name):
        return os.path.join(self._folder.name, name)

    def call(self, *arguments):
        """Exit code, standard output and standard error of the runner."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = bench.main(["--folder", self._folder.name, *arguments])
            except SystemExit as end:
                code = end.code
        return code, out.getvalue(), err.getvalue()

    def test_lists_benchmarks_with_their_first_line(self):
        self.assertEqual(self.call(), (0, "sheep           Counts sheep.\n", ""))

    def test_table(self):
        code, out, _ = self.call("sheep", "--repeat", "7")
        self.assertEqual(code, 0)
        self.assertEqual(out, """\
workload  measure  unit        pathkb  peer  peer_value  ratio  goal        met
--------  -------  -------  ---------  ----  ----------  -----  ----------  ---
sheep     count    sheep/s  1,234,567  dog        1,000  1,235  ratio >= 2  yes
sheep     time     ms               4  dog            2    0.5  ratio >= 1  NO
sheep     ready    ms           12.35  -              -      -  <= 50       yes
sheep     plain    B                7  -              -      -  -           -
""")

    def test_json_has_one_object_a_row(self):
        code, _, _ = self.call("sheep", "--json", self.path("out.json"))
        self.assertEqual(code, 0)
        with open(self.path("out.json"), encoding="utf-8") as file:
            found = [json.loads(line) for line in file]
        self.assertEqual(len(found), 4)
        self.assertEqual(found[1], {
            "workload": "sheep", "measure": "time", "unit": "ms", "pathkb": 4.0, "peer": "dog",
            "peer_value": 2.0, "ratio": 0.5, "goal": "ratio >= 1", "met": False})
        self.assertIsNone(found[3]["met"])

    def test_a_benchmark_that_fails_keeps_its_rows(self):
        self.write("wolf_bench.py", '"""Howls."""\nimport programs, rows\ndef run(context):\n'
                   '    yield rows.Row("wolf", "a", "b", 1)\n'
                   '    raise programs.ProgramError("the moon is gone")\n')
        code, out, err = self.call("wolf", "--json", self.path("out.json"))
        self.assertEqual(code, 1)
        self.assertIn("wolf", out)
        self.assertIn("the moon is gone", err)
        with open(self.path("out.json"), encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 1)

    def test_costs_have_a_table_of_their_own(self):
        self.write("goat_bench.py", '"""Counts goats."""\nfrom rows import Row, cost\n'
                   'def run(context):\n'
                   '    yield cost("goat", "hay", "kg", 2.0, "cow", 8.0, [("mule", 4.0)], '
                   'ratio_max=0.2)\n'
                   '    yield cost("goat", "legs", "1", 4.0)\n'
                   '    yield Row("goat", "plain", "B", 1)\n')
        code, out, _ = self.call("goat", "--json", self.path("out.json"))
        self.assertEqual(code, 0)
        self.assertEqual(out, """\
workload  measure  unit  pathkb  peer  peer_value  ratio  goal          met  mule
--------  -------  ----  ------  ----  ----------  -----  ------------  ---  ----
goat      hay      kg         2  cow            8   0.25  ratio <= 0.2  NO      4
goat      legs     1          4  -              -      -  -             -       -

workload  measure  unit  pathkb  peer  peer_value  ratio  goal  met
--------  -------  ----  ------  ----  ----------  -----  ----  ---
goat      plain    B          1  -              -      -  -     -
""")
        with open(self.path("out.json"), encoding="utf-8") as file:
            self.assertEqual(json.loads(file.readline())["others"], {"mule": 4.0})

    def test_what_a_benchmark_says_of_itself(self):
        self.write("mule_bench.py", '"""Counts mules."""\nfrom rows import Row\n'
                   'PROGRAMS = ("//stable:mule",)\nREPEAT = 9\nTAKES_FLAGS = True\n'
                   'def run(context):\n'
                   '    yield Row(" ".join(context.flags), str(context.quick), "",\n'
                   '              context.repeat)\n')
        self.assertEqual(self.call("mule", "--can-run"), (0, "//stable:mule\n", ""))
        _, out, _ = self.call("mule", "--quick", "--", "--legs=4", "--ears=2")
        self.assertEqual(out.splitlines()[2].split(), ["--legs=4", "--ears=2", "True", *"9-----"])

    def test_usage_errors(self):
        code, _, err = self.call("goat")
        self.assertEqual(code, 2)
        self.assertIn("there are: sheep", err)
        self.assertEqual(self.call("goat", "--can-run")[0], 2)
        self.assertEqual(self.call("sheep", "--can-run"), (0, "//:pathkbd\n//:pathkb\n", ""))
        code, _, err = self.call("sheep", "--", "--legs=4")
        self.assertEqual(code, 2)
        self.assertIn("takes no flags: --legs=4", err)
        self.assertEqual(self.call("--json", self.path("x"))[0], 2)
        self.assertEqual(self.call("sheep", "--repeat", "0")[0], 2)
        code, _, err = self.call("sheep", "--json", self.path("no/such/folder"))
        self.assertEqual(code, 1)
        self.assertIn("No such file", err)

    def test_contestants_take_turns(self):
        order, figures = [], {"a": iter([3, 1, 2]), "b": iter([9, 7, 8])}

        def contestant(name):
            def call():
                order.append(name)
                return next(figures[name])
            return call

        medians = rows.interleaved_medians({name: contestant(name) for name in "ab"}, 3)
        self.assertEqual(medians, {"a": 2, "b": 8})
        self.assertEqual("".join(order), "abbaab")


class MainBenchTest(unittest.TestCase):
    """The peer's side of the first benchmark, on a few facts."""

    def test_terms_are_split(self):
        self.assertEqual(main_bench.split_term("(synset n1 noun)"), ("synset", "n1", "noun"))
        self.assertEqual(main_bench.split_term('(gloss n1 "a (b) \\"c\\" d")'),
                         ("gloss", "n1", '"a (b) \\"c\\" d"'))
        self.assertEqual(main_bench.split_term("(antonym (sense a1 1) (sense a2 2))"),
                         ("antonym", "(sense a1 1)", "(sense a2 2)"))

    def test_sqlite_answers_the_questions(self):
        lines = ["(hypernym n02084071 n02083346)", "(hypernym n02084071 n01317541)",
                 "(hypernym n02084071 n01317541)", "(hypernym n1 n2)", '(word n1 "bank")',
                 '(word n2 "banks")', "(antonym (sense a1 1) (sense a2 1))",
                 "(antonym (sense a1 1) (sense a2 2))"]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "facts.sqlite")
            main_bench.import_sqlite(
                path, [(line, *main_bench.split_term(line)) for line in lines])
            answers = [main_bench.ask_sqlite(path, sql) for _, _, sql, _ in main_bench.QUESTIONS]
        self.assertEqual(answers, [main_bench.QUESTIONS[0][3], "1\n", "1\n", "7\n"])


class TrieBenchTest(unittest.TestCase):
    """From the lines that the program prints to rows."""

    def rows(self, text):
        figures = trie_bench.figures(text.replace(" ", "\t").splitlines(keepends=True))
        return [row for group in figures for row in trie_bench.rows_of(*group)]

    def test_the_ratio_is_to_btree_map(self):
        row, = self.rows("facts insert pathtrie ns/key 30\nfacts insert btree ns/key 100\n"
                         "facts insert judy ns/key 50\n")
        self.assertEqual((row.measure, row.pathkb, row.peer, row.ratio, row.goal, row.met),
                         ("insert", 30, "btree_map", 0.3, "ratio <= 0.38", True))
        self.assertEqual(row.others, (("Judy", 50),))

    def test_memory_is_told_with_and_without_what_the_keys_need(self):
        rows = self.rows("dense path_bytes keys bytes/key 1\ndense memory pathtrie bytes/key 21\n"
                         "dense memory btree bytes/key 41\n")
        self.assertEqual([(row.pathkb, row.ratio, row.met) for row in rows],
                         [(1, None, None), (21, 21 / 41, False), (20, 0.5, None)])

    def test_batches_stand_beside_the_peer_and_beside_single_lookups(self):
        rows = self.rows("dense get pathtrie ns/key 60\ndense get btree ns/key 80\n"
                         "dense get_batch pathtrie ns/key 20\n")
        self.assertEqual([(row.pathkb, row.peer, row.ratio, row.met) for row in rows],
                         [(60, "btree_map", 0.75, False), (20, "btree_map", 0.25, None),
                          (20, "one at a time", 20 / 60, True)])

    def test_without_ours_or_without_the_peer(self):
        self.assertEqual(self.rows("facts join btree ms 5\nfacts join map ms 7\n"), [])
        row, = self.rows("facts scan pathtrie ns/key 5\n")
        self.assertEqual((row.pathkb, row.ratio, row.met), (5, None, None))


class QueryBenchTest(unittest.TestCase):
    """Figures of query_bench become rows, each beside the peer that does the same work."""

    def rows(self, question, unit, **found):
        return [(row.measure, row.peer, row.ratio, row.goal, row.met)
                for row in query_bench.rows_of("w", question, unit, found)]

    def test_bound_patterns(self):
        found = {"pathkb": 2, "pathkb_prepared": 1, "sqlite": 2, "sqlite_text": 3}
        self.assertEqual(self.rows("point", "us p50", **found), [
            ("point, p50: compiled", "SQLite, text", 1.5, "ratio >= 1", True),
            ("point, p50: prepared", "SQLite", 2, "ratio >= 1", True)])
        self.assertEqual([row[3] for row in self.rows("point", "us p99", **found)], [None, None])
        self.assertEqual(self.rows("point", "queries/s", **found), [])

    def test_scan(self):
        found = {"pathkb": 2, "pathkb_prepared": 1, "sqlite": 2, "sqlite_text": 3,
                 "pathkb_scan": 100}
        self.assertEqual(self.rows("later argument", "us p50", **found)[2],
                         ("later argument, p50: with index", "without", 50, "ratio >= 100", False))

    def test_whole(self):
        found = {"pathkb": 4e6, "sqlite": 5e6, "sqlite_text": 5e6}
        self.assertEqual(self.rows("two steps, all", "answers/s", **found), [
            ("two steps, all", "SQLite", 0.8, "ratio >= 0.666667", True)])
        self.assertEqual(self.rows("relation", "answers/s", **found)[0][3:],
                         (">= 5,000,000", False))
        self.assertEqual(self.rows("two steps, all", "us p50", **found), [])


class FilesBenchTest(unittest.TestCase):
    """From the lines that the program prints to rows; a goal is met exactly from its bound on."""

    def rows(self, text):
        figures = trie_bench.figures(text.replace(" ", "\t").splitlines(keepends=True))
        return [row for group in figures for row in files_bench.rows_of(*group)]

    def test_the_ratio_says_how_many_times_better_than_lmdb(self):
        get, write = self.rows("dense get tree ns 100\ndense get lmdb ns 290\n"
                               "dense get rocksdb ns 700\n"
                               "dense write tree entries/s 3e6\ndense write lmdb entries/s 6e6\n")
        self.assertEqual((get.peer, get.ratio, get.goal, get.met, get.others),
                         ("LMDB", 2.9, "ratio >= 3", False, (("RocksDB", 700),)))
        self.assertEqual((write.ratio, write.goal, write.met), (0.5, ">= 3,000,000", True))

    def test_sizes(self):
        rows = self.rows("facts size tree B 3\nfacts size lmdb B 10\n"
                         "versions_nearby size tree B 2\nversions_nearby size tree_unshared B 9\n"
                         "random size tree B 9\nrandom size tree_unshared B 9\n")
        self.assertEqual([(row.peer, row.goal, row.met) for row in rows],
                         [("LMDB", "<= 0.3 of LMDB's", True), ("unshared", "<= 0.2 of it", False),
                          ("unshared", None, None)])

    def test_bounds(self):
        rows = self.rows("open open_1GB tree ns 200001\ncold cold_get tree us 1000\n"
                         "large memory_bound tree MB 128\nlarge peak_memory tree MB 129\n")
        self.assertEqual([(row.pathkb, row.met) for row in rows],
                         [(200001, False), (1000, True), (128, None), (129, False)])

    def test_batches_stand_beside_lmdb_and_beside_single_lookups(self):
        rows = self.rows("facts get tree ns 300\nfacts get lmdb ns 500\n"
                         "facts get_batch tree ns 100\n")
        self.assertEqual([(row.peer, row.ratio, row.met) for row in rows],
                         [("LMDB", 500 / 300, False), ("LMDB", 5, None),
                          ("one at a time", 3, True)])

    def test_peers_alone_make_no_row(self):
        self.assertEqual(self.rows("facts scan lmdb ns 5\nfacts scan leveldb ns 7\n"), [])


if __name__ == "__main__":
    unittest.main()
