"""The built programs, as a benchmark uses them: a daemon on a free port, and its client."""

import os
import socket
import subprocess
import time

START_WAIT_S = 120
STOP_WAIT_S = 120


class ProgramError(Exception):
    """A program failed; the message holds what it said."""


def free_port():
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def require(program):
    """`program`, a path, if there is a program."""
    if not os.access(program, os.X_OK):
        raise ProgramError(f"no program {program}; `./dev bench` builds it")
    return program


class Programs:
    """Where pathkbd and pathkb are. Immutable."""

    def __init__(self, folder):
        self.daemon = os.path.join(folder, "pathkbd")
        self.client = os.path.join(folder, "pathkb")
        for program in (self.daemon, self.client):
            require(program)


class Server:
    """A running pathkbd over a data directory; `with Server(...)` stops it at the end.

    The port is chosen once, so start() after stop() serves the same directory again.
    """

    def __init__(self, programs, data_dir):
        self.address = f"127.0.0.1:{free_port()}"
        self._programs = programs
        self._data_dir = data_dir
        self._log_path = data_dir + ".log"
        self._process = None
        self.flags = []  # Of the daemon, beside those for directory and address.

    def __enter__(self):
        self.start()
        self.wait_until_ready()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Starts the process; it may not answer yet."""
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen(
                [self._programs.daemon, "--data-dir", self._data_dir, "--listen", self.address,
                 *self.flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_until_ready(self):
        """Returns once a client gets an answer."""
        deadline = time.monotonic() + START_WAIT_S
        while self._call("status").returncode != 0:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise ProgramError(f"pathkbd does not answer; it said:\n{self._log()}")
            time.sleep(0.005)

    def stop(self):
        """Asks the process to end, as an operator would, and waits for it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            code = self._process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise ProgramError(f"pathkbd did not end in {STOP_WAIT_S} s:\n{self._log()}") from None
        finally:
            self._process = None
        if code != 0:
            raise ProgramError(f"pathkbd ended with exit code {code}:\n{self._log()}")

    def pathkb(self, *arguments):
        """Runs `pathkb ARGUMENTS` against this server; returns what it printed."""
        run = self._call(*arguments)
        if run.returncode != 0:
            raise ProgramError(f"pathkb {' '.join(arguments)}: exit code {run.returncode}\n"
                               f"{run.stdout}{run.stderr}{self._log()}")
        return run.stdout

    def _call(self, *arguments):
        return subprocess.run(
            [self._programs.client, *arguments, "--server", self.address],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def _log(self):
        with open(self._log_path, encoding="utf-8", errors="replace") as log:
            return log.read()[-4000:]


def folder_bytes(folder):
    """Bytes in all files below `folder`."""
    return sum(os.path.getsize(os.path.join(at, name))
               for at, _, names in os.walk(folder) for name in names)
