#!/usr/bin/env python3
"""Runs scenario files: `scenario.py PATHKBD PATHKB [--rewrite] FILE.kbt...`.

A scenario tells a story in commands as a user types them, each with what it prints:

    # A comment in plain words.
    $ pathkb insert --space family '(parent Tom Bob)'
    1 inserted, 0 updated, 0 unchanged; revision 1

    ! restart
    $ pathkb query --space family '(parent $x Bob)'
    (parent Tom Bob)

What follows a command, up to a blank line, `$` or `!`, is its output, standard error behind
standard output, then `exit N` if it did not end with 0. In it, `[...]` stands for any text within a
line, a line `...` for any number of lines, one blank for any number of blanks, and `{name}` for a
word, which `{name}` in later lines means again. `{dir}` is the data directory, `{tmp}` a folder of
the scenario's own.

    ! options --FLAG ...         of pathkbd, from the next start on
    ! start | stop | restart     stop is SIGTERM; `start` comes by itself before the first command
    ! kill                       SIGKILL, then a start
    ! fails N                    a start that must fail with exit code N; its log is the output
    ! log TEXT                   the daemon has logged a line that holds TEXT
    ! until COMMAND              the command again and again until it prints what follows
    ! facts FILE FIRST LAST      writes {tmp}/FILE with the facts (number FIRST) to (number LAST)
    ! files PATTERN N            so many files below the data directory match
    ! cut PATTERN BYTES          shortens the newest file that matches
    ! flip PATTERN OFFSET        changes a bit there
    ! remove PATTERN             removes the newest file that matches
    ! less A B                   number A is smaller than B
    ! block FOLDER               a file stands in the place of that folder of the data directory,
    ! unblock FOLDER             and no longer

--rewrite puts what was really printed in the place of expectations that were not met, and is to be
read as a diff afterwards. Exit codes: 0 all as expected, 1 something was not, 2 usage.
"""

import glob
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

START_TIMEOUT_S = 60
COMMAND_TIMEOUT_S = 120
UNTIL_TIMEOUT_S = 30
UNTIL_PAUSE_S = 0.05


class Wrong(Exception):
    """An expectation that was not met; the message says which."""


class Daemon:
    """pathkbd on a free port, its log on a thread."""

    def __init__(self, program, data_dir, options):
        self._process = subprocess.Popen(
            [program, "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--http-listen", "off",
             *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace")
        self.log = []
        self.address = None
        self._settled = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._settled.wait(START_TIMEOUT_S)

    def _read(self):
        for line in self._process.stdout:
            self.log.append(line.rstrip("\n"))
            found = re.search(r"serves .* on (127\.0\.0\.1:\d+), ready", line)
            if found:
                self.address = found.group(1)
                self._settled.set()
        self._settled.set()

    def end(self, how):
        """Ends it by the signal `how`; returns its exit code. The log is then complete."""
        self._process.send_signal(how)
        return self.wait()

    def wait(self):
        code = self._process.wait(timeout=START_TIMEOUT_S)
        self._reader.join()
        self._process.stdout.close()
        return code


def plain(line):
    """The line without what only puts columns in their places."""
    return " ".join(line.split())


def pattern_of(expected, names):
    """A regular expression for one expected line. `names` are words already known."""
    parts = []
    seen = set()
    for part in re.split(r"(\[\.\.\.\]|\{[a-z_]+\})", expected):
        if part == "[...]":
            parts.append(".*?")
        elif re.fullmatch(r"\{[a-z_]+\}", part):
            name = part[1:-1]
            if name in names:
                parts.append(re.escape(names[name]))
            elif name in seen:
                parts.append(f"(?P={name})")
            else:
                seen.add(name)
                parts.append(f"(?P<{name}>[^ :,;]+)")
        else:
            parts.append(re.escape(part))
    return re.compile("".join(parts))


def match(expected, actual, names):
    """True if the lines are as expected; new words are put into `names`."""
    found = dict(names)

    def from_here(i, j):
        if i == len(expected):
            return j == len(actual)
        if expected[i] == "...":
            return any(from_here(i + 1, k) for k in range(j, len(actual) + 1))
        if j == len(actual):
            return False
        line = pattern_of(plain(expected[i]), found).fullmatch(plain(actual[j]))
        if line is None:
            return False
        found.update(line.groupdict())
        return from_here(i + 1, j + 1)

    if not from_here(0, 0):
        return False
    names.update(found)
    return True


class Scenario:
    """One run of one file."""

    def __init__(self, pathkbd, pathkb, folder):
        self._programs = {"pathkbd": pathkbd, "pathkb": pathkb}
        self._data = os.path.join(folder, "data")
        self._names = {"dir": self._data, "tmp": folder}
        self._options = []
        self._daemon = None
        self._log = []

    # --- The daemon.

    def start(self):
        if self._daemon is None:
            self._daemon = Daemon(self._programs["pathkbd"], self._data, self._options)
            if self._daemon.address is None:
                self._daemon.wait()
                log, self._daemon = self._daemon.log, None
                raise Wrong("pathkbd did not start:\n" + "\n".join(log))

    def stop(self, how=signal.SIGTERM):
        if self._daemon is not None:
            daemon, self._daemon = self._daemon, None
            code = daemon.end(how)
            self._log += daemon.log
            if how == signal.SIGTERM and code != 0:
                raise Wrong(f"pathkbd stopped with {code}:\n" + "\n".join(daemon.log))

    def fails(self, code):
        daemon = Daemon(self._programs["pathkbd"], self._data, self._options)
        if daemon.address is not None:
            daemon.end(signal.SIGKILL)
            raise Wrong("pathkbd started")
        found = daemon.wait()
        if found != int(code):
            raise Wrong(f"pathkbd ended with {found}, not {code}:\n" + "\n".join(daemon.log))
        # Without the time.
        return [re.sub(r"^\S+ ", "", line) for line in daemon.log]

    # --- Steps.

    def filled(self, text):
        """`text` with known words in the place of their names."""
        return re.sub(r"\{([a-z_]+)\}",
                      lambda found: self._names.get(found.group(1), found.group(0)), text)

    def command(self, text):
        """Runs what was typed; returns the lines it printed."""
        words = [self.filled(word) for word in shlex.split(text)]
        if words[0] not in self._programs:
            raise Wrong(f"only pathkb and pathkbd can be run, not {words[0]}")
        if words[0] == "pathkb" and words[1:2] != ["file"]:
            self.start()
        environment = {**os.environ, "PATHKB_SERVER": self._daemon.address if self._daemon else ""}
        done = subprocess.run([self._programs[words[0]], *words[1:]], input="", text=True,
                              capture_output=True, timeout=COMMAND_TIMEOUT_S, env=environment,
                              cwd=self._names["tmp"])
        lines = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
        if done.returncode != 0:
            lines.append(f"exit {done.returncode}")
        return lines

    def matching(self, pattern):
        """Files below the data directory, the newest last."""
        return sorted(glob.glob(os.path.join(self._data, self.filled(pattern))))

    def newest(self, pattern):
        files = self.matching(pattern)
        if not files:
            raise Wrong(f"there is no file {pattern}")
        return files[-1]

    def directive(self, words):
        """Does what a `!` line says; returns lines to compare, or None if there are none."""
        name, *rest = words
        if name == "options":
            self._options = [self.filled(word) for word in rest]
        elif name == "start":
            self.start()
        elif name == "stop":
            self.stop()
        elif name == "restart":
            self.stop()
            self.start()
        elif name == "kill":
            self.stop(signal.SIGKILL)
            self.start()
        elif name == "fails":
            return self.fails(*rest)
        elif name == "log":
            text = self.filled(" ".join(rest))
            log = self._log + (self._daemon.log if self._daemon else [])
            if not any(text in line for line in log):
                raise Wrong("not in the log:\n" + "\n".join(log))
        elif name == "facts":
            with open(os.path.join(self._names["tmp"], rest[0]), "w", encoding="utf-8") as file:
                file.writelines(f"(number {i})\n" for i in range(int(rest[1]), int(rest[2]) + 1))
        elif name == "files":
            found = self.matching(rest[0])
            if len(found) != int(rest[1]):
                raise Wrong(f"{len(found)} files match {rest[0]}: {found}")
        elif name == "cut":
            os.truncate(self.newest(rest[0]), int(rest[1]))
        elif name == "flip":
            with open(self.newest(rest[0]), "r+b") as file:
                file.seek(int(rest[1]))
                byte = file.read(1)[0]
                file.seek(int(rest[1]))
                file.write(bytes([byte ^ 1]))
        elif name == "less":
            small, large = (float(self.filled(word)) for word in rest)
            if small >= large:
                raise Wrong(f"{small} is not less than {large}")
        elif name == "remove":
            os.remove(self.newest(rest[0]))
        elif name == "block":
            folder = os.path.join(self._data, rest[0])
            os.rename(folder, folder + ".aside")
            open(folder, "w", encoding="utf-8").close()
        elif name == "unblock":
            folder = os.path.join(self._data, rest[0])
            os.remove(folder)
            os.rename(folder + ".aside", folder)
        else:
            raise Wrong(f"unknown: ! {name}")
        return None

    def step(self, line, expected):
        """Does the step of `line`; returns what was printed if that is not as expected."""
        if line.startswith("$ "):
            actual = self.command(line[2:])
        elif line.startswith("! until "):
            deadline = time.monotonic() + UNTIL_TIMEOUT_S
            while True:
                actual = self.command(line[len("! until "):])
                if match(expected, actual, self._names) or time.monotonic() > deadline:
                    break
                time.sleep(UNTIL_PAUSE_S)
        else:
            actual = self.directive(shlex.split(line[2:]))
            if actual is None:
                return None if not expected else []
        return None if match(expected, actual, self._names) else actual


def steps_of(lines):
    """Cuts a scenario into (number of its line, line, expected lines); numbers count from 0."""
    steps = []
    collecting = False
    for number, line in enumerate(lines):
        line = line.rstrip()
        if line.startswith(("$ ", "! ")):
            steps.append((number, line, []))
            collecting = True
        elif not line or line.startswith("#"):
            collecting = False
        elif collecting:
            steps[-1][2].append(line)
        else:
            raise Wrong(f"line {number + 1}: output without a command")
    return steps


def run(path, pathkbd, pathkb, rewrite):
    """Runs one file. Prints what is wrong; True if nothing is."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    scenario = Scenario(pathkbd, pathkb, folder)
    wrong = 0
    replaced = {}
    try:
        for number, line, expected in steps_of(lines):
            try:
                actual = scenario.step(line, expected)
            except Wrong as error:
                print(f"{path}:{number + 1}: {line}\n{error}")
                return False
            if actual is None:
                continue
            wrong += 1
            replaced[number] = (len(expected), actual)
            print(f"{path}:{number + 1}: {line}\n  expected:")
            print("".join(f"    {text}\n" for text in expected) + "  printed:")
            print("".join(f"    {text}\n" for text in actual), end="")
            if not rewrite:
                return False
    finally:
        scenario.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
    if rewrite and replaced:
        text = []
        skip = 0
        for number, line in enumerate(lines):
            if skip > 0:
                skip -= 1
                continue
            text.append(line)
            if number in replaced:
                skip, actual = replaced[number]
                text += actual
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(text) + "\n")
    return wrong == 0


def main(arguments):
    rewrite = "--rewrite" in arguments
    arguments = [argument for argument in arguments if argument != "--rewrite"]
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    pathkbd, pathkb = (os.path.abspath(path) for path in arguments[:2])
    good = [run(path, pathkbd, pathkb, rewrite) for path in arguments[2:]]
    print(f"{sum(good)} of {len(good)} scenarios as expected")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
