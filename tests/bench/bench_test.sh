#!/usr/bin/env bash
# Runs the unit test of the benchmark runner.
set -euo pipefail
exec python3 -B "$(dirname "$0")/bench_test.py"
