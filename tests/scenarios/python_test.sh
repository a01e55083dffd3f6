#!/usr/bin/env bash
# Runs a Python file of this folder with arguments.
set -euo pipefail
exec /usr/bin/python3 -B "$@"
