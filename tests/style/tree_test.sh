#!/usr/bin/env bash
# Runs the style checker over the whole work tree: not over copies that Bazel made, for the rules
# are about every file. The checker itself is a link into the tree, which tells where that is.
set -euo pipefail
checker=$(realpath "$(dirname "$0")/style_check.py")
root=${checker%/tests/style/style_check.py}
if [[ ! -f $root/WORKSPACE ]]; then
  echo "no work tree around $checker" >&2
  exit 1
fi
exec python3 -B "$checker" "$root"
