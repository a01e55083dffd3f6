"""What snapshots, deltas and restarts cost those who write and those who wait for the server.

The program tests/bench/lifecycle/lifecycle_bench measures on the daemon's parts, without gRPC, one
process a workload; here its figures become rows with their goals. The large base has 5M facts, or
100,000 with --quick, with which the goals mean little. Flags of the program can follow `--`, such
as `--op=latency`.
"""

from rows import Row, bounded, cost
from trie_bench import figures, lines_of

PROGRAMS = ("//tests/bench/lifecycle:lifecycle_bench",)
TAKES_FLAGS = True

OPERATIONS = ("churn", "fork", "delta", "replay", "restart", "latency")
QUICK_FACTS = 100_000

# At most.
BOUNDS = {
    "longest pause of writers": 5_000,  # us
    "restart to ready": 50,             # ms
    "delta": 20,                        # ms
    "size of the delta": 10_240,        # bytes
}
REPLAY_MIN = 500_000  # Records a second.
# Figure, beside which other of the same workload, and at most how many times that.
BESIDE = {
    "insert p50 during": ("insert p50 idle", None),
    "insert p99 during": ("insert p99 idle", 2),
    "peak memory during": ("memory before", 1.2),
    "disk at night": ("disk at noon", 1.2),
    "memory at night": ("memory at noon", 1.2),
}


def row_of(workload, measure, unit, value, of_workload):
    """One row, from what trie_bench.figures() yields; None for a figure that only stands beside
    another."""
    if measure in BESIDE:
        other, ratio_max = BESIDE[measure]
        return cost(workload, measure, unit, value, other, of_workload[other]["pathkb"],
                    ratio_max=ratio_max)
    if measure in BOUNDS:
        return bounded(workload, measure, unit, value, at_most=BOUNDS[measure])
    if measure == "replay":
        return Row(workload, measure, unit, value, goal=f">= {REPLAY_MIN:,}",
                   met=value >= REPLAY_MIN)
    if any(measure == other for other, _ in BESIDE.values()):
        return None
    return Row(workload, measure, unit, value)


def run(context):
    command = [context.program("lifecycle_bench"), f"--folder={context.work}",
               f"--repeat={context.repeat}"]
    if context.quick:
        command.append(f"--n={QUICK_FACTS}")
    runs = [context.flags] if context.flags else [[f"--op={name}"] for name in OPERATIONS]
    for arguments in runs:
        context.note(f"lifecycle_bench {' '.join(arguments)}")
        for workload, measure, unit, found, known in figures(lines_of(command + list(arguments))):
            row = row_of(workload, measure, unit, found["pathkb"], known)
            if row is not None:
                yield row
