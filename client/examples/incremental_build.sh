#!/bin/sh
# Which files must be compiled again after a change: facts say what includes what, and a query
# finds what a change reaches, however many steps away.
#
#   (includes FILE HEADER)   FILE reads HEADER
#   (built FILE HASH)        FILE was compiled when its own text had this hash
#   (stale FILE)             FILE or something it reads has changed since
#
# $PATHKB is the client.
set -eu

pathkb=${PATHKB:-pathkb}
space=build
kb() { "$pathkb" --space "$space" "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Four files: main.c and list.c read list.h, which reads base.h; alone.c reads nothing.
echo '#include "list.h"' > "$work/main.c"
echo '#include "list.h"' > "$work/list.c"
echo '#include "base.h"' > "$work/list.h"
echo 'int base;' > "$work/base.h"
echo 'int alone;' > "$work/alone.c"

# A fresh start, whatever an earlier run has left.
"$pathkb" space drop "$space" > "$work/dropped" 2>&1 || true

# One fact for each include; all in one batch.
grep -H '^#include' "$work"/* |
  sed 's|^.*/\([^/:]*\):#include "\(.*\)"$|(includes \1 \2)|' > "$work/facts.metta"
kb import "$work/facts.metta" > "$work/imported"

hash_of() { sha256sum "$work/$1" | cut -c1-16; }
# Says that every file was compiled as it is now.
for file in main.c list.c list.h base.h alone.c; do
  kb insert "(built $file $(hash_of "$file"))" > "$work/out"
done

stale() {
  for file in main.c list.c list.h base.h alone.c; do
    # Changed itself: no fact has its present hash.
    [ "$(kb count "(built $file $(hash_of "$file"))")" -eq 1 ] ||
      kb insert "(stale $file)" > "$work/out"
  done
  # And what reads something stale, until nothing is new.
  while :; do
    new=$(kb -o json transform '(, (stale $h) (includes $f $h) (not (stale $f)))' '(stale $f)' |
      sed 's/.*"inserted":\([0-9]*\).*/\1/')
    [ "$new" -gt 0 ] || break
  done
  kb -o metta query '(stale $f)' --template '$f'
}

echo "nothing has changed; stale: $(stale | wc -l)"
echo 'int base_2;' >> "$work/base.h"
echo "base.h has changed; stale:"
stale
[ "$(stale | tr '\n' ' ')" = "base.h list.c list.h main.c " ] || exit 1
