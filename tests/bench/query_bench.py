"""Questions beside SQLite: points, bound arguments, joins, whole relations; in process, by gRPC.

The program tests/bench/query/query_bench measures; here its figures become rows. WordNet first,
then a generated base of 10M facts (--quick: 200,000), larger than a gigabyte on disk, and the same
once more where the process may use one gigabyte of memory, if this machine lets a benchmark say
so. Ratios say how many times better PathKB is than SQLite, which has a table for each relation
with an index for each argument, prepared statements and its file mapped. `compiled` is a query from
its term on, planning included; `prepared` a search, or for joins a query with parameters, that is
started again with other values, beside a prepared statement; `SQLite, text` prepares its statement
each time. `-- --folder=DIR` keeps the files there and uses them again; flags of the program can
follow it.
"""

import dataclasses
import os
import shutil
import subprocess

from programs import ProgramError, Server
from rows import Row, compared
from trie_bench import figures, lines_of

PROGRAMS = ("//tests/bench/query:query_bench", "//:pathkbd", "//:pathkb")
REPEAT = 5
TAKES_FLAGS = True

FACTS, QUICK_FACTS = 10_000_000, 200_000
MEMORY_BYTES = 1 << 30
INDEX = "2,3"
FOLDER = "--folder="
PEER = "SQLite"

TITLES = {"sqlite_text": "SQLite, text", "grpc": "gRPC"}

# Of SQLite's speed.
BOUND_GOAL = 1
JOIN_GOAL = 1 / 1.5
ENUMERATION_MIN = 5e6  # Facts a second.
SCAN_GOAL = 100        # Times the speed of a walk over the relation.


def with_goal(row, goal, met):
    return dataclasses.replace(row, goal=goal, met=met)


def rows_of(workload, question, unit, found):
    """Rows of one question and one unit; `found` is contender to figure."""
    if "all" in found:
        yield Row(workload, f"{question}: answers", "", found["all"])
        return
    # A question about all there is takes so long that its rate says everything.
    is_whole = question.endswith("all") or question.startswith(("relation", "count"))
    if unit == "queries/s" or (is_whole and unit != "answers/s"):
        return
    is_rate = unit == "answers/s"
    better = "higher" if is_rate else "lower"
    name = question if is_rate else f"{question}, {unit.removeprefix('us ')}"
    has_goal = is_whole if is_rate else unit.endswith("p50")
    unit = unit.split()[0]
    ours = found["pathkb"]
    others = [(title, found[key]) for key, title in TITLES.items() if key in found]
    is_join = not question.startswith(("relation", "count"))
    if "pathkb_prepared" in found:
        # Each beside what does the same: compiles the question anew, or not.
        is_bound = question.startswith(("point", "first argument", "later argument"))
        goal = (BOUND_GOAL if is_bound else JOIN_GOAL) if has_goal else None
        yield compared(workload, f"{name}: compiled", unit, ours, "SQLite, text",
                       found["sqlite_text"], better=better, ratio_min=goal, others=others)
        yield compared(workload, f"{name}: prepared", unit, found["pathkb_prepared"], PEER,
                       found["sqlite"], better=better, ratio_min=goal)
    else:
        row = compared(workload, name, unit, ours, PEER, found["sqlite"], better=better,
                       ratio_min=JOIN_GOAL if has_goal and is_join else None, others=others)
        if question.startswith("relation"):
            row = with_goal(row, f">= {ENUMERATION_MIN:,.0f}", ours >= ENUMERATION_MIN)
        yield row
    if "pathkb_scan" in found and has_goal:
        yield compared(workload, f"{name}: with index", unit, ours, "without",
                       found["pathkb_scan"], better=better, ratio_min=SCAN_GOAL)


class MemoryLimit:
    """A control group below our own whose processes may use so many bytes, cached pages of files
    included. Where the system does not allow that, `reason` says why; otherwise it is None."""

    def __init__(self, limit_bytes):
        self._limit_bytes = limit_bytes
        self._folder = None
        self.reason = None

    def __enter__(self):
        try:
            self._folder = self._make()
        except OSError as error:
            self.reason = str(error)
        return self

    def __exit__(self, *_):
        if self._folder is not None:
            os.rmdir(self._folder)

    def _make(self):
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            lines = [line.rstrip("\n").split(":", 2) for line in file]
        own = next((path for _, names, path in lines if "memory" in names.split(",")), None)
        if own is not None:  # Version 1.
            folder = os.path.join("/sys/fs/cgroup/memory", own.lstrip("/"), f"pathkb{os.getpid()}")
            setting = "memory.limit_in_bytes"
        else:
            own = next(path for number, _, path in lines if number == "0")
            folder = os.path.join("/sys/fs/cgroup", own.lstrip("/"), f"pathkb{os.getpid()}")
            setting = "memory.max"
        os.mkdir(folder)
        try:
            with open(os.path.join(folder, setting), "w", encoding="utf-8") as file:
                file.write(str(self._limit_bytes))
        except OSError:
            os.rmdir(folder)
            raise
        return folder

    def command(self, arguments):
        """`arguments` as a command that runs within the limit."""
        enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
        return ["/bin/sh", "-c", enter, self._folder, *arguments]


def forget(path):
    """Takes a file's pages out of the system's cache, so that whoever reads them next pays."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Base:
    """The files of one workload: facts as text, a pair, SQLite's database."""

    def __init__(self, context, folder, name):
        self._context = context
        self.name = name
        self.facts, self.stem = (os.path.join(folder, name + end) for end in (".metta", ""))
        self.tree, self.sqlite = self.stem + ".tree", self.stem + ".sqlite"

    def _run(self, *command):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise ProgramError(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def make(self, program, make_facts):
        """Makes what is not there yet. `make_facts(path)` writes the facts."""
        if not os.path.exists(self.facts):
            self._context.note(f"writing the facts of {self.name}")
            make_facts(self.facts)
        if not os.path.exists(self.tree):
            self._context.note(f"building the pair of {self.name}")
            self._run(self._context.programs().client, "file", "build", self.facts, "-o",
                      self.stem, "--index", INDEX)
        if not os.path.exists(self.sqlite):
            self._context.note(f"loading {self.name} into SQLite")
            self._run(program, "--load", f"--facts={self.facts}", f"--sqlite={self.sqlite}.new")
            os.rename(self.sqlite + ".new", self.sqlite)

    def sizes(self):
        yield compared(self.name, "on disk, indexes included", "MB",
                       os.path.getsize(self.tree) / 1e6, PEER, os.path.getsize(self.sqlite) / 1e6,
                       better="lower")


class BenchServer(Server):
    """A server that begins with a pair."""

    def __init__(self, programs, data_dir, tree):
        super().__init__(programs, data_dir)
        self.flags = ["--load-snapshot", tree, "--snapshot-interval", "0",
                      "--snapshot-max-changes", "0"]


def measure(context, program, base, workload, flags, wrap=list):
    """Rows of all questions to a base; `wrap` makes the command that is run of another one."""
    command = wrap([program, f"--set={base.name}", f"--tree={base.tree}",
                    f"--sqlite={base.sqlite}", f"--repeat={context.repeat}", *flags])
    for _, question, unit, found, _ in figures(lines_of(command)):
        yield from rows_of(workload, question, unit, found)


def run(context):
    program = context.program("query_bench")
    flags = list(context.flags)
    folder = next((flag[len(FOLDER):] for flag in flags if flag.startswith(FOLDER)), None)
    flags = [flag for flag in flags if not flag.startswith(FOLDER)]
    folder = folder or context.work
    os.makedirs(folder, exist_ok=True)
    count = QUICK_FACTS if context.quick else FACTS

    wordnet, generated = Base(context, folder, "wordnet"), Base(context, folder, "generated")

    def write_wordnet(path):
        converter = os.path.join(context.root, "client/examples/wordnet/wordnet_to_metta.py")
        with open(path, "wb") as out:
            subprocess.run(["python3", converter], stdout=out, check=True)

    def write_generated(path):
        subprocess.run([program, f"--make={count}", f"--facts={path}"], check=True)

    for base, make_facts in ((wordnet, write_wordnet), (generated, write_generated)):
        base.make(program, make_facts)
        yield from base.sizes()
        data_dir = os.path.join(context.work, base.name + ".data")
        with BenchServer(context.programs(), data_dir, base.tree) as server:
            context.note(f"asking {base.name}")
            yield from measure(context, program, base, base.name,
                               [f"--server={server.address}", *flags])
        shutil.rmtree(data_dir)

    with MemoryLimit(MEMORY_BYTES) as limit:
        if limit.reason is not None:
            context.note(f"no bound on memory here: {limit.reason}")
            return
        context.note("asking generated, in 1 GiB")
        forget(generated.tree)
        forget(generated.sqlite)
        yield from measure(context, program, generated, "generated, 1 GiB", ["--wall", *flags],
                           limit.command)
