#!/bin/sh
# The compiler's front, the harness as objects, precompiled headers, and the macros of each header.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="${HOME:-$work}"
mkdir -p "$OUT/bin" "$OUT/lib" "$OUT/sets" "$OUT/light/bits" "$OUT/macros/bits"

# -O0 as in a debug build; an index out of range ends the program instead of being undefined.
printf '%s\n' -std=gnu++20 -O0 -g0 -D_GLIBCXX_ASSERTIONS >"$OUT/flags"
flags=$(tr '\n' ' ' <"$OUT/flags")

echo 'int main() {}' >"$work/try.cpp"
echo -w >"$OUT/build" # warnings are the linters' business
for linker in mold lld; do
    if g++ -fuse-ld=$linker -o "$work/try" "$work/try.cpp" 2>/dev/null && "$work/try"; then
        echo "-fuse-ld=$linker" >>"$OUT/build"
        break
    fi
done

# doctest is one header; where it is not installed, Debian's package is unpacked here.
doctest=/usr/include/doctest/doctest.h
if [ ! -f "$doctest" ]; then
    (cd "$work" && apt-get -q download doctest-dev && dpkg-deb -x doctest-dev_*.deb .) >"$work/log" 2>&1 || {
        echo "doctest.h is not here and could not be fetched: apt install doctest-dev" >&2
        exit 1
    }
    doctest="$work$doctest"
fi

cp -R "$SRC/unit/include" "$OUT/unit"
cp -R "$SRC/codec/include" "$OUT/include"
cp "$doctest" "$OUT/unit/codegen/doctest.h"
cp "$SRC/tool/sets.txt" "$SRC/tool/heavy.txt" "$OUT/"
echo '#pragma GCC poison codegen_unit codegen_value codegen_left codegen_lie doctest' >"$OUT/fence.h"

ours="-std=gnu++20 -O1 -I$OUT/include -I$OUT/unit"
g++ $ours -o "$OUT/bin/codegen-c++" "$SRC"/tool/*.cpp
for name in codec/wire codec/serve unit/channel unit/script unit/doctest unit/sanitize; do
    g++ $ours -I"$SRC/codec" -I"$SRC/unit" -c "$SRC/$name.cpp" -o "$OUT/lib/${name#*/}.o"
done

# The headers of the standard library, and what else of it comes with each.
cat >"$work/headers" <<'END'
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono
cinttypes climits clocale cmath codecvt compare complex concepts condition_variable coroutine
csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque
exception execution filesystem format forward_list fstream functional future initializer_list
iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource
mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string
string_view syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map
unordered_set utility valarray variant vector version
ctype.h errno.h fenv.h float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdarg.h
stddef.h stdint.h stdio.h stdlib.h string.h time.h wchar.h wctype.h
bits/stdc++.h
END
headers=$(cat "$work/headers")

g++ $flags -E -dM -x c++ - </dev/null | sort >"$work/given"
for header in $headers; do
    echo "#include <$header>" >"$work/one.cpp"
    g++ $flags -M "$work/one.cpp" 2>/dev/null | tr -s ' \\' '\n\n' >"$work/files" || continue
    awk -v header="$header" -f "$SRC/tool/covers.awk" "$work/headers" "$work/files" >>"$OUT/covers"
    case $header in cassert) continue ;; esac
    { # assert changes with NDEBUG each time: its own header is read
        echo "#pragma once // <$header>" # g++ takes files of the same text and time for one file
        if [ "$header" = bits/stdc++.h ]; then echo '#include <assert.h>'; fi
        g++ $flags -E -dM "$work/one.cpp" | sort | comm -13 "$work/given" - | awk -f "$SRC/tool/macros.awk"
    } >"$OUT/macros/$header"
done

precompile() {
    g++ $flags -I"$OUT/include" -x c++-header "$1" -o "$1.gch"
}

# All of <bits/stdc++.h> but what takes half of its time and is seldom used: see heavy.txt.
{
    echo '#ifndef CODEGEN_LIGHT'
    echo '#define CODEGEN_LIGHT'
    for header in $headers; do
        case $header in
            bits/stdc++.h | *.h | barrier | chrono | condition_variable | execution | filesystem) ;;
            format | future | latch | memory_resource | mutex | regex | semaphore | shared_mutex) ;;
            stop_token | syncstream | thread | coroutine) ;;
            *) echo "#include <$header>" ;;
        esac
    done
    echo '#include <codegen/value.hpp>'
    echo '#endif'
} >"$OUT/light/bits/stdc++.h"
precompile "$OUT/light/bits/stdc++.h"

number=0
while read -r set; do
    number=$((number + 1))
    for header in $set; do echo "#include <$header>"; done >"$OUT/sets/$number.h"
    precompile "$OUT/sets/$number.h"
done <"$OUT/sets.txt"
