"""What a benchmark yields: rows of one table, each a figure of ours, of a peer, and a goal."""

import dataclasses
import itertools
import json
import statistics
import time

COLUMNS = ("workload", "measure", "unit", "pathkb", "peer", "peer_value", "ratio", "goal", "met")
AT_RIGHT = ("pathkb", "peer_value", "ratio")


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure. `ratio` says how many times better PathKB is than the peer, so more than 1 is
    good whatever the unit; it is None without a peer. `met` is None where there is no goal. Further
    peers stand in columns of their own: `others` has name and figure of each."""

    workload: str
    measure: str
    unit: str
    pathkb: float
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None
    others: tuple[tuple[str, float], ...] = ()


@dataclasses.dataclass(frozen=True)
class CostRow(Row):
    """One cost, such as time or memory, where the goal is a part of what the peer takes. `ratio` is
    ours divided by the peer's, so less than 1 is good."""


def cost(workload, measure, unit, pathkb, peer=None, peer_value=None, others=(), *, ratio_max=None):
    """A row of costs; the goal, if any, is that ours is at most `ratio_max` of the peer's."""
    ratio = pathkb / peer_value if peer_value else None
    goal = met = None
    if ratio_max is not None:
        goal = f"ratio <= {ratio_max:g}"
        met = None if ratio is None else ratio <= ratio_max
    return CostRow(workload, measure, unit, pathkb, peer, peer_value, ratio, goal, met,
                   tuple(others))


def compared(workload, measure, unit, pathkb, peer, peer_value, *, better, ratio_min=None,
             others=()):
    """A row beside a peer. better: "lower" or "higher"; `ratio_min` is the goal, if any."""
    if better not in ("lower", "higher"):
        raise ValueError(f"better is {better!r}, not lower or higher")
    above, below = (peer_value, pathkb) if better == "lower" else (pathkb, peer_value)
    ratio = above / below if below else None
    goal = met = None
    if ratio_min is not None:
        goal = f"ratio >= {ratio_min:g}"
        met = ratio is not None and ratio >= ratio_min
    return Row(workload, measure, unit, pathkb, peer, peer_value, ratio, goal, met, tuple(others))


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


def cells(row, others):
    met = {True: "yes", False: "NO", None: "-"}[row.met]
    own = (row.workload, row.measure, row.unit, number_text(row.pathkb), row.peer or "-",
           number_text(row.peer_value), number_text(row.ratio), row.goal or "-", met)
    values = dict(row.others)
    return own + tuple(number_text(values.get(name)) for name in others)


def table(rows):
    """Rows as aligned text with a head line; numbers stand at the right. Rows of another kind,
    whose ratios mean something else, begin a table of their own."""
    return "\n\n".join(one_table(list(group)) for _, group in itertools.groupby(rows, type))


def one_table(rows):
    others = tuple(dict.fromkeys(
        name for row in rows for name, _ in row.others))
    head = COLUMNS + others
    lines = [head, *(cells(row, others) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    at_right = {head.index(name) for name in AT_RIGHT + others}

    def text(line):
        padded = [cell.rjust(width) if column in at_right else cell.ljust(width)
                  for column, (cell, width) in enumerate(zip(line, widths))]
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([text(lines[0]), rule, *map(text, lines[1:])])


def json_line(row):
    """A row as one JSON object on one line."""
    values = {name: getattr(row, name) for name in COLUMNS}
    if row.others:
        values["others"] = dict(row.others)
    return json.dumps(values, ensure_ascii=False)
