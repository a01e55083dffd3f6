#!/usr/bin/python3
"""Goal: each kind of line becomes the facts of the table in README.md. Method: a few lines of the
real files, and lines made up for what those do not show, converted in this process and as a
program. Needs no WordNet."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wordnet_to_metta  # noqa: E402

PROGRAM = wordnet_to_metta.__file__

NOUN = ("00001930 03 n 01 physical_entity 0 002 @ 00001740 n 0000 ~ 00002452 n 0000 | "
        "an entity that has physical existence  \n")
ADJECTIVE = ("00014358 00 s 02 abounding 0 galore(ip) 0 002 & 00013887 a 0000 + 04718999 n 020a | "
             'existing in abundance; "abounding confidence"  \n')
VERB = "00001740 29 v 01 take_(a) 0 001 $ 00002325 v 0101 02 + 02 00 + 08 00 | draw air\n"


class LinesTest(unittest.TestCase):

    def facts(self, line, name="noun", letter="n"):
        return wordnet_to_metta.facts_of_line(line, name, letter)

    def test_words_gloss_and_pointers_of_a_synset(self):
        self.assertEqual(self.facts(NOUN), [
            "(synset n00001930 noun)",
            '(word n00001930 "physical entity")',
            '(gloss n00001930 "an entity that has physical existence")',
            "(hypernym n00001930 n00001740)",
            "(hyponym n00001930 n00002452)",
        ])

    def test_adjectives_lose_their_marker_and_satellites_are_adjectives(self):
        self.assertEqual(self.facts(ADJECTIVE, "adj", "a"), [
            "(synset a00014358 adj)",
            '(word a00014358 "abounding")',
            '(word a00014358 "galore")',
            '(gloss a00014358 "existing in abundance; \\"abounding confidence\\"")',
            "(similar-to a00014358 a00013887)",
            "(derivation (sense a00014358 2) (sense n04718999 10))",
        ])
        satellite = "00000001 00 s 01 x 0 001 & 00000002 s 0000 | y\n"
        self.assertIn("(similar-to a00000001 a00000002)", self.facts(satellite, "adj", "a"))

    def test_verb_frames_are_left_out(self):
        self.assertEqual(self.facts(VERB, "verb", "v")[-1],
                         "(verb-group (sense v00001740 1) (sense v00002325 1))")

    def test_the_number_of_words_is_hexadecimal(self):
        words = " ".join(f"w{i} 0" for i in range(16))
        facts = self.facts(f"00000001 03 n 10 {words} 000 | many\n")
        self.assertEqual(len(facts), 1 + 16 + 1)

    def test_strings_are_escaped(self):
        facts = self.facts('00000001 03 n 01 back\\slash"ed 0 000 | a \\ and a "\n')
        self.assertEqual(facts[1], '(word n00000001 "back\\\\slash\\"ed")')
        self.assertEqual(facts[2], '(gloss n00000001 "a \\\\ and a \\"")')

    def test_every_pointer_symbol_has_its_own_name(self):
        names = list(wordnet_to_metta.RELATIONS.values())
        self.assertEqual(len(names), 26)
        self.assertEqual(len(set(names)), 26)

    def test_bad_lines_are_refused(self):
        for line in ("nonsense\n", "00000001 03 n 02 a 0 000 | b\n",
                     "00000001 03 n 01 a 0 002 @ 1 n 0000 | b\n"):
            with self.assertRaises(wordnet_to_metta.BadLine):
                self.facts(line)
        with self.assertRaisesRegex(wordnet_to_metta.BadLine, "pointer symbol '\\?'"):
            self.facts("00000001 03 n 01 a 0 001 ? 00000002 n 0000 | b\n")


class ProgramTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        licence = "  1 This software and database is being provided to you\n"
        for name, text in (("noun", NOUN), ("verb", VERB), ("adj", ADJECTIVE), ("adv", "")):
            self.write("data." + name, licence + text)

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_program(self, *arguments):
        return subprocess.run([sys.executable, PROGRAM, *arguments], capture_output=True, text=True)

    def test_all_files_in_order(self):
        done = self.run_program("--wordnet", self.dir)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(
            [line for line in lines if line.startswith("(synset")],
            ["(synset n00001930 noun)", "(synset v00001740 verb)", "(synset a00014358 adj)"])
        self.assertEqual(len(lines), 5 + 4 + 6)
        path = os.path.join(self.dir, "out.metta")
        self.assertEqual(self.run_program("--wordnet", self.dir, path).stdout, "")
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), done.stdout)

    def test_errors_are_one_line(self):
        self.write("data.verb", "nonsense\n")
        done = self.run_program("--wordnet", self.dir)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^wordnet_to_metta: .*data\.verb:1: not a line of .*\n$")
        done = self.run_program("--wordnet", os.path.join(self.dir, "nowhere"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)


if __name__ == "__main__":
    unittest.main()
