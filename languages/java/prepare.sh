#!/bin/sh
# The Java runtime that programs and the compiler run on, the harness and what it needs from Maven Central, and
# archives of their loaded classes. OUT is seen as /opt/codegen/java later, so the options name that path.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CODEGEN_CACHE="${CODEGEN_CACHE:-$work}"
. "$SRC/link.sh"

job=$work/1/2/3/4
mkdir -p "$OUT/bin" "$OUT/lib" "$OUT/cds" "$work/classes" "$job" "$work/opt/codegen"
while read -r sum path; do
    case $sum in \#*) continue ;; esac
    name=$(basename "$path")
    target="$OUT/lib/$(echo "$name" | sed 's/-[0-9][0-9.]*\(-with-dependencies\)\{0,1\}\.jar$/.jar/')"
    cp "$CODEGEN_CACHE/jars/$name" "$target"
    chmod 644 "$target"
done <"$SRC/jars.txt"

cp -al "$kept" "$OUT/jdk" 2>/dev/null || { rm -rf "$OUT/jdk" && cp -a "$kept" "$OUT/jdk"; }
ln -s ../jdk/bin/java "$OUT/bin/java"
java="$OUT/jdk/bin/java"

exports=
for package in api code comp file main model parser processing tree util; do
    exports="$exports --add-exports=jdk.compiler/com.sun.tools.javac.$package=ALL-UNNAMED"
done
for package in code comp; do
    exports="$exports --add-opens=jdk.compiler/com.sun.tools.javac.$package=ALL-UNNAMED"
done

built() { # NAME CLASSPATH FILE…: one jar out of sources; strings are joined without the cost of a first call site
    name=$1 path=$2
    shift 2
    mkdir "$work/classes/$name"
    # shellcheck disable=SC2086 # the exports are words
    "$home/bin/javac" $exports -proc:none -nowarn -XDignore.symbol.file -XDstringConcat=inline -g -cp "$path" \
        -d "$work/classes/$name" "$@"
    "$home/bin/jar" --create --no-compress --file "$OUT/lib/$name.jar" -C "$work/classes/$name" .
}
testing=
for name in junit-jupiter-api junit-jupiter-params junit-jupiter-engine junit-platform-engine junit-platform-commons \
    opentest4j apiguardian-api; do
    testing="$testing:$OUT/lib/$name.jar"
done
testing=${testing#:}
built given "$OUT/lib/javatuples.jar" "$SRC"/given/*.java
built runtime "$testing" "$SRC"/runtime/*.java
built compiler "$OUT/lib/runtime.jar:$OUT/lib/error_prone_core.jar" "$SRC"/compiler/*.java

# An archive holds only for the class path that it was made with, so that is relative: from any folder that is not
# too deep the dots lead to the root.
ln -s "$OUT" "$work/opt/codegen/java"
lib=../../../../opt/codegen/java/lib
run="$lib/runtime.jar:$lib/given.jar:$lib/javatuples.jar"
unit=$run
for name in junit-jupiter-api junit-jupiter-params junit-jupiter-engine junit-platform-engine junit-platform-commons \
    opentest4j; do
    unit="$unit:$lib/$name.jar"
done
compiler="$lib/compiler.jar:$lib/runtime.jar:$lib/error_prone_core.jar"
given="$lib/given.jar:$lib/javatuples.jar"
quick="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable"
quiet="-XX:-CreateCoredumpOnCrash -XX:ErrorFile=/dev/null -XX:+DisableAttachMechanism"
utf8="-Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8"

options() { # NAME CLASSPATH WORD…
    name=$1 path=$2
    shift 2
    printf '%s\n' "$@" "-XX:SharedArchiveFile=/opt/codegen/java/cds/$name.jsa" -Xshare:auto -cp "$path" >"$OUT/$name.options"
}
# shellcheck disable=SC2086 # options are words
options run "$run" $quick $quiet $utf8 -ea -Xms64m
# shellcheck disable=SC2086 # as above
options unit "$unit" $quick $quiet $utf8 -ea -Xms64m
jars=$(echo "$testing" | sed "s|$OUT/|/opt/codegen/java/|g")
# shellcheck disable=SC2086 # as above
options compiler "$compiler" $quick $quiet $exports -Xms64m -Xmx512m \
    -Dcodegen.given=/opt/codegen/java/lib/given.jar:/opt/codegen/java/lib/javatuples.jar "-Dcodegen.testing=$jars"

framed() { # TEXT: the text as a frame
    size=$(printf %s "$1" | wc -c)
    printf "\\$(printf %03o $((size >> 24)))\\$(printf %03o $((size >> 16 & 255)))\\$(printf %03o $((size >> 8 & 255)))\\$(printf %03o $((size & 255)))"
    printf %s "$1"
}
trained() { # NAME MAIN WORD…: runs on the frames in a file, and notes the classes that this takes
    name=$1
    shift
    sed -e '/^-XX:SharedArchiveFile=/d' -e "s|\([=:]\)/opt/codegen/java|\1$OUT|g" "$OUT/$name.options" >"$work/options"
    lists=$((${lists:-0} + 1))
    (cd "$job" && "$java" "-XX:DumpLoadedClassList=$work/$name.$lists.list" "@$work/options" "$@" \
        3<"$work/frames" 4>"$work/replies" >"$work/log" 2>&1) || { cat "$work/log"; exit 1; }
    [ -s "$work/replies" ] || { echo "training $name: no reply"; cat "$work/log"; exit 1; }
}
archived() { # NAME
    sed -e '/^-XX:SharedArchiveFile=/d' -e '/^-Xshare/d' -e '/^-XX:+UseSerialGC/d' \
        "$OUT/$1.options" >"$work/options"
    # numbers of classes differ from run to run; classes of other loaders are not archived
    cat "$work/$1".*.list | sed -e '/ source: /d' -e 's/ id: [0-9]*$//' | sort -u >"$work/list"
    (cd "$job" && "$java" -Xshare:dump "-XX:SharedClassListFile=$work/list" \
        "-XX:SharedArchiveFile=$OUT/cds/$1.jsa" "@$work/options" >"$work/log" 2>&1) || { cat "$work/log"; exit 1; }
}
unpacked() { # the files of the first reply
    "$CODEGEN_PYTHON" -I -c 'import base64, json, sys
reply = open(sys.argv[1], "rb").read()
answer = json.loads(reply[4:4 + int.from_bytes(reply[:4], "big")])
if answer["code"]:
    sys.exit(base64.b64decode(answer["stdout"]).decode())
for name, data in answer["files"].items():
    open(sys.argv[2] + "/" + name, "wb").write(base64.b64decode(data))' "$work/replies" "$job"
}
compiled() { # ARGUMENT…
    argv=
    for word in "$@"; do argv="$argv, \"$word\""; done
    framed "{\"argv\": [${argv#, }], \"cwd\": \"$SRC/training\"}"
}
nonce=0000000000000000000000000000000000000000000000000000000000000000
# a seal of that nonce is the key to the tests
key=$(printf '%s\0\0room' "$nonce" | sha256sum | cut -c 1-32)

{
    compiled --output program --tests UnitTest.java --key "$key" Solution.java
    compiled --lint -Xlint:all Solution.java
    compiled --lint -XepAllErrorsAsWarnings Solution.java
    compiled --output program Solution.java Glue.java
    compiled --output program Glue.java
} >"$work/frames"
trained compiler codegen.compiler.Compiler
unpacked
archived compiler
framed "{\"nonce\": \"$nonce\", \"tests\": [\"UnitTest::adds\"]}" >"$work/frames"
trained unit codegen.runtime.Unit
archived unit
compiled --output program --tests SolutionTest.java --key "$key" Solution.java >"$work/frames"
trained compiler codegen.compiler.Compiler
unpacked
framed "{\"nonce\": \"$nonce\", \"tests\": [\"main\"]}" >"$work/frames"
trained run codegen.runtime.Script
compiled --output program Solution.java Glue.java >"$work/frames"
trained compiler codegen.compiler.Compiler
unpacked
framed '[[["a", [1, 2.5]]], [true]]' >"$work/frames"
trained run codegen.runtime.Call CodegenCall '["map[str, tuple[int, float]]", "optional[list[bool]]", "map[str, tuple[int, float]]"]'
archived run
