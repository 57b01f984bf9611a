#!/bin/sh
# The harness crate as an rlib, and the arguments for the fastest linker that works here.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="${HOME:-$work}"
mkdir -p "$OUT/lib" "$OUT/bin"
common="--edition=2021 -Cdebuginfo=0 -Copt-level=1 -Coverflow-checks=off"
rustc $common --crate-type=rlib --crate-name=codegen_codec -o "$OUT/lib/libcodegen_codec.rlib" "$SRC/codec/lib.rs"

echo 'fn main() { println!("{:?}", vec![1]); }' >"$work/try.rs"
: >"$OUT/link.args"
for linker in mold lld; do
    if rustc -Clink-arg=-fuse-ld=$linker -o "$work/try" "$work/try.rs" 2>/dev/null && "$work/try" >/dev/null; then
        echo "-Clink-arg=-fuse-ld=$linker" >"$OUT/link.args"
        break
    fi
done
