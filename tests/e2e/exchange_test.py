"""Import and export as a user runs them: every format out and in again gives the same facts, a bad
row costs only itself, and a killed import goes on where it was.
"""

import gzip
import json
import os
import re
import signal
import subprocess
import time

import programs

FACTS = [
    {"fact": "(parent Tom Bob)"},
    {"fact": "(age Bob 42)", "confidence": 0.25, "source": "a \"book\"",
     "metadata": {"k": "v", "l": ""}},
    {"fact": "(= (double $n) (* 2 $n))"},
    {"fact": "(text \"a\\nb ; ) \\\" \u00e4\")", "name": "facts/\u00e4"},
    {"fact": "(big -9223372036854775808 1e+300 +inf.0 #\"a b\")"},
    {"fact": "()"},
]

# Rows one to ten of each format; the seventh is wrong. The place is that of the mistake.
TEN_ROWS = {
    "metta": (["(r %d)" % i for i in range(1, 11)], "(r 7", "line 7, column 1"),
    "jsonl": (['{"fact":"(r %d)"}' % i for i in range(1, 11)], '{"fakt":"(r 7)"}',
              "line 7, column 9"),
    "csv": (["%d,x" % i for i in range(1, 11)], '7,"x', "line 7, column 3"),
    "tsv": (["%d\tx" % i for i in range(1, 11)], "7", "line 7, column 1"),
    "nt": (["<s> <r> <%d> ." % i for i in range(1, 11)], "<s> <r> <7>", "line 7, column 12"),
}


class ExchangeTest(programs.TestCase):

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def test_out_and_in_again(self):
        daemon = self.start()
        source = self.write("facts.jsonl", "".join(json.dumps(fact) + "\n" for fact in FACTS))
        self.ok(daemon, "import", source)
        everything = self.ok(daemon, "export", "-o", "json")
        self.assertEqual(len(everything.splitlines()), len(FACTS))
        for name in ("all.metta", "all.jsonl", "all.metta.gz", "all.jsonl.gz"):
            path = os.path.join(self.dir, name)
            self.ok(daemon, "export", "--to", path)
            space = name.replace(".", "-")
            self.ok(daemon, "import", "--space", space, path)
            self.assertEqual(self.ok(daemon, "export", "--space", space, "-o", "json"), everything)
        # The terms alone, as MORK and PathMap have them.
        terms = [json.loads(line)["fact"] for line in everything.splitlines()]
        for name in ("all.paths", "all.tree"):
            path = os.path.join(self.dir, name)
            self.ok(daemon, "export", "--to", path)
            space = name.replace(".", "-")
            self.ok(daemon, "import", "--space", space, path)
            self.assertEqual(self.lines(daemon, "export", "--space", space),
                             [term.replace("$n", "$v1") for term in terms])

    def test_a_snapshot_is_imported_with_its_entries(self):
        daemon = self.start()
        source = self.write("facts.jsonl", "".join(json.dumps(fact) + "\n" for fact in FACTS))
        self.ok(daemon, "import", "--space", "a", source)
        self.ok(daemon, "import", "--space", "b", "-", stdin="(other)\n")
        self.ok(daemon, "snapshot", "create")
        pair = self.status(daemon)["snapshot"]
        tree = os.path.join(daemon.data_dir, "snapshots", f"{pair}.tree")
        refused = self.cli(daemon, "import", "--space", "c", tree)
        self.assertIn("a, b", refused.stderr)
        self.assertNotEqual(refused.returncode, 0)
        self.ok(daemon, "import", "--space", "c", "--from-space", "a", tree)
        self.assertEqual(self.ok(daemon, "export", "--space", "c", "-o", "json"),
                         self.ok(daemon, "export", "--space", "a", "-o", "json"))

    def test_tables_and_triples(self):
        daemon = self.start()
        table = "from,to,weight\na,b,4\n\"c, d\",e,0.5\n"
        self.ok(daemon, "import", self.write("edges.csv", table), "--template",
                "(edge $from $to $weight)")
        self.assertEqual(self.lines(daemon, "export"),
                         ['(edge "a" "b" 4)', '(edge "c, d" "e" 0.5)'])
        again = self.ok(daemon, "export", "--format", "csv", "--query", "(edge $from $to $weight)")
        self.assertEqual(again, table)
        triples = ('<http://a/Tom> <http://a/age> "42"^^<http://www.w3.org/2001/XMLSchema#integer> '
                   '.\n<http://a/Tom> <http://a/name> "Tom"@en .\n')
        self.ok(daemon, "import", "--space", "rdf", self.write("t.nt", triples))
        self.assertEqual(self.lines(daemon, "query", "--space", "rdf", "(<http://a/age> $s 42)"),
                         ["(<http://a/age> <http://a/Tom> 42)"])
        self.assertEqual(
            sorted(self.lines(daemon, "export", "--space", "rdf", "--format", "nt")),
            sorted(triples.splitlines()))

    def test_row_seven_of_ten(self):
        daemon = self.start()
        for name, (rows, bad, place) in TEN_ROWS.items():
            text = "\n".join(rows[:6] + [bad] + rows[7:]) + "\n"
            options = []
            if name in ("csv", "tsv"):
                options = ["--no-header", "--template", "(r $1)"]
            for packed in (False, True):
                space = f"{name}-{packed}".lower()
                path = self.write(f"ten.{name}" + (".gz" if packed else ""),
                                  gzip.compress(text.encode()) if packed else text)
                rejects = os.path.join(self.dir, "rejects." + name)
                done = self.cli(daemon, "import", "--space", space, "--on-error=skip", "--rejects",
                                rejects, path, *options)
                self.assertEqual(done.returncode, 9, done.stderr)
                self.assertIn(place, done.stderr)
                self.assertEqual(self.ok(daemon, "count", "--space", space), "9\n", name)
                # Mended, the file of rejected rows holds what was missing.
                with open(rejects, encoding="utf-8") as file:
                    kept = file.read()
                self.assertIn(f"{place}: ", kept)
                mended = kept.replace("\n" + bad, "\n" + rows[6])
                self.ok(daemon, "import", "--space", space, self.write("mended." + name, mended),
                        *options)
                self.assertEqual(self.ok(daemon, "count", "--space", space), "10\n", name)
                # Without --on-error=skip nothing of the batch is there, and the place is named.
                stopped = self.cli(daemon, "import", "--space", "none", path, *options)
                self.assertEqual(stopped.returncode, 1)
                self.assertIn(place, stopped.stderr)

    def test_a_file_that_is_cut_off(self):
        daemon = self.start()
        packed = gzip.compress("".join(f"(n {i})\n" for i in range(20_000)).encode())
        path = self.write("cut.metta.gz", packed[:len(packed) // 2])
        done = self.cli(daemon, "import", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cut off", done.stderr)

    def test_a_killed_import_goes_on(self):
        daemon = self.start()
        total = 600_000
        text = "".join(f"(fact {i} of many)\n" for i in range(total)).encode()
        for name, content in (("plain.metta", text), ("packed.metta.gz", gzip.compress(text, 1))):
            path = self.write(name, content)
            space = name.split(".")[0]
            command = [programs.PATHKB, "--server", daemon.address, "import", "--space", space,
                       "--resume", path]
            progress = path + ".pathkb-progress"
            kills = 0
            for _ in range(3):
                before = self.offset(progress)
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                # Until it has come further than the one before.
                while process.poll() is None and self.offset(progress) <= before:
                    time.sleep(0.001)
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += process.returncode == -signal.SIGKILL
            self.assertGreater(kills, 0)
            done = self.cli(daemon, "import", "--space", space, "--resume", path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("going on from line", done.stderr)
            self.assertEqual(self.ok(daemon, "count", "--space", space), f"{total}\n")
            self.assertFalse(os.path.exists(progress))

    def test_files_side_by_side(self):
        daemon = self.start()
        paths = [self.write(f"part{file}.metta",
                            "".join(f"(fact {file} {i})\n" for i in range(30_000)).encode())
                 for file in range(4)]
        # Two programs at once, two files at once in each: all of it is there.
        processes = [subprocess.Popen([programs.PATHKB, "--server", daemon.address, "import",
                                       "--jobs", "2", *paths[i:i + 2]], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                     for i in (0, 2)]
        for process in processes:
            out, err = process.communicate()
            self.assertEqual(process.returncode, 0, err)
            self.assertIn("2 files: imported 60000 facts", out)
        self.assertEqual(self.ok(daemon, "count"), "120000\n")
        # A bad fact ends what is at work beside it, and each file says what of it is there.
        bad = self.write("bad.metta", b"(a)\n(b\n")
        done = self.cli(daemon, "import", "--space", "stopped", "--jobs", "2", bad, *paths)
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.metta: line 2, column 1", done.stderr)
        said = [line for line in done.stderr.splitlines() if "nothing committed" not in line]
        committed = sum(int(found) for line in said
                        for found in re.findall(r"committed: (\d+) facts", line))
        committed += sum(int(found) for found in re.findall(r"imported (\d+) facts", done.stdout))
        listed = self.cli(daemon, "count", "--space", "stopped")
        self.assertEqual(int(listed.stdout) if listed.returncode == 0 else 0, committed)
        # And with --resume, all is there in the end.
        os.remove(bad)
        done = self.cli(daemon, "import", "--space", "stopped", "--resume", *paths)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ok(daemon, "count", "--space", "stopped"), "120000\n")

    @staticmethod
    def offset(progress):
        """How far an import has come, by its own account; 0 if there is none."""
        try:
            with open(progress, encoding="utf-8") as file:
                return json.loads(file.read())["offset"]
        except FileNotFoundError:
            return 0


if __name__ == "__main__":
    programs.main()
