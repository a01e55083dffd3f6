"""The main job on a real knowledge base: WordNet 3.0 goes in, survives kill -9 in the middle,
becomes a snapshot, is mapped again after a restart, and answers.

Needs Debian's wordnet-base, which `./dev test` installs.
"""

import os
import subprocess
import sys

import programs

CONVERTER = ""
FACTS = 819_879
LINES = 819_888


class WordNetTest(programs.TestCase):

    def convert(self):
        path = os.path.join(self.dir, "wordnet.metta")
        with open(path, "wb") as out:
            subprocess.run([sys.executable, CONVERTER], stdout=out, check=True)
        with open(path, "rb") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), LINES)
        self.assertEqual(len(set(lines)), FACTS)
        return path

    def check_answers(self, daemon):
        def ask(*arguments):
            return self.lines(daemon, "--space", "wordnet", *arguments)
        self.assertEqual(ask("count"), [str(FACTS)])
        self.assertEqual(ask("query", "(hypernym n02084071 $x)"),
                         ["(hypernym n02084071 n01317541)", "(hypernym n02084071 n02083346)"])
        self.assertEqual(ask("count", '(word $s "bank")'), ["18"])
        self.assertEqual(ask("count", "(antonym (sense $a 1) (sense $b 1))"), ["7341"])

    def test_import_kill_snapshot_restart(self):
        path = self.convert()
        daemon = self.start()
        importing = subprocess.Popen(
            [programs.PATHKB, "--server", daemon.address, "--space", "wordnet", "import", path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # Kill the daemon once a good part is in.
        for _ in range(100_000):
            if self.status(daemon)["facts"] > 200_000:
                break
        daemon.kill()
        importing.communicate(timeout=120)
        self.assertNotEqual(importing.returncode, 0)

        daemon = self.start()
        survived = self.status(daemon)["facts"]
        self.assertGreater(survived, 200_000)
        self.assertLess(survived, FACTS)
        summary = self.ok(daemon, "--space", "wordnet", "import", path)
        self.assertIn(str(FACTS - survived), summary.replace(",", ""))
        self.check_answers(daemon)
        revision = self.status(daemon)["revision"]
        again = self.ok(daemon, "--space", "wordnet", "import", path)
        self.assertIn("nothing changed", again)
        self.assertEqual(self.status(daemon)["revision"], revision)

        self.ok(daemon, "snapshot", "create")
        self.ok(daemon, "--space", "wordnet", "delete", "(hypernym n02084071 n01317541)")
        daemon.kill()
        daemon = self.start()
        status = self.status(daemon)
        self.assertEqual((status["base_facts"], status["facts"], status["working_set_facts"]),
                         (FACTS, FACTS - 1, 1))
        self.ok(daemon, "--space", "wordnet", "insert", "(hypernym n02084071 n01317541)")
        self.check_answers(daemon)
        self.assertEqual(daemon.stop(), 0)
        daemon = self.start()
        status = self.status(daemon)
        # So small a change was saved as a delta, which the start has applied.
        self.assertEqual((status["base_facts"], status["working_set_facts"]), (FACTS, 1))
        self.check_answers(daemon)


if __name__ == "__main__":
    CONVERTER = os.path.abspath(sys.argv.pop(3))
    programs.main()
