#!/bin/sh
# The harness, also as a shared library with the standard library in it or beside it; how programs are
# linked to it, and how without it; and what compilers and linkers are forked with.
#
#   link.args, link.ld                 rustc makes an object, which the linker links to the shared libraries
#   link-static.args, link-static.ld   rustc links as ever, and the linker has nothing left to do
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
rustc $plain -Copt-level=2 -Ccodegen-units=1 -Cembed-bitcode=no --crate-name=codegen_codec \
    --crate-type=rlib,dylib --emit=link,obj -Cprefer-dynamic -Clink-arg=-Wl,-Bsymbolic \
    -Clink-arg=-Wl,-rpath,"$standard" --out-dir "$OUT/lib" "$SRC/codec/lib.rs"

cat >"$work/try.rs" <<'END'
fn main() {
    let counted = std::panic::catch_unwind(|| vec![1; std::env::args().count()][1]);
    let wide = (std::env::args().count() as i128).checked_mul(i128::MAX / 2 + 1).unwrap() / 7;
    assert!(wide > 1 && counted.is_err() && codegen_codec::nothing(&()).contains("null"));
}
END
compile() {
    rustc --edition=2021 --extern "codegen_codec=$OUT/lib/libcodegen_codec.rlib" \
        --extern "codegen_codec=$OUT/lib/libcodegen_codec.so" "$@" "$work/try.rs"
}

# All of the harness, whether a program needs it or not: who has a function of the same name is refused. What
# is not needed is kept, as mold looks for names that are there twice among what is left at the end.
ar rc "$OUT/lib/libharness.a" "$OUT/lib/codegen_codec.o"
for linker in mold lld ""; do
    printf '%s\n' -o program "-Lnative=$OUT/lib" -lstatic:+whole-archive=harness \
        -Clink-arg=-Wl,--no-gc-sections ${linker:+-Clink-arg=-fuse-ld=$linker} >"$OUT/link-static.args"
    if (cd "$work" && compile "@$OUT/link-static.args" && ./program) 2>"$work/why"; then
        works=static
        break
    fi
done
[ -n "${works:-}" ] || { echo "no program can be linked:"; cat "$work/why"; exit 1; } >&2
sed "s,=$OUT/lib,=$lib," "$OUT/link-static.args" >"$work/link.args"
mv "$work/link.args" "$OUT/link-static.args"
echo --version >"$OUT/link-static.ld"

# What a C compiler would tell the linker. The compiler's own functions are one object, as to look through
# hundreds takes longer than to link a program.
printf '%s\n' -Cprefer-dynamic --emit=obj -o program.o >"$OUT/link.args"
found() { cc -print-file-name="$1"; }
loader=$(cc '-###' "$work/none.o" 2>&1 | sed -n 's/.* "\{0,1\}-dynamic-linker"\{0,1\} "\{0,1\}\([^" ]*\).*/\1/p')
(mkdir "$work/own" && cd "$work/own" && ar x "$standard"/libcompiler_builtins-*.rlib && rm -f ./*.rmeta)
for linker in "$standard/../bin/rust-lld" mold ld.lld; do
    found=$(command -v "$linker") || continue
    one=--threads=1
    [ "$linker" = mold ] && one="--thread-count=1 --no-fork"
    ln -sf "$(readlink -f "$found")" "$OUT/bin/ld.lld" # the name by which it knows its job
    "$OUT/bin/ld.lld" -r -o "$OUT/lib/builtins.o" "$work"/own/*.o 2>"$work/why" || continue
    printf '%s\n' $one -o program -pie --gc-sections --strip-debug --eh-frame-hdr -z noexecstack -z relro -z now \
        -dynamic-linker "$loader" "-rpath=$lib:$standard" "$(found Scrt1.o)" "$(found crti.o)" \
        "$(found crtbeginS.o)" --as-needed "$lib/libcodegen_codec.so" $(ls "$standard"/libstd-*.so 2>/dev/null) \
        --start-lib "$lib/builtins.o" --end-lib "$(found libgcc_s.so.1)" "$(found libm.so.6)" \
        "$(found libc.so.6)" "$(found crtendS.o)" "$(found crtn.o)" >"$OUT/link.ld"
    sed "s,$lib,$OUT/lib,g" "$OUT/link.ld" >"$work/link.ld"
    if (cd "$work" && compile "@$OUT/link.args" && "$OUT/bin/ld.lld" program.o @link.ld && ./program) 2>"$work/why"; then
        works=shared
        break
    fi
done
if [ "$works" = static ]; then
    echo "programs are linked by rustc, which is slower: $(cat "$work/why" 2>/dev/null)" >&2
    cp "$OUT/link-static.args" "$OUT/link.args"
    cp "$OUT/link-static.ld" "$OUT/link.ld"
    ln -sf "$(command -v ld)" "$OUT/bin/ld.lld"
fi

# A compiler that is forked is started once. Where that cannot be, each is started.
rustc --edition=2021 -Copt-level=2 -Cpanic=abort -Cstrip=symbols --crate-type=cdylib -o "$OUT/lib/libwarm.so" \
    "$SRC/runtime/warm.rs" || rm -f "$OUT/lib/libwarm.so"
