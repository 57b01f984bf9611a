#!/bin/sh
# Installs the Node.js project's own build, which starts three times as fast as Debian's: that one has no
# startup snapshot. It comes from the npm registry, as the linter does, and is known by its hash.
set -eu
here=$(dirname "$0")
version=20.20.2
case $(uname -m) in
    x86_64) name=x64 sum=6295488653f0d93b0a157841746fef7e72cc4328cfb60c4bbe0ca2668a836ffd ;;
    aarch64) name=arm64 sum=05a69ccdcb795f2a8b86c145e71a6a37cce84fccef5aaf25a8fe38bc9423e732 ;;
    *) echo "there is no Node.js $version for $(uname -m)" >&2; exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh "$here/with-ca.sh" npm install --prefix "$work" --cache "$work/cache" --ignore-scripts --no-audit --no-fund \
    --no-update-notifier --silent "node-linux-$name@$version"
found="$work/node_modules/node-linux-$name/bin/node"
echo "$sum  $found" | sha256sum --check --quiet
install -m 755 "$found" /usr/local/bin/node
