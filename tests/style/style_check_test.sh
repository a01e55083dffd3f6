#!/usr/bin/env bash
# Runs the unit test of the style checker.
set -euo pipefail
exec python3 -B "$(dirname "$0")/style_check_test.py"
