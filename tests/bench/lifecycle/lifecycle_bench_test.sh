#!/usr/bin/env bash
# A small run of the benchmark of the life cycle gives a figure for everything it measures.
set -euo pipefail
figures=$("$1" --folder="${TEST_TMPDIR:-/tmp}/lifecycle" --n=10000 --repeat=1)
printf '%s\n' "$figures"
for measure in 'insert p50 idle' 'insert p99 during' 'longest pause of writers' \
  'peak memory during' 'restart to ready' replay delta 'fork of a space, p50' 'size of the delta' \
  'disk at night' 'memory at night'; do
  grep -qP "\t$measure\tpathkb\t[a-z/]+\t[0-9.e+]+$" <<<"$figures" || {
    echo "no figure: $measure"
    exit 1
  }
done
