#!/usr/bin/env bash
# Runs the test beside it; a python rule of Bazel's would want a toolchain of its own.
exec /usr/bin/python3 "$(dirname "$0")/wordnet_to_metta_test.py"
