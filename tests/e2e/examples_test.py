"""Every program of client/examples does what it says, the first time and when it is run again.

The programs are run as a user runs them, against one server; what they print is compared.
"""

import os
import subprocess
import sys

import programs

EXAMPLES = {}


class ExamplesTest(programs.TestCase):

    def run_example(self, daemon, name):
        """Output of one example; it must succeed."""
        environment = dict(os.environ, PATHKB_SERVER=daemon.address, PATHKB=programs.PATHKB,
                           PATHKBD=programs.PATHKBD, TMPDIR=self.dir)
        done = subprocess.run([EXAMPLES[name]], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"{name}: {done.stdout}{done.stderr}")
        self.assertEqual(done.stderr, "", name)
        return done.stdout

    def test_build_artifacts(self):
        daemon = self.start()
        first = self.run_example(daemon, "build_artifacts.sh").splitlines()
        self.assertEqual(first, ["twice.c: compiled", "main.c: compiled", "the program runs"])
        again = self.run_example(daemon, "build_artifacts.sh").splitlines()
        self.assertEqual(again, ["twice.c: found", "main.c: found", "the program runs"])
        self.assertEqual(self.ok(daemon, "ls", "artifacts", "-o", "table").split(),
                         ["name", "facts", "cache/", "2"])

    def test_knowledge_base(self):
        daemon = self.start()
        for revision in (1, 2):
            text = self.run_example(daemon, "knowledge_base")
            self.assertEqual(text.splitlines()[1:], [
                "grandparents:",
                "  (grandparent Pam Ann)", "  (grandparent Pam Pat)",
                "  (grandparent Tom Ann)", "  (grandparent Tom Pat)",
                "grandparents, of what is sure:", "  (grandparent Tom Ann)",
                "Tom has 2 grandchildren"])
            self.assertEqual(text.splitlines()[0], f"facts are on disk, revision {revision}")

    def test_incremental_build(self):
        daemon = self.start()
        for _ in range(2):
            self.assertEqual(self.run_example(daemon, "incremental_build.sh").splitlines(),
                             ["nothing has changed; stale: 0", "base.h has changed; stale:",
                              "base.h", "list.c", "list.h", "main.c"])

    def test_query_cache(self):
        daemon = self.start()
        for _ in range(2):
            lines = self.run_example(daemon, "query_cache").splitlines()
            self.assertEqual([line.rsplit(": ")[1] for line in lines[:3]],
                             ["computed", "kept", "computed"])

    def test_distribution(self):
        daemon = self.start()
        lines = self.run_example(daemon, "distribution.sh").splitlines()
        self.assertEqual(lines, ["built and verified: graph.sums graph.terms graph.tree",
                                 "machine one: 20000 facts, n7 leads to n49",
                                 "machine two: 20000 facts, n7 leads to n49"])


if __name__ == "__main__":
    EXAMPLES = {os.path.basename(path): os.path.abspath(path) for path in sys.argv[3:]}
    del sys.argv[3:]
    programs.main()
