#!/usr/bin/env bash
# Goal: the program itself has the promised exit codes and one-line errors. Method: runs it without
# any server; what needs one is tested in command_line_test.

set -u
pathkb=$1
nobody="unix:$TEST_TMPDIR/no-such-socket"
failed=0

# expect CODE TEXT WORDS...: the exit code, and a part of what is printed on either output.
expect() {
  local code=$1 text=$2 said
  shift 2
  said=$("$pathkb" "$@" 2>&1 </dev/null)
  local got=$?
  if [[ $got != "$code" || $said != *"$text"* ]]; then
    echo "pathkb $*: exit code $got, expected $code with '$text'; it said: $said"
    failed=1
  fi
}

expect 0 'Usage: pathkb COMMAND' --help
expect 0 'Usage: pathkb import FILE|- ' import --help
expect 2 'which command?'
expect 2 "did you mean 'count'?" cuont
expect 2 "did you mean '--limit'?" query '$x' --limt 3
expect 2 'needs QUERY' query
expect 6 'cannot connect to unix:' --server "$nobody" count
expect 6 'cannot connect to unix:' --server "$nobody" import "$0"
expect 1 'No such file' --server "$nobody" import /no/such/file

# One line, on standard error only.
lines=$("$pathkb" --server "$nobody" status 2>&1 >/dev/null | wc -l)
if [[ $lines != 1 ]]; then
  echo "an error of $lines lines"
  failed=1
fi
out=$("$pathkb" --server "$nobody" status 2>/dev/null)
if [[ -n $out ]]; then
  echo "an error on standard output: $out"
  failed=1
fi
# A reader that goes away.
if ! (set -o pipefail; "$pathkb" --help | true); then
  echo "a closed pipe is an error"
  failed=1
fi
exit $failed
