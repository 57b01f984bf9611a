#!/bin/sh
# The harness, also as a shared library with the standard library in it or beside it; the arguments
# for the fastest way to link that works here; and what compilers are forked with.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="${HOME:-$work}"
mkdir -p "$OUT/lib" "$OUT/bin"
lib=/opt/codegen/rust/lib
standard=$(rustc --print target-libdir)
plain="--edition=2021 -Cdebuginfo=0 -Cstrip=debuginfo"
# Optimised, so that it offers none of what it has of generic functions to programs: its checks are off.
# Bound to itself: what a program calls its own functions is nothing to the harness.
rustc $plain -Copt-level=2 --crate-name=codegen_codec --crate-type=rlib,dylib -Cprefer-dynamic \
    -Clink-arg=-Wl,-Bsymbolic -Clink-arg=-Wl,-rpath,"$standard" --out-dir "$OUT/lib" "$SRC/codec/lib.rs"

# The linker by itself, with what a C compiler gives it: that takes a third of the time.
found() { cc -print-file-name="$1"; }
loader=$(cc '-###' "$work/none.o" 2>&1 | sed -n 's/.* "\{0,1\}-dynamic-linker"\{0,1\} "\{0,1\}\([^" ]*\).*/\1/p')
pieces="-Clink-arg=-dynamic-linker -Clink-arg=$loader"
for piece in Scrt1.o crti.o crtbeginS.o crtendS.o crtn.o; do pieces="$pieces -Clink-arg=$(found $piece)"; done
for folder in $(dirname "$(found crtbeginS.o)") $(dirname "$(found Scrt1.o)") $(dirname "$(found libc.so.6)"); do
    pieces="$pieces -Clink-arg=-L$folder"
done
# By its path: to look a name up rustc copies itself, where else it could start another program at once.
: >"$work/ways"
for linker in "$standard/../bin/rust-lld" mold ld.lld; do
    flavor="ld.lld -Clink-arg=--threads=1"
    [ "$linker" = mold ] && flavor="ld -Clink-arg=--thread-count=1 -Clink-arg=--no-fork"
    linker=$(command -v "$linker") || continue
    echo "-Clinker=$linker -Clinker-flavor=$flavor $pieces -Clink-arg=-rpath=$lib:$standard" >>"$work/ways"
done
for linker in mold lld; do
    echo "-Clink-arg=-fuse-ld=$linker -Clink-arg=-Wl,-rpath,$lib:$standard"
done >>"$work/ways"
echo "-Clink-arg=-Wl,-rpath,$lib:$standard" >>"$work/ways"

cat >"$work/try.rs" <<'END'
fn main() {
    let counted = std::panic::catch_unwind(|| vec![1; std::env::args().count()][1]);
    assert!(counted.is_err() && codegen_codec::nothing(&()).contains("null"));
}
END
while read -r way; do
    printf '%s\n' -Cprefer-dynamic $way >"$OUT/link.args"
    sed "s,$lib,$OUT/lib,g" "$OUT/link.args" >"$work/link.args"
    if rustc --edition=2021 --extern "codegen_codec=$OUT/lib/libcodegen_codec.rlib" \
        --extern "codegen_codec=$OUT/lib/libcodegen_codec.so" "@$work/link.args" -o "$work/try" "$work/try.rs" \
        2>"$work/why" && "$work/try" 2>>"$work/why"; then
        break
    fi
    : >"$OUT/link.args"
done <"$work/ways"
[ -s "$OUT/link.args" ] || { echo "no program can be linked:"; cat "$work/why"; exit 1; } >&2
grep -v prefer-dynamic "$OUT/link.args" >"$OUT/link-static.args"

# A compiler that is forked is started once. Where that cannot be, each is started.
rustc --edition=2021 -Copt-level=2 -Cpanic=abort -Cstrip=symbols --crate-type=cdylib -o "$OUT/lib/libwarm.so" \
    "$SRC/runtime/warm.rs" || rm -f "$OUT/lib/libwarm.so"
