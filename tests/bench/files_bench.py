"""The .tree file beside LMDB, LevelDB and RocksDB: write, size, open, get, scan, cold, sharing.

The program tests/bench/files/files_bench measures, one process a key set; here its figures become
rows. Ratios say how many times better the .tree is than LMDB; further peers stand in columns of
their own: `checked` is a .tree whose blocks are compared with their sums, `unshared` one without
shared subtries, `PathMap's` one as PathMap would write it. `-- --large` adds the memory and speed
of a writer of 100M keys, which takes minutes and 2 GB of disk. Other flags of the program can
follow `--` instead, such as `--set=facts --op=get,scan`; see its `--help`.
"""

import dataclasses

from rows import Row, bounded, compared
from trie_bench import figures, lines_of

PROGRAMS = ("//tests/bench/files:files_bench",)
REPEAT = 3
TAKES_FLAGS = True

SETS = ("facts", "dense", "sexpr", "open", "cold", "sharing")
QUICK_KEYS = 100_000
LARGE = "--large"
OURS, PEER = "tree", "lmdb"
TITLES = {"lmdb": "LMDB", "leveldb": "LevelDB", "rocksdb": "RocksDB",
          "tree_checked": "checked", "tree_unshared": "unshared", "tree_pathmap": "PathMap's"}

MEASURES = {
    "write": "write from sorted",
    "size": "size",
    "open": "open",
    "get": "get, warm",
    "get_batch": "get, 64 at a time",
    "scan": "scan in order",
    "scan_cursor": "scan by a cursor",
    "cold_get": "open and first get, cold",
    "cold_read": "read from disk by it",
    "memory_bound": "memory that the writer may have",
    "peak_memory": "memory of the writer",
}
HIGHER_IS_BETTER = ("write",)

# How many times better than LMDB.
GET_GOALS = {"facts": 2, "sexpr": 2, "dense": 3}
SCAN_GOAL = 1
BATCH_GOAL = 2         # Of single lookups in the same file.
SIZE_GOAL = 0.3        # Of LMDB's.
OPEN_NS_MAX = 200_000
COLD_US_MAX = 1000
WRITE_MIN = 3e6        # Entries a second.
SHARED_GOAL = 0.2      # Of the size without sharing.


def with_goal(row, goal, met):
    return dataclasses.replace(row, goal=goal, met=met)


def beside(key_set, operation, unit, ours, peers, **goal):
    """A row; `peers` is contender to figure."""
    better = "higher" if operation in HIGHER_IS_BETTER else "lower"
    others = [(TITLES[name], peers[name]) for name in TITLES if name != PEER and name in peers]
    measure = MEASURES[operation]
    if PEER not in peers:
        return Row(key_set, measure, unit, ours, others=tuple(others))
    return compared(key_set, measure, unit, ours, TITLES[PEER], peers[PEER], better=better,
                    others=others, **goal)


def rows_of(key_set, operation, unit, found, of_set):
    """Rows of one operation, from what trie_bench.figures() yields."""
    if OURS not in found:
        return
    ours = found[OURS]
    if operation.startswith("open_"):
        size = operation.removeprefix("open_")
        yield bounded(key_set, f"open a file of {size}", unit, ours, at_most=OPEN_NS_MAX)
    elif operation == "open":
        yield with_goal(beside(key_set, operation, unit, ours, found), f"<= {OPEN_NS_MAX:,} ns",
                        ours <= OPEN_NS_MAX)
    elif operation == "write":
        yield with_goal(beside(key_set, operation, unit, ours, found), f">= {WRITE_MIN:,.0f}",
                        ours >= WRITE_MIN)
    elif operation == "cold_get":
        yield with_goal(beside(key_set, operation, unit, ours, found), f"<= {COLD_US_MAX:,} us",
                        ours <= COLD_US_MAX)
    elif operation == "get":
        yield beside(key_set, operation, unit, ours, found, ratio_min=GET_GOALS[key_set])
    elif operation in ("scan", "scan_cursor"):
        yield beside(key_set, operation, unit, ours, found, ratio_min=SCAN_GOAL)
    elif operation == "get_batch":
        # The peers know single lookups only.
        single = of_set.get("get", {})
        yield beside(key_set, operation, unit, ours, single | found)
        if OURS in single:
            yield compared(key_set, MEASURES[operation], unit, ours, "one at a time", single[OURS],
                           better="lower", ratio_min=BATCH_GOAL)
    elif operation == "size" and PEER in found:
        part = ours / found[PEER]
        yield with_goal(beside(key_set, operation, unit, ours, found),
                        f"<= {SIZE_GOAL:g} of LMDB's", part <= SIZE_GOAL)
    elif operation == "size" and "tree_unshared" in found:
        row = compared(key_set, MEASURES[operation], unit, ours, "unshared", found["tree_unshared"],
                       better="lower")
        if key_set.startswith("versions"):
            row = with_goal(row, f"<= {SHARED_GOAL:g} of it",
                            ours <= SHARED_GOAL * found["tree_unshared"])
        yield row
    elif operation == "peak_memory":
        yield bounded(key_set, MEASURES[operation], unit, ours,
                      at_most=of_set["memory_bound"][OURS])
    else:
        yield beside(key_set, operation, unit, ours, found)


def run(context):
    command = [context.program("files_bench"), f"--folder={context.work}",
               f"--repeat={context.repeat}"]
    if context.quick:
        command.append(f"--n={QUICK_KEYS}")
    flags = [flag for flag in context.flags if flag != LARGE]
    # A process for each, so that one does not find the other's holes in the allocator.
    runs = [flags] if flags else [[f"--set={key_set}"] for key_set in SETS]
    if LARGE in context.flags:
        runs.append(["--set=large"])
    for arguments in runs:
        context.note(f"files_bench {' '.join(arguments)}")
        for figure in figures(lines_of(command + arguments)):
            yield from rows_of(*figure)
