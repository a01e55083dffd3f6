"""The trie in memory, beside absl::btree_map and others: time, memory, set algebra.

The program tests/bench/trie/trie_bench measures, one process a key set; here its figures become
rows. Ratios are the trie's time or memory divided by that of absl::btree_map<std::string,
uint64_t>, and so less is better. Flags of the program can follow `--`, such as `--set=facts
--op=get,scan`; see its `--help`.
"""

import itertools
import subprocess

from programs import ProgramError
from rows import bounded, cost

PROGRAMS = ("//tests/bench/trie:trie_bench",)
REPEAT = 5
TAKES_FLAGS = True

KEY_SETS = ("facts", "dense", "sexpr", "long")
QUICK_KEYS = 100_000
OURS, PEER = "pathtrie", "btree"
TITLES = {"btree": "btree_map", "map": "std::map", "judy": "Judy"}

MEASURES = {
    "path_bytes": "(distinct path bytes of the keys)",
    "memory": "memory",
    "insert": "insert",
    "get": "get",
    "get_batch": "get, 64 at a time",
    "miss": "get what is not there",
    "scan": "scan in order",
    "scan_cursor": "scan by a cursor",
    "seek_scan": "seek, then 100 in order",
    "update": "set 10% beside a copy",
    "copy": "copy all",
    "copy_edit": "copy all, set one, drop",
    "join": "join, half in common",
    "meet": "meet, half in common",
    "subtract": "subtract, half in common",
    "join_delta": "join after 0.1% edits",
    "difference": "difference after 0.1% edits",
    "build": "build from sorted",
}

# At most so much of what absl::btree_map takes.
GOALS = {
    ("facts", "insert"): 0.38, ("dense", "insert"): 0.13, ("sexpr", "insert"): 0.40,
    ("facts", "get"): 0.30, ("dense", "get"): 0.15, ("sexpr", "get"): 0.30,
    ("facts", "scan"): 0.8, ("dense", "scan"): 0.2, ("sexpr", "scan"): 0.8,
    ("facts", "memory"): 0.45, ("dense", "memory"): 0.45, ("sexpr", "memory"): 0.45,
    ("facts", "join"): 0.5, ("dense", "join"): 0.09, ("sexpr", "join"): 0.5,
    ("facts", "join_delta"): 0.006, ("dense", "join_delta"): 0.006,
    ("sexpr", "join_delta"): 0.006,
}
BATCH_GOAL = 0.5  # Of single lookups in the same trie.
COPY_NS_MAX = 1000
COPY_SIZES = (1_000, 100_000, 10_000_000)
COPY_SIZES_QUICK = (1_000, 100_000)
COPY_REPEAT = 101


def lines_of(command):
    """Lines that a program prints, as they come. ProgramError if it fails."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            yield from process.stdout
            error = process.stderr.read()
        except GeneratorExit:
            process.kill()
            raise
    if process.returncode != 0:
        raise ProgramError(f"{' '.join(command)}: exit code {process.returncode}\n{error}")


def figures(lines):
    """Yields (key set, operation, unit, contender to figure, all operations of the set so far) when
    an operation is complete; the last is operation to contender to figure."""
    def place(parts):
        return parts[0], parts[1], parts[3]

    known = {}
    parsed = (line.rstrip("\n").split("\t") for line in lines)
    for (key_set, operation, unit), group in itertools.groupby(parsed, place):
        found = {parts[2]: float(parts[4]) for parts in group}
        of_set = known.setdefault(key_set, {})
        of_set[operation] = found
        yield key_set, operation, unit, found, of_set


def beside(key_set, measure, unit, ours, peers, ratio_max=None):
    """A row; `peers` is contender to figure."""
    others = [(title, peers[name]) for name, title in TITLES.items()
              if name != PEER and name in peers]
    peer = TITLES[PEER] if PEER in peers else None
    return cost(key_set, measure, unit, ours, peer, peers.get(PEER), others, ratio_max=ratio_max)


def rows_of(key_set, operation, unit, found, of_set):
    """Rows of one operation, from what figures() yields."""
    measure = MEASURES[operation]
    if operation == "path_bytes":
        yield cost(key_set, measure, unit, found["keys"])
    elif OURS not in found:
        return
    elif operation == "scan_cursor":
        # The peers' iterators are their cursors.
        yield beside(key_set, measure, unit, found[OURS], of_set.get("scan", {}))
    elif operation == "get_batch":
        # The peers know single lookups only.
        single = of_set.get("get", {})
        yield beside(key_set, measure, unit, found[OURS], single)
        if OURS in single:
            yield cost(key_set, measure, unit, found[OURS], "one at a time", single[OURS],
                       ratio_max=BATCH_GOAL)
    else:
        yield beside(key_set, measure, unit, found[OURS], found, GOALS.get((key_set, operation)))
        if operation == "memory" and "path_bytes" in of_set:
            path_bytes = of_set["path_bytes"]["keys"]
            beyond = {name: value - path_bytes for name, value in found.items()}
            yield beside(key_set, "memory beyond path bytes", unit, beyond[OURS], beyond)


def run(context):
    command = [context.program("trie_bench"), f"--repeat={context.repeat}"]
    if context.quick:
        command.append(f"--n={QUICK_KEYS}")
    if context.flags:
        runs = [list(context.flags)]
    else:
        # A process for each, so that one does not find the other's holes in the allocator.
        runs = [[f"--set={key_set}"] for key_set in KEY_SETS]
    for flags in runs:
        context.note(f"trie_bench {' '.join(flags)}")
        for figure in figures(lines_of(command + flags)):
            yield from rows_of(*figure)
    if context.flags:
        return
    for keys in COPY_SIZES_QUICK if context.quick else COPY_SIZES:
        context.note(f"copying {keys:,} keys")
        flags = ["--set=dense", "--op=copy", f"--contender={OURS}", f"--n={keys}",
                 f"--repeat={COPY_REPEAT}"]
        for _, _, unit, found, _ in figures(lines_of(command + flags)):
            yield bounded("dense", f"copy a trie of {keys:,}", unit, found[OURS],
                          at_most=COPY_NS_MAX)
