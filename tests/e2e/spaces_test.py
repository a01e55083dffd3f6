"""Deletes of many facts and reads of older states, as a user meets them.

Whole spaces and names by their beginning are dropped, across snapshot, crash and restart; snapshots
are read by revision, compared, and restored into a space and into a new data directory.
"""

import json
import os
import subprocess

import programs


class SpacesTest(programs.TestCase):

    def snapshot_revisions(self, daemon):
        """Revisions of the snapshots that the server keeps, newest first."""
        return [json.loads(line)["revision"]
                for line in self.lines(daemon, "-o", "json", "snapshot", "list")]

    def spaces(self, daemon):
        """Each space with its number of facts."""
        listed = [json.loads(line) for line in self.lines(daemon, "-o", "json", "space", "list")]
        return {space["space"]: space["facts"] for space in listed}

    def insert(self, daemon, space, *facts):
        self.ok(daemon, "--space", space, "insert", *facts)

    def indexed(self, daemon):
        """Each space with its indexed arguments."""
        listed = [json.loads(line) for line in self.lines(daemon, "-o", "json", "space", "list")]
        return {space["space"]: space["indexed_arguments"] for space in listed}

    def test_the_index_of_a_space(self):
        daemon = self.start()
        self.insert(daemon, "a", "(r a b)", "(r a c d)")
        self.ok(daemon, "--space", "a", "insert", "--name", "n", "(r b c)")
        self.assertEqual(self.indexed(daemon), {"a": "2,3"})
        self.assertIn("2,3", self.ok(daemon, "space", "list"))
        before = self.lines(daemon, "--space", "a", "export")
        self.assertEqual(self.ok(daemon, "space", "index", "a", "1,2"),
                         "space a: arguments 1,2 are indexed; 3 facts looked at\n")
        self.assertEqual(self.indexed(daemon), {"a": "1,2"})
        daemon.kill()
        daemon = self.start("--index-arguments", "none")
        self.assertEqual(self.indexed(daemon), {"a": "1,2"})
        self.ok(daemon, "snapshot", "create")
        # The index is no facts to anybody.
        self.assertEqual(self.spaces(daemon), {"a": 3})
        self.assertEqual(self.status(daemon)["facts"], 3)
        self.assertEqual(self.lines(daemon, "--space", "a", "export"), before)
        self.assertEqual(self.ok(daemon, "--space", "a", "count"), "3\n")
        # A new space has what the daemon says, also in place of a dropped one.
        self.insert(daemon, "b", "(r a b)")
        self.assertEqual(self.indexed(daemon), {"a": "1,2", "b": "none"})
        self.ok(daemon, "space", "drop", "a")
        self.insert(daemon, "a", "(r a b)")
        self.assertEqual(self.indexed(daemon), {"a": "none", "b": "none"})
        self.ok(daemon, "space", "index", "a", "3")
        self.ok(daemon, "space", "index", "a", "none")
        self.assertEqual(self.indexed(daemon)["a"], "none")
        # A space whose facts are all deleted is no space, whatever is said of its index.
        self.ok(daemon, "space", "index", "a", "2")
        self.ok(daemon, "--space", "a", "delete", "(r a b)")
        self.assertEqual(self.indexed(daemon), {"b": "none"})
        self.assertEqual(self.cli(daemon, "--space", "a", "count").returncode, 3)
        self.assertEqual(self.cli(daemon, "space", "index", "a", "2").returncode, 3)
        self.assertEqual(self.cli(daemon, "space", "index", "b", "0").returncode, 2)
        self.assertEqual(self.cli(daemon, "space", "index", "b", "10").returncode, 2)
        self.assertEqual(self.cli(daemon, "space", "index", "B", "2").returncode, 1)

    def test_an_index_begins_where_there_was_none(self):
        daemon = self.start("--index-arguments", "none")
        text = "".join(f"(word w{i} {i * 7919 % 100003})\n" for i in range(20000))
        self.ok(daemon, "import", "-", stdin=text)
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(self.indexed(daemon), {"default": "none"})
        self.assertEqual(self.ok(daemon, "space", "index", "default", "2,1"),
                         "space default: arguments 2,1 are indexed; 20000 facts looked at\n")
        self.assertEqual(self.indexed(daemon), {"default": "1,2"})
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(self.status(daemon)["facts"], 20000)
        self.assertEqual(daemon.stop(), 0)
        # With what says whether the index is right: a new directory is begun with the pair.
        folder = os.path.join(daemon.data_dir, "snapshots")
        tree = sorted(name for name in os.listdir(folder) if name.endswith(".tree"))[-1]
        daemon = self.start("--load-snapshot", os.path.join(folder, tree),
                            data_dir=daemon.data_dir + "-copy")
        self.assertEqual(self.indexed(daemon), {"default": "1,2"})
        self.assertEqual(self.status(daemon)["facts"], 20000)

    def test_a_dropped_space_stays_away_and_may_come_back(self):
        daemon = self.start()
        self.insert(daemon, "a", "(n 1)", "(n 2)")
        self.insert(daemon, "a-b", "(n 1)")
        self.ok(daemon, "snapshot", "create")
        self.insert(daemon, "a", "(n 3)")
        self.assertEqual(self.spaces(daemon), {"a": 3, "a-b": 1})
        self.assertEqual(self.ok(daemon, "space", "drop", "a"),
                         "space a dropped, 3 facts; revision 4\n")
        self.assertEqual(self.cli(daemon, "space", "drop", "a").returncode, 3)
        self.assertEqual(self.cli(daemon, "--space", "a", "count").returncode, 3)
        self.assertEqual(self.cli(daemon, "--space", "a", "get", "(n 1)").returncode, 3)
        self.assertEqual(self.cli(daemon, "--space", "a", "list").returncode, 3)
        self.assertEqual(self.status(daemon)["facts"], 1)
        daemon.kill()
        daemon = self.start()
        self.assertEqual(self.spaces(daemon), {"a-b": 1})
        self.assertEqual(self.status(daemon)["facts"], 1)
        # What is inserted again is there, before and after the snapshot that forgets the drop.
        self.insert(daemon, "a", "(n 1)")
        self.assertEqual(self.spaces(daemon), {"a": 1, "a-b": 1})
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(self.spaces(daemon), {"a": 1, "a-b": 1})
        self.ok(daemon, "space", "drop", "a")
        self.ok(daemon, "snapshot", "create")
        self.assertEqual(daemon.stop(), 0)
        daemon = self.start()
        self.assertEqual(self.spaces(daemon), {"a-b": 1})
        self.assertEqual(self.status(daemon)["facts"], 1)

    def test_room_on_disk_comes_back(self):
        daemon = self.start()
        text = "".join(f"(word w{i} {i * 7919 % 100003})\n" for i in range(20000))
        self.ok(daemon, "--space", "big", "import", "-", stdin=text)
        self.insert(daemon, "small", "(n 1)")
        self.ok(daemon, "snapshot", "create")
        before = json.loads(self.lines(daemon, "-o", "json", "snapshot", "list")[0])["bytes"]
        self.ok(daemon, "space", "drop", "big")
        self.ok(daemon, "snapshot", "create")
        after = json.loads(self.lines(daemon, "-o", "json", "snapshot", "list")[0])["bytes"]
        self.assertGreater(before, 100_000)
        self.assertLess(after, before / 20)
        # And once no older snapshot is kept that has them.
        for i in range(3):
            self.insert(daemon, "small", f"(m {i})")
            self.ok(daemon, "snapshot", "create")
        folder = os.path.join(daemon.data_dir, "snapshots")
        kept = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
        self.assertLess(kept, before / 5)
        daemon.kill()
        self.assertEqual(self.spaces(self.start()), {"small": 4})

    def test_names_are_deleted_by_their_beginning(self):
        daemon = self.start()
        for name in ("math/add", "math/mul", "maths", "logic/and"):
            self.ok(daemon, "insert", "--name", name, f"(named {name})")
        self.ok(daemon, "insert", "(no name)")
        self.ok(daemon, "snapshot", "create")
        self.ok(daemon, "insert", "--name", "math/new", "(named new)")
        deleted = self.ok(daemon, "delete", "--prefix", "math/")
        self.assertEqual(deleted, "3 deleted; revision 7\n")
        self.assertEqual(self.ok(daemon, "delete", "--prefix", "math/"),
                         "0 deleted; revision 7\n")
        self.assertEqual(self.lines(daemon, "list", ""), ["(named logic/and)", "(named maths)"])
        self.assertEqual(self.ok(daemon, "count"), "3\n")
        self.assertEqual(self.cli(daemon, "get", "--name", "math/add").returncode, 3)
        daemon.kill()
        daemon = self.start()
        self.assertEqual(self.ok(daemon, "count"), "3\n")
        self.ok(daemon, "delete", "--prefix", "")
        self.assertEqual(self.lines(daemon, "list"), ["(no name)"])

    def test_reads_at_a_revision(self):
        daemon = self.start()
        self.insert(daemon, "default", "(n 1)", "(n 2)")
        self.ok(daemon, "insert", "--name", "x", "(old x)")
        self.ok(daemon, "snapshot", "create")
        self.ok(daemon, "delete", "(n 1)")
        self.ok(daemon, "insert", "--name", "x", "(new x)")
        self.ok(daemon, "snapshot", "create")
        self.insert(daemon, "default", "(n 3)")
        newer, older = self.snapshot_revisions(daemon)
        self.assertEqual((newer, older), (4, 2))
        then = ["--at", str(older)]
        self.assertEqual(self.lines(daemon, "query", "(n $x)", *then), ["(n 1)", "(n 2)"])
        self.assertEqual(self.lines(daemon, "query", "(n $x)", "--at", "4"), ["(n 2)"])
        self.assertEqual(self.lines(daemon, "query", "(n $x)", "--at", "5"), ["(n 2)", "(n 3)"])
        self.assertEqual(self.ok(daemon, "count", *then), "3\n")
        self.assertEqual(self.ok(daemon, "count", "(n $x)", *then), "2\n")
        self.assertEqual(self.ok(daemon, "get", "--name", "x", *then), "(old x)\n")
        self.assertEqual(self.ok(daemon, "get", "(n 1)", *then), "(n 1)\n")
        self.assertEqual(self.cli(daemon, "get", "(n 1)").returncode, 3)
        self.assertEqual(sorted(self.lines(daemon, "export", *then)),
                         ["(n 1)", "(n 2)", "(old x)", ';@ {"name":"x"}'])
        self.assertEqual(self.lines(daemon, "list", "", *then), ["(old x)"])
        # A revision of its own, but of no snapshot: the answer says which there are.
        done = self.cli(daemon, "count", "--at", "3")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"there is no state 3 .*5 \(now\), 4 \(20.*Z\), 2 \(20.*Z\)")
        self.assertEqual(self.cli(daemon, "count", "--at", "0").returncode, 2)
        # Retention takes the older ones away.
        self.ok(daemon, "snapshot", "create")
        for i in range(3):
            self.insert(daemon, "default", f"(later {i})")
            self.ok(daemon, "snapshot", "create")
        self.assertNotIn(older, self.snapshot_revisions(daemon))
        self.assertEqual(self.cli(daemon, "count", *then).returncode, 3)

    def test_diff_between_states(self):
        daemon = self.start()
        self.insert(daemon, "default", "(a)", "(b)", "(c)")
        self.ok(daemon, "insert", "--name", "x", "(old x)")
        self.insert(daemon, "other", "(o 1)")
        self.ok(daemon, "snapshot", "create")
        first = self.snapshot_revisions(daemon)[0]
        self.ok(daemon, "delete", "(a)")
        self.ok(daemon, "insert", "--confidence", "0.5", "(b)")
        self.ok(daemon, "insert", "--name", "x", "(new x)")
        self.insert(daemon, "other", "(o 2)")
        self.ok(daemon, "snapshot", "create")
        second = self.snapshot_revisions(daemon)[0]
        self.insert(daemon, "default", "(d)")
        done = self.cli(daemon, "snapshot", "diff", str(first), str(second))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.splitlines(), ["~ x: (old x) -> (new x)", "- (a)", "~ (b)"])
        done = self.cli(daemon, "snapshot", "diff", str(second), "now")
        self.assertEqual(done.stdout, "+ (d)\n")
        done = self.cli(daemon, "snapshot", "diff", "--all", "now", str(first))
        self.assertEqual(done.stdout.splitlines(),
                         ["~ default x: (new x) -> (old x)", "+ default (a)", "~ default (b)",
                          "- default (d)", "- other (o 2)"])
        done = self.cli(daemon, "-o", "json", "snapshot", "diff", str(first), "now", "--limit", "1")
        line = json.loads(done.stdout)
        self.assertEqual((line["change"], line["space"]), ("changed", "default"))
        self.assertEqual((line["before"]["fact"], line["after"]["fact"]), ("(old x)", "(new x)"))
        self.assertEqual(self.cli(daemon, "snapshot", "diff", "now", "now").returncode, 0)
        self.assertEqual(self.cli(daemon, "snapshot", "diff", "2", "now").returncode, 3)
        identity = json.loads(self.lines(daemon, "-o", "json", "snapshot", "list")[1])["id"]
        done = self.cli(daemon, "snapshot", "diff", identity, str(first))
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_a_space_is_restored(self):
        daemon = self.start()
        self.insert(daemon, "family", "(a)", "(b)", "(c)")
        self.ok(daemon, "--space", "family", "insert", "--name", "x", "(old x)")
        self.ok(daemon, "snapshot", "create")
        then = str(self.snapshot_revisions(daemon)[0])
        self.ok(daemon, "--space", "family", "delete", "(a)")
        self.insert(daemon, "family", "(d)")
        self.ok(daemon, "--space", "family", "insert", "--name", "x", "(new x)")
        restore = ["space", "restore", "family", "--at", then]
        self.assertEqual(self.ok(daemon, *restore, "--dry-run"),
                         "would be: 1 inserted, 1 updated, 1 deleted, 2 unchanged\n")
        self.assertEqual(self.lines(daemon, "--space", "family", "list"),
                         ["(b)", "(c)", "(d)", "(new x)"])
        self.assertEqual(self.ok(daemon, *restore),
                         "1 inserted, 1 updated, 1 deleted, 2 unchanged; revision 6\n")
        restored = ["(a)", "(b)", "(c)", "(old x)"]
        self.assertEqual(self.lines(daemon, "--space", "family", "list"), restored)
        self.assertEqual(self.ok(daemon, *restore),
                         "0 inserted, 0 updated, 0 deleted, 4 unchanged; revision 6\n")
        self.ok(daemon, "space", "drop", "family")
        self.ok(daemon, "space", "restore", "attic", "--at", then, "--from", "family")
        self.assertEqual(self.spaces(daemon), {"attic": 4})
        daemon.kill()
        daemon = self.start()
        self.assertEqual(self.lines(daemon, "--space", "attic", "list"), restored)
        self.assertEqual(self.cli(daemon, "space", "restore", "none", "--at", then).returncode, 3)
        self.assertEqual(self.cli(daemon, "space", "restore", "a", "--at", "77").returncode, 3)
        self.assertEqual(self.cli(daemon, "space", "restore", "A", "--at", then).returncode, 1)

    def test_a_restore_beyond_one_batch_is_refused_with_numbers(self):
        daemon = self.start()
        text = "".join(f"(n {i})\n" for i in range(100_001))
        self.ok(daemon, "--space", "big", "import", "-", stdin=text)
        self.ok(daemon, "snapshot", "create")
        then = str(self.snapshot_revisions(daemon)[0])
        self.ok(daemon, "space", "drop", "big")
        self.assertEqual(self.ok(daemon, "space", "restore", "big", "--at", then, "--dry-run"),
                         "would be: 100001 inserted, 0 updated, 0 deleted, 0 unchanged\n")
        done = self.cli(daemon, "space", "restore", "big", "--at", then)
        self.assertEqual(done.returncode, 1)
        self.assertIn("100001 facts to insert", done.stderr)
        self.assertEqual(self.spaces(daemon), {})

    def test_a_snapshot_becomes_a_directory_of_its_own(self):
        daemon = self.start()
        self.insert(daemon, "family", "(a)", "(b)")
        self.ok(daemon, "--space", "family", "insert", "--name", "x", "--source", "us", "(old x)")
        self.ok(daemon, "snapshot", "create")
        then = str(self.snapshot_revisions(daemon)[0])
        self.ok(daemon, "space", "drop", "family")
        self.ok(daemon, "snapshot", "create")

        def restore(*arguments):
            return subprocess.run([programs.PATHKB, "file", "restore", daemon.data_dir, *arguments],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=60)

        target = os.path.join(self.dir, "restored")
        done = restore("--revision", then, "--to", target, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3 facts", done.stdout)
        self.assertFalse(os.path.exists(target))
        # While the daemon serves the directory.
        done = restore("--revision", then, "--to", target)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(restore("--revision", then, "--to", target).returncode, 1)
        self.assertEqual(restore("--revision", "99", "--to", target + "2").returncode, 3)
        self.assertEqual(restore("--revision", then).returncode, 2)
        self.assertEqual(restore("--to", target + "2").returncode, 2)
        restored = self.start(data_dir=target)
        self.assertEqual(self.lines(restored, "--space", "family", "list"),
                         ["(a)", "(b)", "(old x)"])
        fact = json.loads(self.ok(restored, "--space", "family", "-o", "json",
                                  "get", "--name", "x"))
        self.assertEqual(fact["source"], "us")
        self.insert(restored, "family", "(c)")
        restored.kill()
        restored = self.start(data_dir=target)
        self.assertEqual(self.spaces(restored), {"family": 4})
        self.assertEqual(self.spaces(daemon), {})
        tree = [name for name in os.listdir(os.path.join(daemon.data_dir, "snapshots"))
                if name.endswith(f"-r{then}.tree")][0]
        with open(os.path.join(daemon.data_dir, "snapshots", tree), "r+b") as file:
            file.seek(40)
            file.write(b"\xff")
        self.assertEqual(restore("--revision", then, "--to", target + "2").returncode, 8)
        self.assertFalse(os.path.exists(target + "2"))

    def test_spaces_are_listed_in_pages(self):
        daemon = self.start()
        names = sorted(f"s{i}" for i in range(250))
        for name in names:
            self.insert(daemon, name, "(n)")
        self.ok(daemon, "space", "drop", "s7")
        names.remove("s7")
        self.assertEqual(list(self.spaces(daemon)), names)


if __name__ == "__main__":
    programs.main()
