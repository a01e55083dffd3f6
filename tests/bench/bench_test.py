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
import main_bench
import rows

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

    def test_usage_errors(self):
        code, _, err = self.call("goat")
        self.assertEqual(code, 2)
        self.assertIn("there are: sheep", err)
        self.assertEqual(self.call("goat", "--can-run")[0], 2)
        self.assertEqual(self.call("sheep", "--can-run"), (0, "", ""))
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


if __name__ == "__main__":
    unittest.main()
