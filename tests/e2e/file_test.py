"""`pathkb file` as a user runs it, with no server: exit codes, lines, closed pipes, whole data
directories.

The golden files stand for PathMap's; a real daemon makes the data directories.
"""

import os
import subprocess

import programs

GOLDEN = os.path.abspath("tests/golden")


def golden(name):
    """The place of a golden file."""
    return os.path.join(GOLDEN, name)


class FileTest(programs.TestCase):

    def run_file(self, *arguments, timeout=120):
        """Runs `pathkb file ...` with no server; returns the completed process, with its text."""
        return subprocess.run([programs.PATHKB, "file", *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)

    def expect(self, code, *arguments):
        """Output of a run that must end with `code`."""
        done = self.run_file(*arguments)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    @staticmethod
    def flip(path, at):
        """Changes one byte of a file."""
        with open(path, "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 0x10]))

    def test_verify_says_what_is_wrong_and_where(self):
        self.assertEqual(self.expect(0, "verify", golden("values.tree"), golden("merged.tree")), "")
        bad = golden("bad/kids_33.tree")
        lines = self.expect(8, "verify", golden("values.tree"), bad, golden("bad/len5.tree"))
        self.assertEqual(lines.splitlines()[0],
                         f"{bad}: offset 16: root node: a branch node has an "
                                                "impossible number of children")
        self.assertEqual(len(lines.splitlines()), 2)
        done = self.run_file("verify", "--quiet", golden("values.tree"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_wrong_calls(self):
        self.expect(3, "verify", "/no/such/file")
        self.expect(3, "dump", "/no/such/file")
        self.expect(2, "verify")
        self.expect(2, "vrify", "x")
        self.expect(2, "verify", "--bogus", golden("values.tree"))
        self.expect(2, "diff", golden("values.tree"))
        self.expect(2, "build", golden("values.tree"))
        self.expect(2, "convert", golden("values.tree"), "-")
        self.expect(8, "dump", golden("bad/kids_33.tree"))
        self.expect(1, "dump", golden("values.keys.tsv"))

    def test_dump_and_diff(self):
        with open(golden("random_10k.keys.tsv"), encoding="ascii") as table:
            self.assertEqual(self.expect(0, "dump", golden("random_10k.tree")), table.read())
        self.assertEqual(len(self.expect(0, "dump", "--limit", "3",
                                         golden("odd/dag_bomb.tree")).splitlines()), 3)
        self.expect(0, "diff", golden("shared_subtrees.tree"),
                    golden("odd/shared_subtrees_dag.tree"))
        lines = self.expect(1, "diff", golden("merged_once.tree"), golden("merged.tree"))
        self.assertEqual(lines.splitlines()[-1], "0 removed, 2 added, 1 changed, 11 equal")

    def test_a_reader_that_goes_away_ends_an_endless_dump(self):
        process = subprocess.Popen([programs.PATHKB, "file", "dump", golden("odd/dag_bomb.tree")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"61" * 60 + b"\t1\n")
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()

    def test_build_once_and_convert_back(self):
        facts = self.write("facts.metta",
                           "(parent Tom Bob) (= (f $x) $x)\n; a comment\n(age Bob 42)\n")
        self.assertIn("3 facts", self.expect(0, "build", facts, "-o", self.path("facts")))
        self.expect(1, "build", facts, "-o", self.path("facts"))  # They are there already.
        self.expect(0, "build", "--force", facts, "-o", self.path("facts.tree"))
        self.expect(0, "verify", *(self.path("facts" + e) for e in (".tree", ".terms", ".sums")))
        self.expect(0, "convert", self.path("facts.tree"), self.path("back.metta"))
        with open(self.path("back.metta"), encoding="utf-8") as back:
            self.assertEqual(back.read(), "(= (f $x) $x)\n(age Bob 42)\n(parent Tom Bob)\n")
        self.assertEqual(self.expect(0, "convert", self.path("facts.tree"), "-", "--to", "metta"),
                         "(= (f $x) $x)\n(age Bob 42)\n(parent Tom Bob)\n")
        bad = self.write("bad.metta", "(a\n(b)")
        done = self.run_file("build", bad, "-o", self.path("bad"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.metta: line", done.stderr)
        self.assertFalse(os.path.exists(self.path("bad.tree")))
        # Each of the facts once more by its second argument; and two paths say what is indexed.
        self.assertIn('"paths":8', self.expect(0, "info", "-o", "json", self.path("facts.tree")))
        self.expect(0, "convert", "--index", "none", facts, self.path("plain.tree"))
        self.assertIn('"paths":3', self.expect(0, "info", "-o", "json", self.path("plain.tree")))
        self.expect(1, "build", "--index", "2,2", facts, "-o", self.path("twice"))

    def test_a_data_directory_verified_compacted_and_salvaged(self):
        daemon = self.start()
        data = daemon.data_dir
        self.ok(daemon, "import", "-", stdin="".join(f"(n {i})\n" for i in range(500)))
        self.ok(daemon, "insert", "--name", "x/1", "--confidence", "0.5", "--meta", "k=v",
                "(named)")
        self.ok(daemon, "snapshot", "create")
        self.ok(daemon, "insert", "(late one)")
        self.ok(daemon, "delete", "(n 3)")
        exported = self.ok(daemon, "-o", "json", "export")
        # A server has it; looking is allowed.
        self.expect(0, "verify", data)
        locked = self.run_file("compact", data)
        self.assertEqual(locked.returncode, 1)
        self.assertIn("held by pid", locked.stderr)
        daemon.kill()
        self.assertIn("501 facts", self.expect(0, "compact", data))
        self.assertEqual(self.expect(0, "verify", data), "")
        self.assertEqual(os.listdir(os.path.join(data, "wal")), [])
        snapshots = os.path.join(data, "snapshots")
        tree = [name for name in os.listdir(snapshots) if name.endswith(".tree")]
        self.assertEqual(len(tree), 1)
        tree = os.path.join(snapshots, tree[0])
        self.expect(0, "convert", tree, self.path("out.jsonl"))
        with open(self.path("out.jsonl"), encoding="utf-8") as out:
            self.assertEqual(out.read(), exported)
        again = self.start(data_dir=data)
        self.assertEqual(self.ok(again, "-o", "json", "export"), exported)
        again.kill()

        self.expect(0, "salvage", data, "-o", self.path("whole.jsonl"))
        self.flip(tree, 200)
        lines = self.expect(8, "verify", data)
        self.assertTrue(lines.startswith(f"{tree}: offset 0: "), lines)
        self.expect(8, "salvage", data, "-o", self.path("saved.metta"))
        with open(self.path("saved.metta"), encoding="utf-8") as saved:
            self.assertGreater(len(saved.read().splitlines()), 400)


if __name__ == "__main__":
    programs.main()
