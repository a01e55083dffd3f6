"""What a benchmark yields: rows of one table, each a figure of ours, of a peer, and a goal."""

import dataclasses
import json
import statistics
import time

COLUMNS = ("workload", "measure", "unit", "pathkb", "peer", "peer_value", "ratio", "goal", "met")


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure. `ratio` says how many times better PathKB is than the peer, so more than 1 is
    good whatever the unit; it is None without a peer. `met` is None where there is no goal."""

    workload: str
    measure: str
    unit: str
    pathkb: float
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None


def compared(workload, measure, unit, pathkb, peer, peer_value, *, better, ratio_min=None):
    """A row beside a peer. better: "lower" or "higher"; `ratio_min` is the goal, if any."""
    if better not in ("lower", "higher"):
        raise ValueError(f"better is {better!r}, not lower or higher")
    above, below = (peer_value, pathkb) if better == "lower" else (pathkb, peer_value)
    ratio = above / below if below else None
    goal = met = None
    if ratio_min is not None:
        goal = f"ratio >= {ratio_min:g}"
        met = ratio is not None and ratio >= ratio_min
    return Row(workload, measure, unit, pathkb, peer, peer_value, ratio, goal, met)


def bounded(workload, measure, unit, pathkb, *, at_most):
    """A row without a peer, with a bound on our own figure."""
    return Row(workload, measure, unit, pathkb, goal=f"<= {at_most:g}", met=pathkb <= at_most)


def interleaved_medians(contestants, repeat):
    """Calls each of `contestants` (name to function that returns a figure) `repeat` times, in turns
    and every other time in reverse, so that what slows the machine for a while slows all of them;
    returns name to median."""
    figures = {name: [] for name in contestants}
    for turn in range(repeat):
        names = list(contestants)
        for name in names if turn % 2 == 0 else reversed(names):
            figures[name].append(contestants[name]())
    return {name: statistics.median(values) for name, values in figures.items()}


def seconds(function):
    """Wall-clock seconds that one call takes."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def number_text(value):
    """Four significant digits, whole numbers in full."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def cells(row):
    met = {True: "yes", False: "NO", None: "-"}[row.met]
    return (row.workload, row.measure, row.unit, number_text(row.pathkb), row.peer or "-",
            number_text(row.peer_value), number_text(row.ratio), row.goal or "-", met)


def table(rows):
    """Rows as aligned text with a head line; numbers stand at the right."""
    lines = [COLUMNS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    at_right = {COLUMNS.index(name) for name in ("pathkb", "peer_value", "ratio")}

    def text(line):
        padded = [cell.rjust(width) if column in at_right else cell.ljust(width)
                  for column, (cell, width) in enumerate(zip(line, widths))]
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([text(lines[0]), rule, *map(text, lines[1:])])


def json_line(row):
    """A row as one JSON object on one line."""
    return json.dumps({name: getattr(row, name) for name in COLUMNS}, ensure_ascii=False)
