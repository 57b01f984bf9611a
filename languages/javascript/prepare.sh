#!/bin/sh
# The harness as a startup snapshot of the node that is here, and the linter at its pinned version.
set -eu
mkdir -p "$OUT/bin"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh "$SRC/runtime/bundle.sh" "$SRC/runtime" >"$work/harness.js"
# without a code cache: one would bind the snapshot to this very processor
echo "{\"builder\": \"$work/harness.js\", \"withoutCodeCache\": true}" >"$work/snapshot.json"
node --no-warnings --experimental-vm-modules --snapshot-blob "$OUT/harness.blob" \
    --build-snapshot-config "$work/snapshot.json"
# what programs are forked with, where there is a compiler for it; without, each is started
if command -v g++ >/dev/null; then
    g++ -std=c++17 -O2 -fPIC -shared -fno-exceptions -fno-rtti -o "$OUT/fork.node" "$SRC/runtime/fork.cc" ||
        rm -f "$OUT/fork.node"
fi

command -v npm >/dev/null || { echo "npm is needed to fetch the linter; install npm" >&2; exit 1; }
cp "$SRC/tools/package.json" "$SRC/tools/package-lock.json" "$work"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --cache "$work/cache")
cp "$work"/node_modules/@biomejs/cli-*/biome "$OUT/bin/biome"
