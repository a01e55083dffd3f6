"""The runner of scenarios notices what is not as expected. Method: its comparison on lines, and
runs of small scenarios with shell scripts in the place of the programs."""

import os
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import scenario


class MatchTest(unittest.TestCase):
    def test_lines(self):
        for expected, actual, good in [
                (["a b"], ["a b"], True),
                (["a b"], ["a   b"], True),
                (["a b"], ["ab"], False),
                (["a"], ["a", "b"], False),
                (["a", "b"], ["a"], False),
                ([], [], True),
                ([], ["a"], False),
                (["a [...] c"], ["a (1.5 ms) c"], True),
                (["a [...] c"], ["a b"], False),
                (["a.c"], ["abc"], False),
                (["a", "...", "z"], ["a", "b", "c", "z"], True),
                (["a", "...", "z"], ["a", "z"], True),
                (["..."], [], True),
                (["{x} and {x}"], ["1 and 1"], True),
                (["{x} and {x}"], ["1 and 2"], False),
        ]:
            with self.subTest(expected=expected, actual=actual):
                self.assertEqual(scenario.match(expected, actual, {}), good)

    def test_words_are_kept_and_asked_for(self):
        names = {}
        self.assertTrue(scenario.match(["made {id}: 3"], ["made s-7: 3"], names))
        self.assertEqual(names, {"id": "s-7"})
        self.assertFalse(scenario.match(["{id}"], ["s-8"], names))

    def test_nothing_is_kept_of_what_does_not_match(self):
        names = {}
        self.assertFalse(scenario.match(["{id}", "b"], ["a", "c"], names))
        self.assertEqual(names, {})


class RunTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.pathkbd = self.program("pathkbd", "echo serves x on 127.0.0.1:1, ready; exec sleep 60")
        self.pathkb = self.program("pathkb", 'echo "$@"; [ "$1" != fail ] || exit 3')

    def program(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        os.chmod(path, stat.S_IRWXU)
        return path

    def run_text(self, text, rewrite=False):
        path = os.path.join(self.dir, "x.kbt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        good = scenario.run(path, self.pathkbd, self.pathkb, rewrite)
        with open(path, encoding="utf-8") as file:
            return good, file.read()

    def test_good_and_bad(self):
        for text, good in [
                ("# Nothing.\n", True),
                ("$ pathkb a 'b c'\na b c\n", True),
                ("$ pathkb a\nb\n", False),
                ("$ pathkb fail\nfail\nexit 3\n", True),
                ("$ pathkb fail\nfail\n", False),
                ("$ pathkb {no}\n{yes}\n\n$ pathkb x {yes}\nx {no}\n", True),
                ("! files *.log 0\n", True),
                ("! files *.log 1\n", False),
                ("! log serves\n", False),
                ("! start\n! log serves x\n! kill\n", True),
                ("! cut *.tree 3\n", False),
                ("! dance\n", False),
                ("$ rm x\n", False),
        ]:
            with self.subTest(text=text):
                self.assertEqual(self.run_text(text)[0], good)

    def test_rewrite(self):
        good, text = self.run_text("# One.\n$ pathkb a\nb\nc\n\n$ pathkb d\nd\n", rewrite=True)
        self.assertFalse(good)
        self.assertEqual(text, "# One.\n$ pathkb a\na\n\n$ pathkb d\nd\n")


if __name__ == "__main__":
    unittest.main()
