#!/usr/bin/env bash
# Plants bugs, one at a time, in a copy of the tree, and runs the tests that should find each:
# `plant.sh [NAME...]`, by default all of planted/*.patch.
#
# A patch begins with lines that say what the bug is and, as `found by: //TARGET...`, which tests
# are expected to fail. The bug is found if at least one of them does. One that no test finds, or a
# patch that does not apply any more, makes the exit code 1.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
copy=$(mktemp -d "${TMPDIR:-/tmp}/pathkb-planted.XXXXXX")

names=("$@")
if ((${#names[@]} == 0)); then
  for patch in "$here"/planted/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi

startup=()
if [[ -n ${PATHKB_BAZEL_ROOT-} ]]; then startup+=("--output_user_root=$PATHKB_BAZEL_ROOT"); fi

# Leaves neither a Bazel server nor what it has built.
clean_up() {
  (cd "$copy" && bazel "${startup[@]}" clean --expunge </dev/null >/dev/null 2>&1) || true
  rm -rf "$copy"
}
trap clean_up EXIT

# The tree without its history and what was built.
(cd "$root" && tar -cf - --exclude=./.git --exclude='./bazel-*' --exclude=./bin --exclude=./data \
  --exclude=./.bazel .) | tar -xf - -C "$copy"

missed=0
for name in "${names[@]}"; do
  patch=$here/planted/$name.patch
  read -r -a targets < <(sed -n 's/^found by: //p' "$patch")
  if ! patch -d "$copy" -p1 --quiet --dry-run <"$patch" >"$copy/.patch" 2>&1; then
    printf '%-36s does not apply: %s\n' "$name" "$(tail -n 1 "$copy/.patch")"
    missed=1
    continue
  fi
  patch -d "$copy" -p1 --quiet <"$patch"
  result=0
  (cd "$copy" && bazel "${startup[@]}" test --keep_going --color=no --curses=no \
    ${PATHKB_BAZEL_OPTIONS-} "${targets[@]}" </dev/null) >"$copy/.log" 2>&1 || result=$?
  # 3: built, and some tests failed.
  if ((result == 3)); then
    printf '%-36s found by %s\n' "$name" \
      "$(sed -n 's/^\(\/\/[^ ]*\) .*\(FAILED\|TIMEOUT\) in.*/\1/p' "$copy/.log" | sort -u | xargs)"
  else
    missed=1
    if ((result == 0)); then
      printf '%-36s NOT FOUND by %s\n' "$name" "${targets[*]}"
    else
      printf '%-36s could not be tried: bazel ended with %d\n' "$name" "$result"
      tail -n 20 "$copy/.log" >&2
    fi
  fi
  patch -d "$copy" -p1 --quiet --reverse <"$patch"
done
exit "$missed"
