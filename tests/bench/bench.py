#!/usr/bin/env python3
"""Runs a benchmark and prints its table: `bench.py NAME [--json FILE]`; without NAME it lists them.

A benchmark is a file `NAME_bench.py` beside this one. Its docstring's first line says what it
measures; its `run(context)` yields rows (rows.py) as they become known. It may say PROGRAMS, the
labels of what it runs, if that is not the daemon and its client; REPEAT, if its medians are not of
three; TAKES_FLAGS, if it hands flags to a program. `./dev bench` builds the programs first and says
in PATHKB_BIN_DIR where they are; PATHKB_ROOT is the work tree.

Exit codes: 0 done, whether goals are met or not; 1 the benchmark could not run; 2 usage.
"""

import argparse
import ast
import importlib.util
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import programs
import rows

ENDING = "_bench.py"
PROGRAMS = ("//:pathkbd", "//:pathkb")
REPEAT = 3


class Context:
    """What a benchmark is given: a folder to work in, removed at the end; how often to repeat;
    whether a rough result will do; flags for the program that it runs, if it takes any."""

    def __init__(self, work, repeat, *, quick=False, flags=()):
        self.work = work
        self.repeat = repeat
        self.quick = quick
        self.flags = tuple(flags)
        self.root = os.environ.get("PATHKB_ROOT") or os.path.dirname(os.path.dirname(HERE))

    def path(self, name):
        """A path in the folder to work in."""
        return os.path.join(self.work, name)

    def programs(self):
        """The built daemon and its client. ProgramError if they are not there."""
        return programs.Programs(self._bin())

    def program(self, name):
        """Path of another built program. ProgramError if it is not there."""
        return programs.require(os.path.join(self._bin(), name))

    def _bin(self):
        return os.environ.get("PATHKB_BIN_DIR") or os.path.join(self.root, "bin")

    def note(self, text):
        """Tells the reader what is going on; not a part of the result."""
        print(f"bench: {text}", file=sys.stderr, flush=True)


def find(folder):
    """Benchmarks in `folder`: name to path, in order."""
    return {name[:-len(ENDING)]: os.path.join(folder, name)
            for name in sorted(os.listdir(folder)) if name.endswith(ENDING)}


def title(path):
    """First line of a benchmark's docstring, without running it."""
    with open(path, encoding="utf-8") as file:
        text = ast.get_docstring(ast.parse(file.read())) or ""
    return text.split("\n", maxsplit=1)[0]


def load(name, path):
    specification = importlib.util.spec_from_file_location(f"{name}_bench", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="dev bench", description="Runs a benchmark and prints its table.",
        epilog="What follows -- goes to the program that the benchmark runs, if it takes flags.")
    parser.add_argument("name", nargs="?", help="which one; without it, they are listed")
    parser.add_argument("--json", metavar="FILE", help="one JSON object a row goes there, too")
    parser.add_argument("--repeat", type=int, metavar="N",
                        help="medians are of N runs (default: as the benchmark says)")
    parser.add_argument("--quick", action="store_true",
                        help="smaller, and in less time, where the benchmark can")
    parser.add_argument("--can-run", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", default=HERE, help=argparse.SUPPRESS)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options, flags = parser.parse_args(arguments[:end]), arguments[end + 1:]
    if options.repeat is not None and options.repeat < 1:
        parser.error("--repeat is at least 1")

    found = find(options.folder)
    if options.name is None:
        if options.json:
            parser.error("--json needs a benchmark's name")
        if not options.can_run:
            for name, path in found.items():
                print(f"{name:16}{title(path)}")
        return 0
    if options.name not in found:
        parser.error(f"no benchmark {options.name!r}; there are: {', '.join(found)}")
    benchmark = load(options.name, found[options.name])
    if flags and not getattr(benchmark, "TAKES_FLAGS", False):
        parser.error(f"benchmark {options.name!r} takes no flags: {' '.join(flags)}")
    if options.can_run:
        print("\n".join(getattr(benchmark, "PROGRAMS", PROGRAMS)))
        return 0
    repeat = options.repeat or getattr(benchmark, "REPEAT", REPEAT)

    # Opened first: a file that cannot be written should not be found out about at the end.
    json_file = None
    if options.json:
        try:
            json_file = open(options.json, "w", encoding="utf-8")
        except OSError as error:
            print(f"bench: {options.json}: {error.strerror}", file=sys.stderr)
            return 1
    busy, processors = os.getloadavg()[0], os.cpu_count() or 1
    if busy > processors / 2:
        print(f"bench: this machine is busy (load {busy:.1f} on {processors} processors); "
              "take the figures with care", file=sys.stderr)
    result = []
    try:
        with tempfile.TemporaryDirectory(prefix="pathkb-bench-") as work:
            context = Context(work, repeat, quick=options.quick, flags=flags)
            for row in benchmark.run(context):
                result.append(row)
                if json_file:
                    print(rows.json_line(row), file=json_file, flush=True)
    except programs.ProgramError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        if json_file:
            json_file.close()
        if result:
            print(rows.table(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
