"""A server with many callers: reads by 1 to 16 threads, batches, unions, reads beside writes.

The program tests/bench/service/service_bench measures; here its figures become rows. `get` asks for
one fact by its term, `pattern` for what a node leads to; each once through the server, a call for
each from text to text, and once in process over the same files, so that the difference is what
calling costs; the ratio is in process to gRPC. Of `insert`, it is what a batch of 1,000 gains over
one fact a call, each commit being on disk before it is answered; of `fork`, what a space of all
facts takes beside one of a single fact; of `mixed`, what readers lose by writers beside them.
Threads beyond the machine's processors add no rate, only time.
"""

import os

from programs import Server
from rows import Row, compared
from trie_bench import figures, lines_of

PROGRAMS = ("//tests/bench/service:service_bench", "//:pathkbd", "//:pathkb")
REPEAT = 1

FACTS, QUICK_FACTS = 200_000, 20_000
CALLS, QUICK_CALLS = 1000, 200

# Who stands in the peer's column, and how many times better ours must be.
PEERS = {"in process": "grpc", "batch 1000": "batch 1", "beside 2 writers": "alone",
         "of all facts": "of one fact"}
# What a batch must gain, and how much faster the fork of one fact may be.
GOALS = {"1 thread": 10, "a space, p50": 0.5}


def rows_of(part, measure, unit, found):
    """Rows of one measure and one unit; `found` is contender to figure."""
    better = "lower" if unit == "us" else "higher"
    ours = next((name for name in found if name in PEERS), None)
    if ours is None or PEERS[ours] not in found:
        for value in found.values():
            yield Row(part, measure, unit, value)
        return
    yield compared(part, f"{measure}: {ours}", unit, found[ours], PEERS[ours], found[PEERS[ours]],
                   better=better, ratio_min=GOALS.get(measure))


def run(context):
    programs = context.programs()
    bench = context.program("service_bench")
    facts = str(QUICK_FACTS if context.quick else FACTS)
    text, stem = context.path("graph.metta"), context.path("graph")
    list(lines_of([bench, f"--make={facts}", f"--facts={text}"]))
    list(lines_of([programs.client, "file", "build", "--space", "graph", text, "-o", stem]))
    server = Server(programs, context.path("data"))
    server.flags = ["--load-snapshot", stem + ".tree", "--snapshot-interval", "0",
                    "--snapshot-max-changes", "0"]
    with server:
        context.note(f"{os.cpu_count()} processors")
        calls = QUICK_CALLS if context.quick else CALLS
        command = [bench, f"--make={facts}", f"--tree={stem}.tree", f"--server={server.address}",
                   f"--calls={calls}"]
        for part, measure, unit, found, _ in figures(lines_of(command)):
            yield from rows_of(part, measure, unit, found)
