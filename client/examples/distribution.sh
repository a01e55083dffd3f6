#!/bin/sh
# A knowledge base is built once, without a server, and opened on other machines: two files are
# copied, and a server that is given them serves at once, as it maps them and loads nothing.
#
# The other machines are two directories here. $PATHKB is the client, $PATHKBD the server.
set -eu

pathkb=${PATHKB:-pathkb}
pathkbd=${PATHKBD:-pathkbd}
facts=${FACTS:-20000}
work=$(mktemp -d)
servers=
trap 'for pid in $servers; do kill "$pid" 2> /dev/null || true; done; wait; rm -rf "$work"' EXIT

awk -v n="$facts" 'BEGIN { for (i = 0; i < n; ++i) printf "(edge n%d n%d)\n", i, i * 7 % n }' \
  > "$work/edges.metta"
"$pathkb" file build "$work/edges.metta" --space graph -o "$work/graph" > "$work/built"
"$pathkb" file verify "$work/graph.tree" 2> "$work/verified"
echo "built and verified: $(cd "$work" && echo graph.*)"

for machine in one two; do
  mkdir "$work/$machine"
  cp "$work"/graph.tree "$work"/graph.terms "$work"/graph.sums "$work/$machine"
  # The same bytes everywhere.
  cmp "$work/graph.tree" "$work/$machine/graph.tree"
  "$pathkbd" --data-dir "$work/$machine/data" --load-snapshot "$work/$machine/graph.tree" \
    --listen 127.0.0.1:0 --http-listen off > "$work/$machine/log" 2>&1 &
  servers="$servers $!"
  address=
  until [ -n "$address" ]; do
    sleep 0.1
    kill -0 $! || { cat "$work/$machine/log" >&2; exit 1; }
    address=$(sed -n 's/.*serves .* on \(127\.0\.0\.1:[0-9]*\), ready.*/\1/p' "$work/$machine/log")
  done
  ask() { "$pathkb" --server "$address" --space graph -o metta "$@"; }
  echo "machine $machine: $(ask count) facts," \
    "n7 leads to $(ask query '(edge n7 $x)' --template '$x')"
done
