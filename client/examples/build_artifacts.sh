#!/bin/sh
# Keeps what a compiler makes by the hash of what it was made from: the second build of the same
# source compiles nothing, whoever asks and wherever.
#
#   build_artifacts.sh [SOURCE.c...]     without sources, two small ones of its own
#
# The fact cache/<hash> holds the object file in base64, as a string; its metadata say what it
# depends on. $CC is the compiler, $PATHKB the client.
set -eu

pathkb=${PATHKB:-pathkb}
cc=${CC:-cc}
space=artifacts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The object file of $1 as $2: from the knowledge base, or made and put there.
build() {
  # Everything that the result depends on: the compiler, its options, the preprocessed source.
  hash=$({ "$cc" --version; echo "-O2"; "$cc" -E -P "$1"; } | sha256sum | cut -c1-64)
  code=0
  "$pathkb" --space "$space" -o metta get --name "cache/$hash" \
    > "$work/fact" 2> "$work/error" || code=$?
  case $code in
    0)
      # (object "BASE64")
      sed 's/^(object "//; s/")$//' "$work/fact" | base64 -d > "$2"
      echo "$(basename "$1"): found"
      return
      ;;
    3) ;;  # No such fact, or no such space yet.
    *)
      cat "$work/error" >&2
      exit "$code"
      ;;
  esac
  "$cc" -O2 -c "$1" -o "$2"
  "$pathkb" --space "$space" insert --name "cache/$hash" --source "$(basename "$1")" \
    --meta "compiler=$cc" --meta "depends=$("$cc" -MM -MT x "$1" | tr -d '\\\n')" \
    "(object \"$(base64 -w 0 "$2")\")" > "$work/inserted"
  echo "$(basename "$1"): compiled"
}

if [ $# -eq 0 ]; then
  echo 'int twice(int x);' > "$work/twice.h"
  printf '#include "twice.h"\nint twice(int x) { return 2 * x; }\n' > "$work/twice.c"
  printf '#include "twice.h"\nint main(void) { return twice(21) == 42 ? 0 : 1; }\n' > "$work/main.c"
  set -- "$work/twice.c" "$work/main.c"
  own=1
fi

objects=
for source in "$@"; do
  object="$work/$(basename "$source" .c).o"
  build "$source" "$object"
  objects="$objects $object"
done
if [ "${own:-0}" -eq 1 ]; then
  # shellcheck disable=SC2086 — a list of files without blanks.
  "$cc" $objects -o "$work/program"
  "$work/program"
  echo "the program runs"
fi
