"""Bad input of every kind: a clear message, the right exit code, and the daemon goes on serving."""

import os
import socket
import subprocess

import programs


class BadInputTest(programs.TestCase):

    def setUp(self):
        super().setUp()
        self.daemon = self.start()
        self.ok(self.daemon, "insert", "(still here)")

    def fails(self, code, *arguments, stdin=None, says=()):
        """The command fails with `code`, says each of `says` in a short message, harms nothing."""
        done = self.cli(self.daemon, *arguments, stdin=stdin)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        for word in says:
            self.assertIn(word, done.stderr)
        self.assertLess(len(done.stderr), 2000)
        self.assertEqual(self.lines(self.daemon, "query", "(still $x)"), ["(still here)"])
        return done

    def write(self, name, content):
        path = os.path.join(self.dir, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_unbalanced_parentheses_have_line_and_column(self):
        path = self.write("open.metta", b"(a b)\n(c (d e)\n(f)\n")
        self.fails(1, "import", path, says=["line 2, column 1"])
        path = self.write("close.metta", b"(a b)\n  (c))\n")
        self.fails(1, "import", path, says=["line 2, column 6"])
        self.fails(1, "insert", "(a (b c)", says=["line 1, column 1"])
        self.fails(1, "query", "(a $x))", says=["column 7"])

    def test_whole_batches_only_before_the_bad_line(self):
        path = self.write("mixed.metta", b"(good 1)\n(good 2)\n\"open string\n")
        self.fails(1, "import", path, says=["line 3, column 1"])
        count = self.cli(self.daemon, "count", "(good $x)").stdout
        self.assertIn(count, ("0\n", "2\n"))

    def test_skip_goes_on_and_counts(self):
        text = "(good 1)\n(bad \"\\q\")\n(good 2)\n(bad \"\\z\")\n(good 3)\n"
        done = self.cli(self.daemon, "import", "-", "--on-error=skip", stdin=text)
        self.assertIn("2 rejected", done.stdout + done.stderr)
        self.assertIn("line 2, column", done.stderr)
        self.assertIn("line 4, column", done.stderr)
        self.assertEqual(self.ok(self.daemon, "count", "(good $x)"), "3\n")

    def test_a_huge_atom(self):
        path = self.write("atom.metta", b"(a " + b"x" * 5_000_000 + b")\n")
        self.fails(1, "import", path, says=["line 1, column"])

    def test_deep_nesting(self):
        path = self.write("deep.metta", b"(" * 10_000 + b")" * 10_000 + b"\n")
        self.fails(1, "import", path, says=["line 1, column", "1000"])

    def test_invalid_utf8(self):
        path = self.write("latin1.metta", b"(ok)\n(caf\xe9)\n")
        self.fails(1, "import", path, says=["line 2, column 5", "UTF-8"])

    def test_unknown_space(self):
        for command in (["count"], ["query", "(a)"], ["list"], ["get", "(a)"], ["delete", "(a)"]):
            self.fails(3, "--space", "nowhere", *command, says=["nowhere"])
        self.fails(1, "--space", "No Such", "count", says=["space name"])

    def test_values_out_of_range(self):
        self.fails(1, "insert", "--confidence", "1.5", "(a)", says=["1.5"])
        self.fails(1, "insert", "--name", "n" * 2000, "(a)", says=["1024"])
        self.fails(2, "insert", "--confidence", "high", "(a)")
        self.fails(2, "frobnicate")

    def test_no_server(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = subprocess.run([programs.PATHKB, "--server", address, "count"],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=60)
        self.assertEqual(done.returncode, 6, done.stderr)

    def test_a_directory_that_is_no_data_directory(self):
        other = os.path.join(self.dir, "photos")
        os.mkdir(other)
        self.write("photos/holiday.jpg", b"not ours")
        done = self.run_pathkbd("--data-dir", other, "--listen", "127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("holiday.jpg", done.stderr)
        self.assertEqual(os.listdir(other), ["holiday.jpg"])
        done = self.run_pathkbd("--data-dir", os.path.join(other, "holiday.jpg"), "--listen",
                                "127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("holiday.jpg", done.stderr)

    def test_a_second_daemon_on_the_same_directory(self):
        done = self.run_pathkbd("--data-dir", self.daemon.data_dir, "--listen", "127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("pid", done.stderr)
        self.fails(3, "get", "(nothing)")

    def test_a_port_in_use(self):
        done = self.run_pathkbd("--data-dir", os.path.join(self.dir, "two"), "--listen",
                                self.daemon.address)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(self.daemon.address, done.stderr)

    def test_bad_settings(self):
        for arguments in (["--listen", "0.0.0.0:1"], ["--listen", "nonsense"],
                          ["--log-level", "loud"], ["--frobnicate"],
                          ["--snapshot-interval", "-1"], ["--snapshot-max-changes", "-1"],
                          ["--snapshot-terms-compression", "lzma"],
                          ["--snapshot-deduplicate", "perhaps"],
                          ["--snapshot-max-bytes-per-second", "50"],
                          ["--snapshot-max-bytes-per-second", "-1"],
                          ["--snapshot-max-bytes-per-second", "fast"],
                          ["--mmap-populate", "7up"], ["--mmap-lock", ""],
                          ["--mmap-huge-pages", "2M"], ["--prewarm", "maybe"]):
            done = self.run_pathkbd("--data-dir", os.path.join(self.dir, "two"), *arguments)
            self.assertEqual(done.returncode, 2, f"{arguments}: {done.stderr}")
            self.assertIn(arguments[0], done.stderr)


if __name__ == "__main__":
    programs.main()
