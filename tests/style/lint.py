#!/usr/bin/env python3
"""Runs clang-tidy on C++ files, two at a time; the rules are in .clang-tidy.

`lint.py --generated DIR` reads file names, one a line, from standard input, and takes generated
headers from DIR. Exits 1 if there is a finding. A file is skipped if it was clean before, and since
then neither it, nor a header of ours that it includes, nor the rules have changed; what was clean
is kept in .bazel/lint, a line a file.
"""

import argparse
import concurrent.futures
import hashlib
import os
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
CLEAN_MAX = 5000  # Digests kept.
CLEAN_FILE = ".bazel/lint"
# -fsized-deallocation is gcc's default, which the build uses.
FLAGS = ["-std=c++20", "-xc++", "-I.", "-Wall", "-Wextra", "-fsized-deallocation"]

# Tests copy on purpose, build long texts from pieces, and need not be fast.
TEST_CHECKS = "-performance-*,-bugprone-suspicious-missing-comma"


class Digests:
    """The digest of a file together with all headers of ours that it includes, however deep."""

    def __init__(self, folders):
        self._folders = folders
        self._texts = {}  # Path to (bytes, paths of what it includes).

    def _read(self, path):
        if path not in self._texts:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            below = []
            for name in INCLUDE.findall(text):
                for folder in self._folders:
                    candidate = os.path.normpath(os.path.join(folder, name))
                    if os.path.isfile(candidate):
                        below.append(candidate)
                        break
            self._texts[path] = (text.encode(), below)
        return self._texts[path]

    def of(self, path, salt):
        """Hex digest of `path`, everything below it, and `salt`."""
        seen, waiting = set(), [os.path.normpath(path)]
        while waiting:
            present = waiting.pop()
            if present not in seen:
                seen.add(present)
                waiting.extend(self._read(present)[1])
        digest = hashlib.sha256(salt)
        for present in sorted(seen):
            text = self._read(present)[0]
            digest.update(f"{present} {len(text)}\n".encode() + text)
        return digest.hexdigest()


def lint(path, flags):
    """Findings of clang-tidy on one file as text; empty if it is clean."""
    checks = [f"--checks={TEST_CHECKS}"] if path.endswith("_test.cc") else []
    run = subprocess.run(
        ["clang-tidy", "--quiet", *checks, path, "--", *flags],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return ""
    # Standard error holds counts of hidden warnings, and why clang-tidy could not work.
    return run.stdout or run.stderr or f"{path}: clang-tidy exits with {run.returncode}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--generated", required=True, help="folder of generated headers")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    arguments = parser.parse_args()
    paths = [line.strip() for line in sys.stdin if line.strip()]

    # Generated headers are not ours to judge: as system headers they are read but not reported.
    flags = [*FLAGS, "-isystem", arguments.generated]
    version = subprocess.run(["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True).stdout
    with open(".clang-tidy", "rb") as rules:
        salt = version + rules.read() + " ".join([TEST_CHECKS, *FLAGS]).encode()
    digests = Digests([".", arguments.generated])
    wanted = {path: digests.of(path, salt) for path in paths}
    clean = set()
    if os.path.exists(CLEAN_FILE):
        with open(CLEAN_FILE, encoding="utf-8") as file:
            clean = set(file.read().split())
    waiting = [path for path in paths if wanted[path] not in clean]

    failed = 0
    os.makedirs(os.path.dirname(CLEAN_FILE), exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {pool.submit(lint, path, flags): path for path in waiting}
        for done, run in enumerate(concurrent.futures.as_completed(runs), 1):
            path, findings = runs[run], run.result()
            print(f"lint: {done} of {len(runs)} {path}", file=sys.stderr)
            if findings:
                failed += 1
                print(findings, end="", flush=True)
            else:
                clean.add(wanted[path])
                # At once, so that what an interrupted run has done counts.
                with open(CLEAN_FILE, "a", encoding="utf-8") as file:
                    file.write(wanted[path] + "\n")
    if len(clean) > CLEAN_MAX:
        # Only what belongs to the present files, so that it does not grow for ever.
        with open(CLEAN_FILE, "w", encoding="utf-8") as file:
            file.write("".join(digest + "\n" for digest in sorted(clean & set(wanted.values()))))
    if failed:
        print(f"lint: findings in {failed} of {len(paths)} files", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
