#!/usr/bin/env bash
# Runs one end-to-end test: the test's file, then the programs and whatever else it takes.
set -euo pipefail
test=$1
shift
exec /usr/bin/python3 -B "$test" "$@"
