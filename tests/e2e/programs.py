"""pathkbd and pathkb as programs: what the end-to-end tests share.

A test is a unittest file that imports this and ends in `programs.main()`. Its BUILD target hands
over where the programs are, as arguments. Every test has a temporary directory and a free port of
its own, and every daemon it starts is ended with it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

PATHKBD = ""
PATHKB = ""

START_TIMEOUT_S = 120


class Daemon:
    """One running pathkbd.

    data_dir   its data directory
    options    further command-line options
    Raises     AssertionError with the log if it does not come up within START_TIMEOUT_S
    """

    def __init__(self, data_dir, *options):
        self.data_dir = data_dir
        read_end, write_end = os.pipe()
        self._process = subprocess.Popen(
            [PATHKBD, "--data-dir", data_dir, "--listen", "127.0.0.1:0", *options],
            stdin=subprocess.DEVNULL, stdout=write_end, stderr=write_end)
        os.close(write_end)
        self._log = os.fdopen(read_end, "r", errors="replace")
        self.log_text = ""
        self.address = None
        for line in self._log:
            self.log_text += line
            found = re.search(r"serves .* on (127\.0\.0\.1:\d+), ready", line)
            if found:
                self.address = found.group(1)
                break
        assert self.address, f"pathkbd did not start: {self.log_text}"

    def kill(self):
        """Ends it as a crash would: SIGKILL."""
        self._process.kill()
        self._process.wait()
        self._log.close()

    def stop(self):
        """Ends it cleanly by SIGTERM; returns its exit code. Its log is then complete."""
        self._process.send_signal(signal.SIGTERM)
        self.log_text += self._log.read()
        self._log.close()
        return self._process.wait(timeout=START_TIMEOUT_S)

    def alive(self):
        return self._process.poll() is None


class TestCase(unittest.TestCase):
    """Gives each test `self.dir`, and ends the daemons it started."""

    def setUp(self):
        self.dir = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self._daemons = []
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def tearDown(self):
        for daemon in self._daemons:
            if daemon.alive():
                daemon.kill()

    def start(self, *options, data_dir=None):
        """A daemon on `data_dir`, by default self.dir/data. No snapshots but those asked for."""
        quiet = ["--snapshot-interval", "0", "--snapshot-max-changes", "0"]
        daemon = Daemon(data_dir or os.path.join(self.dir, "data"), *quiet, *options)
        self._daemons.append(daemon)
        return daemon

    def run_pathkbd(self, *arguments, timeout=60):
        """Runs pathkbd until it ends; for starts that must fail."""
        return subprocess.run([PATHKBD, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)

    def cli(self, daemon, *arguments, stdin=None, timeout=300):
        """Runs pathkb against `daemon`; returns the completed process, with text output."""
        return subprocess.run([PATHKB, "--server", daemon.address, *arguments],
                              input=stdin if stdin is not None else "",
                              capture_output=True, text=True, timeout=timeout)

    def ok(self, daemon, *arguments, stdin=None):
        """Output of a pathkb command that must succeed."""
        done = self.cli(daemon, *arguments, stdin=stdin)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def status(self, daemon):
        """`pathkb status` as a dict."""
        return json.loads(self.ok(daemon, "status", "-o", "json"))

    def lines(self, daemon, *arguments):
        """Output lines of a pathkb command that must succeed."""
        return self.ok(daemon, *arguments).splitlines()


def main():
    """Takes the programs' places from the command line, then runs the tests."""
    global PATHKBD, PATHKB
    PATHKBD, PATHKB = (os.path.abspath(path) for path in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:], verbosity=2)
