"""The main job on WordNet, beside SQLite: import, restart, questions, bytes on disk.

Both sides get the same 819,888 lines in batches of the same size, each on disk before the next is
acknowledged; SQLite through Python's module, in WAL mode with synchronous=FULL, which is the same
promise. SQLite is given what it is good at: relation and arguments split into columns before the
clock starts, an index for each question asked here, and no server between. Questions are asked by
one new process each on both sides, for that is what the two command lines have in common.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys

from programs import ProgramError, Server, folder_bytes
from rows import Row, bounded, compared, interleaved_medians, seconds

BATCH_FACTS = 4096  # As `pathkb import` cuts them.
FACTS = 819_879
WORKLOAD = "wordnet"
PEER = f"sqlite {sqlite3.sqlite_version}"

# Title, arguments of pathkb, the same in SQL, the answer.
QUESTIONS = (
    ("query by first argument: dog",
     ("query", "--space", "wordnet", "-o", "metta", "(hypernym n02084071 $x)"),
     "SELECT term FROM facts WHERE relation = 'hypernym' AND first = 'n02084071' ORDER BY term",
     "(hypernym n02084071 n01317541)\n(hypernym n02084071 n02083346)\n"),
    ("count by second argument: bank",
     ("count", "--space", "wordnet", '(word $s "bank")'),
     "SELECT count(*) FROM facts WHERE relation = 'word' AND second = '\"bank\"'",
     "18\n"),
    ("count by nested argument: antonym",
     ("count", "--space", "wordnet", "(antonym (sense $a 1) (sense $b 1))"),
     "SELECT count(*) FROM facts WHERE relation = 'antonym' AND first LIKE '(sense % 1)' "
     "AND second LIKE '(sense % 1)'",
     "7341\n"),
    ("count all",
     ("count", "--space", "wordnet"),
     "SELECT count(*) FROM facts",
     f"{FACTS}\n"),
)

ASK_SQLITE = """
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(row[0])
"""


def split_term(line):
    """`(relation first second)` into its three parts; an argument may be nested or a string."""
    parts, depth, quoted, start, at = [], 0, False, 1, 1
    while at < len(line):
        character = line[at]
        if quoted:
            if character == "\\":
                at += 1
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character == "(":
            depth += 1
        elif character == ")" and depth > 0:
            depth -= 1
        elif depth == 0 and character in " )":
            parts.append(line[start:at])
            start = at + 1
        at += 1
    return tuple(parts)


def open_sqlite(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def import_sqlite(path, facts):
    """Imports `facts` (term, relation, first, second) into a new database."""
    connection = open_sqlite(path)
    connection.execute(
        "CREATE TABLE facts (term TEXT PRIMARY KEY, relation TEXT, first TEXT, second TEXT)")
    connection.execute("CREATE INDEX by_first ON facts (relation, first)")
    connection.execute("CREATE INDEX by_second ON facts (relation, second)")
    for start in range(0, len(facts), BATCH_FACTS):
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT OR IGNORE INTO facts VALUES (?, ?, ?, ?)", facts[start:start + BATCH_FACTS])
        connection.execute("COMMIT")
    connection.close()


def ask_sqlite(path, question):
    run = subprocess.run([sys.executable, "-I", "-S", "-c", ASK_SQLITE, path, question],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return run.stdout


def expect(what, found, expected):
    if found != expected:
        raise ProgramError(f"{what}: found {found!r}, expected {expected!r}")


def run(context):
    programs = context.programs()
    text = context.path("wordnet.metta")
    context.note("writing WordNet as facts")
    converter = os.path.join(context.root, "client/examples/wordnet/wordnet_to_metta.py")
    with open(text, "wb") as out:
        subprocess.run([sys.executable, converter], stdout=out, check=True)
    with open(text, encoding="utf-8") as lines:
        facts = [(line.rstrip("\n"), *split_term(line.rstrip("\n"))) for line in lines]
    database, data_dir = context.path("facts.sqlite"), context.path("data")

    def import_pathkb():
        shutil.rmtree(data_dir, ignore_errors=True)
        with Server(programs, data_dir) as server:
            took = seconds(lambda: server.pathkb("import", text, "--space", "wordnet"))
            expect("facts after the import", server.pathkb("count", "--space", "wordnet"),
                   f"{FACTS}\n")
        return took

    def import_peer():
        for ending in ("", "-wal", "-shm"):
            if os.path.exists(database + ending):
                os.remove(database + ending)
        return seconds(lambda: import_sqlite(database, facts))

    context.note(f"importing, {context.repeat} times on each side")
    took = interleaved_medians({"pathkb": import_pathkb, "peer": import_peer}, context.repeat)
    yield compared(WORKLOAD, "import", "facts/s", len(facts) / took["pathkb"], PEER,
                   len(facts) / took["peer"], better="higher", ratio_min=1)
    del facts

    with Server(programs, data_dir) as server:
        server.pathkb("snapshot", "create")
    yield compared(WORKLOAD, "on disk after a snapshot", "MB", folder_bytes(data_dir) / 1e6, PEER,
                   os.path.getsize(database) / 1e6, better="lower", ratio_min=1)

    context.note("restarting and asking")
    server = Server(programs, data_dir)
    _, arguments, sql, answer = QUESTIONS[0]
    ready_ms = []

    def restart_pathkb():
        def start_and_ask():
            server.start()
            server.wait_until_ready()
            expect(arguments[-1], server.pathkb(*arguments), answer)
        took = seconds(start_and_ask)
        ready_ms.append(json.loads(server.pathkb("status", "-o", "json"))["start_to_ready_ms"])
        server.stop()
        return took * 1000

    def restart_peer():
        return 1000 * seconds(lambda: expect(sql, ask_sqlite(database, sql), answer))

    repeat = max(context.repeat, 5)
    took = interleaved_medians({"pathkb": restart_pathkb, "peer": restart_peer}, repeat)
    # No goal: a server that starts and two client calls stand beside one process that opens a file.
    yield Row(WORKLOAD, "start to first answer", "ms", took["pathkb"], PEER, took["peer"],
              took["peer"] / took["pathkb"])
    yield bounded(WORKLOAD, "start to ready", "ms", sorted(ready_ms)[len(ready_ms) // 2],
                  at_most=50)

    with server:
        for title, arguments, sql, answer in QUESTIONS:
            def ask_pathkb():
                return 1000 * seconds(lambda: expect(title, server.pathkb(*arguments), answer))

            def ask_peer():
                return 1000 * seconds(lambda: expect(title, ask_sqlite(database, sql), answer))

            took = interleaved_medians({"pathkb": ask_pathkb, "peer": ask_peer}, repeat)
            yield compared(WORKLOAD, title, "ms", took["pathkb"], PEER, took["peer"],
                           better="lower", ratio_min=1)
